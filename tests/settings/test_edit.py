"""A program that edits a person's file: what stands there stays there, and what is added can be taken out again."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digest.model import Source
from digest.settings.edit import add_sources, remove_source

FOLDER = Path("/nowhere")
NEW = Source(id="new", url="https://new.example/", title='He said "news"')
BETWEEN = st.sampled_from(["", "\n", "\n\n", "# a word\n", "\n# above what comes\n", "# beneath\n\n# and above\n\n"])
SOURCES = st.lists(st.tuples(st.sampled_from(["", "#weight = 2\n", "weight = 2\n"]), BETWEEN), max_size=3)


def written(head: str, sources: list[tuple[str, str]], tail: str) -> str:
    tables = (
        f'[[sources]]\nid = "s{n}"\nurl = "https://s{n}.example/"\n{own}{after}'
        for n, (own, after) in enumerate(sources)
    )
    return f'{head}{"".join(tables)}[[newsletters]]\nid = "main"  # mine\n{tail}'


FILES = st.builds(written, BETWEEN, SOURCES, BETWEEN)


def said(text: str) -> list[str]:
    """Every line that says something, in their order."""
    return [line for line in text.splitlines() if line.strip()]


@given(FILES)
def test_what_is_added_is_there_and_all_else_as_it_was(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(add_sources(text, [NEW], folder=FOLDER))

    assert after == before | {
        "sources": [*before.get("sources", []), {"id": "new", "url": NEW.url, "title": NEW.title}]
    }


@given(FILES)
def test_what_is_added_and_taken_out_again_leaves_every_line(text: str) -> None:
    assert said(remove_source(add_sources(text, [NEW], folder=FOLDER), "new")) == said(text)


@given(FILES)
def test_what_is_said_of_what_comes_next_outlives_the_source_before_it(text: str) -> None:
    for source in tomllib.loads(text).get("sources", []):
        left = remove_source(text, source["id"])

        assert left.count("above") == text.count("above")
        assert len(tomllib.loads(left).get("sources", [])) == len(tomllib.loads(text)["sources"]) - 1
