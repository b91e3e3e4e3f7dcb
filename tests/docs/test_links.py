"""Links between the project's pages lead somewhere; links to elsewhere are https."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT


@cache
def prose(page: str) -> str:
    """The page without its fenced blocks and code."""
    text = re.sub(r"(?ms)^```.*?^```$", "", (ROOT / page).read_text("utf-8"))
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", lambda code: code[0] if "](" in code[0] else "x", text)


@cache
def anchors(page: str) -> frozenset[str]:
    """The names of the page's headings, as GitHub makes them."""
    text = re.sub(r"(?ms)^```.*?^```$", "", (ROOT / page).read_text("utf-8"))
    seen: Counter[str] = Counter()
    names = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", text):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()).replace(" ", "-")
        names.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(names)


def links(page: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def target(page: str, link: str) -> Path:
    """The file or folder that a link within the repository names."""
    path = link.partition("#")[0]
    return ((ROOT / page).parent / path).resolve() if path else ROOT / page


def is_dead(page: str, link: str) -> bool:
    file, anchor = target(page, link), link.partition("#")[2]
    if not file.exists() or not file.is_relative_to(ROOT):
        return True
    return bool(anchor) and anchor not in anchors(str(file.relative_to(ROOT)))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    outside = [link for link in links(page) if re.match(r"[a-z]+:", link)]

    assert [link for link in outside if not link.startswith("https://")] == []
    assert [link for link in links(page) if link not in outside and is_dead(page, link)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    """By links, in any number of steps."""
    reached, waiting = set[str](), {"README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        files = [target(page, link) for link in links(page) if ":" not in link]
        files += [file / "README.md" for file in files if file.is_dir()]
        waiting |= {str(file.relative_to(ROOT)) for file in files if file.suffix == ".md" and file.is_file()} - reached

    assert set(PAGES) <= reached
