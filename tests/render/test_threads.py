"""Rendering in several threads at once: newsletters may be due at the same minute."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model.editions import Edition
from digest.render import RenderOptions, render
from digest.settings import shipped_files
from tests.support.digests import NEWSLETTER, digest

TEMPLATES = ("briefing", "headlines", "longread", "plain")


@pytest.fixture(autouse=True)
def _short_switch_interval() -> Iterator[None]:
    """Switch threads as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
def test_editions_rendered_at_once_equal_those_rendered_one_by_one(tmp_path: Path) -> None:
    for template in TEMPLATES:
        shutil.copytree(shipped_files.templates() / template, tmp_path / "templates" / template)
    newsletters = [replace(NEWSLETTER, id=f"news-{number}", title=f"News {number}") for number in range(6)]
    tasks = [
        (replace(digest(stories=1 + number % 4), newsletter=newsletter), TEMPLATES[number % 3])
        for number, newsletter in enumerate(newsletters)
    ]
    barrier = threading.Barrier(len(tasks))

    def render_task(number: int, round_: int) -> Edition:
        content, template = tasks[number]
        # A folder of each round's own, so that no thread finds the template in a cache.
        options = RenderOptions(template=template, folders=(tmp_path / "templates", tmp_path / str(round_)))
        barrier.wait(30)
        return render(content, options)

    with ThreadPoolExecutor(len(tasks)) as pool:
        rounds = [[*pool.map(render_task, range(len(tasks)), [round_] * len(tasks))] for round_ in range(6)]
    expected = [
        render(content, RenderOptions(template=template, folders=(tmp_path / "templates",)))
        for content, template in tasks
    ]

    assert all(editions == expected for editions in rounds)
