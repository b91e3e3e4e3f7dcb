"""The text part has every word and link of the HTML part's stories, in folded lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from digest.model.digests import Digest
from digest.render import RenderOptions, render
from digest.render.plain_text import WIDTH, columns
from digest.render.template_paths import template_names
from digest.settings import shipped_files
from tests.support.digests import article, brief, digest

TEMPLATES = tuple(template_names([shipped_files.templates()]))
_WORDS = st.text(alphabet="abcXYZäß漢字かな .,-<&'\"אב", max_size=90)


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    briefs = []
    for number in range(draw(st.integers(0, 8))):
        articles = [
            replace(
                article(
                    draw(_WORDS),
                    draw(st.lists(_WORDS, max_size=3)),
                    source=draw(_WORDS),
                    author=draw(_WORDS),
                    url=draw(
                        st.sampled_from(["", "https://a.example/?q=1&r=%22", "https://b.example/%C3%BC", "file:///c"])
                    ),
                    number=number * 9 + index,
                ),
                language=draw(st.sampled_from(["en", "ja", "ar"])),
            )
            for index in range(draw(st.integers(1, 3)))
        ]
        briefs.append(brief(articles, section=draw(st.sampled_from(["", "Sky"])), update=draw(st.booleans())))
    return digest(briefs, language=draw(st.sampled_from(["en", "ja", "ar"])))


def without_spaces(text: str) -> str:
    return "".join(text.split())


def story_texts(html: str) -> Iterator[str]:
    """Texts, URLs and titles of links in the cells with stories; not the invitations to click on an address."""
    for cell in lxml_html.document_fromstring(html).xpath("//*[self::td or self::div][@class]"):
        if {"story", "headlines", "list"} & set(cell.get("class").split()):
            yield from (
                text for text in cell.xpath(".//text()[not(ancestor::a[@class='read'])]") if text.strip(" \n·,")
            )
            yield from (link.get("href") for link in cell.iter("a"))
            yield from (link.get("title") for link in cell.iter("a") if link.get("title"))


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=60)
@given(content=digests())
def test_the_text_has_every_word_and_link_of_the_stories(template: str, content: Digest) -> None:
    edition = render(content, RenderOptions(template=template))

    text = without_spaces(edition.text)
    words = [word.strip("·,:…–") for piece in story_texts(edition.html) for word in piece.split()]
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=40)
@given(content=digests())
def test_only_text_without_spaces_makes_a_line_too_long(template: str, content: Digest) -> None:
    text = render(content, RenderOptions(template=template)).text

    assert [
        line for line in text.splitlines() if columns(line) > WIDTH and " " in line.strip().removeprefix("- ")
    ] == []
    assert "\n\n\n" not in text
    assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_address_of_several_articles_is_listed_once_in_a_story(template: str) -> None:
    page = "https://status.example/outages"
    items = [article(f"Lock {n} closed", source=f"Status {n}", url=page, number=n) for n in range(3)]

    text = render(
        digest([brief([article("Lock opens", ["It opened."]), *items])]), RenderOptions(template=template)
    ).text

    assert text.count(page) == 1


def test_a_story_in_brief_names_the_outlet_of_its_sentence_without_addresses() -> None:
    quoting_another = brief(
        [article("Lock opens", url="", source="Post"), article("", ["It opens."], url="", source="Gazette")]
    )
    others = [brief([article(f"Lock {n} opens", number=n)]) for n in range(1, 7)]

    text = render(digest([*others, quoting_another]), RenderOptions(template="briefing")).text

    assert "It opens. (Gazette)" in text
