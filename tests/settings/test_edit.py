"""Edits of a settings file preserve everything else, and can be undone."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digest.model.newsletters import Source
from digest.settings.edit import add_sources, remove_source

FOLDER = Path("/nowhere")
NEW = Source(id="new", url="https://new.example/", title='He said "news"')
BETWEEN = st.sampled_from(["", "\n", "\n\n", "# a word\n", "\n# above what comes\n", "# beneath\n\n# and above\n\n"])
SOURCES = st.lists(st.tuples(st.sampled_from(["", "#weight = 2\n", "weight = 2\n"]), BETWEEN), max_size=3)


def written(head: str, sources: list[tuple[str, str]], tail: str) -> str:
    tables = (
        f'[[sources]]\nid = "s{n}"\nurl = "https://s{n}.example/"\n{comment}{after}'
        for n, (comment, after) in enumerate(sources)
    )
    return f'{head}{"".join(tables)}[[newsletters]]\nid = "main"  # mine\n{tail}'


FILES = st.builds(written, BETWEEN, SOURCES, BETWEEN)


def statements(text: str) -> list[str]:
    """The non-empty lines, in order."""
    return [line for line in text.splitlines() if line.strip()]


@given(FILES)
def test_added_sources_are_there_and_the_rest_is_unchanged(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(add_sources(text, [NEW], folder=FOLDER))

    assert after == before | {
        "sources": [*before.get("sources", []), {"id": "new", "url": NEW.url, "title": NEW.title}]
    }


@given(FILES)
def test_adding_and_removing_a_source_preserves_every_line(text: str) -> None:
    assert statements(remove_source(add_sources(text, [NEW], folder=FOLDER), "new")) == statements(text)


@given(FILES)
def test_comments_about_the_next_source_survive_a_removal(text: str) -> None:
    for source in tomllib.loads(text).get("sources", []):
        remaining = remove_source(text, source["id"])

        assert remaining.count("above") == text.count("above")
        assert len(tomllib.loads(remaining).get("sources", [])) == len(tomllib.loads(text)["sources"]) - 1
