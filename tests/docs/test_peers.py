"""``python -m tests.bench.peers --write`` finds its place in the page, and leaves the rest of it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.peers.page import BEGIN, END, PAGE, write


def test_the_table_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{BEGIN}\n\nold\n\n{END}\nAfter.\n")

    write("| new |", page)
    write("| newer |", page)

    assert page.read_text() == f"Before.\n{BEGIN}\n\n| newer |\n\n{END}\nAfter.\n"


def test_a_page_without_the_place_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("No table.\n")

    with pytest.raises(ValueError, match="lacks the lines"):
        write("| new |", page)
    assert page.read_text() == "No table.\n"


def test_the_page_of_benchmarks_has_the_place() -> None:
    text = PAGE.read_text("utf-8")

    assert text.count(BEGIN) == text.count(END) == 1
