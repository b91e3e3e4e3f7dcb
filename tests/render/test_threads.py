"""Several newsletters may be due at the same minute: each gets its own content, whoever is rendered beside it."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model import Edition
from digest.render import RenderOptions, render
from digest.settings import shipped_files
from tests.support.digests import NEWSLETTER, digest

TEMPLATES = ("briefing", "headlines", "longread")


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_editions_rendered_at_once_are_what_they_are_one_by_one(tmp_path: Path) -> None:
    for template in TEMPLATES:
        shutil.copytree(shipped_files.templates() / template, tmp_path / "templates" / template)
    letters = [replace(NEWSLETTER, id=f"letter-{number}", title=f"Letter {number}") for number in range(6)]
    tasks = [
        (replace(digest(stories=1 + number % 4), newsletter=letter), TEMPLATES[number % 3])
        for number, letter in enumerate(letters)
    ]
    together = threading.Barrier(len(tasks))

    def made(number: int, round_: int) -> Edition:
        made, template = tasks[number]
        # Folders of their own: nothing of them has been read yet, by whoever comes first.
        look = RenderOptions(template=template, folders=(tmp_path / "templates", tmp_path / str(round_)))
        together.wait(30)
        return render(made, look)

    with ThreadPoolExecutor(len(tasks)) as pool:
        rounds = [[*pool.map(made, range(len(tasks)), [round_] * len(tasks))] for round_ in range(6)]
    alone = [
        render(made, RenderOptions(template=template, folders=(tmp_path / "templates",))) for made, template in tasks
    ]

    assert all(round_ == alone for round_ in rounds)
