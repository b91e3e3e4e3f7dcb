"""The table in tests/bench/README.md, between two comments."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- python -m tests.bench.peers --write -->", "<!-- end of peers -->"


def write(text: str, page: Path = PAGE) -> None:
    """Put the text between the two comments. Raises ``ValueError`` if they aren't there."""
    content = page.read_text("utf-8")
    before, begin, following = content.partition(BEGIN)
    _, end, after = following.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the lines {BEGIN!r} and {END!r}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")
