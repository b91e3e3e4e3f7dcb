"""An editor's note: paragraphs and links, in each template and format, marked as the editor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from digest.model.digests import EditorNote
from digest.render import RenderOptions, render, render_markdown
from digest.render.context import reading_minutes
from digest.render.locale import labels_for
from digest.render.notes import note_context
from tests.support.digests import digest
from tests.support.rendered import TEMPLATES

NOTE = EditorNote(text="Good <b>morning</b> & welcome.\n\nSee https://harbour.example/a?b=1&c=2.", author="Ann {{ 1 }}")


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One.\nStill one.\n\n\nTwo.", [[("One. Still one.", "")], [("Two.", "")]]),
        ("See (https://a.example/x).", [[("See (", ""), ("https://a.example/x", "https://a.example/x"), (").", "")]]),
        ("http://a.example javascript:alert(1)", [[("http://a.example javascript:alert(1)", "")]]),
        ("https://user:password@", [[("https://user:password@", "")]]),
        ("\x00\u202eEvil\u202c", [[("Evil", "")]]),
    ],
)
def test_a_note_has_paragraphs_and_https_links(text: str, paragraphs: Sequence[list[tuple[str, str]]]) -> None:
    note = note_context(text, "Ann", labels_for("en"))

    assert note
    assert [[(piece.text, piece.url) for piece in paragraph] for paragraph in note.paragraphs] == [*paragraphs]


@pytest.mark.parametrize("text", ["", " \n\n ", "\u202e"])
def test_an_empty_note_is_none(text: str) -> None:
    assert note_context(text, "Ann", labels_for("en")) is None


@pytest.mark.parametrize(
    "template",
    [name if name == "briefing" else pytest.param(name, marks=pytest.mark.slow) for name in TEMPLATES],
)
def test_each_template_shows_the_note_escaped_under_its_authors_name(template: str) -> None:
    edition = render(replace(digest(), note=NOTE), RenderOptions(template=template))

    assert "A note from Ann {{ 1 }}" in edition.text
    assert "Good <b>morning</b> & welcome." in edition.text
    assert "Good &lt;b&gt;morning&lt;/b&gt; &amp; welcome." in edition.html
    assert 'href="https://harbour.example/a?b=1&amp;c=2"' in edition.html
    assert edition.html.index("A note from Ann") < edition.html.index("morning")
    assert (edition.note, edition.note_author) == (NOTE.text, NOTE.author)


def test_a_note_without_an_author_is_the_newsletters() -> None:
    content = digest()
    edition = render(replace(content, note=EditorNote(text="Hello.")), RenderOptions())

    assert edition.note_author == content.newsletter.title
    assert f"A note from {content.newsletter.title}" in edition.text


def test_a_note_is_in_markdown_and_counts_as_reading() -> None:
    content = digest(stories=1)
    text = render_markdown(replace(content, note=NOTE), RenderOptions())

    assert "**A note from Ann &#123;&#123; 1 }}**\n\nGood &lt;b>morning&lt;/b> & welcome.\n\nSee [" in text
    assert reading_minutes(replace(content, note=EditorNote(text="word " * 1_000))) > reading_minutes(content)
