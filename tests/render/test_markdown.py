"""Markdown of a digest: read by a Markdown parser, it has the digest's texts and links, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.model.failures import Failure
from digest.model.stories import LeftOut
from digest.render import RenderOptions, render_markdown
from digest.render.markdown import escape, link
from tests.support.digests import NEWSLETTER, article, brief, digest, nth_brief

#: Texts as people write them, with everything that Markdown could take for markup.
_TEXTS = st.text(alphabet="ab1 \\`*_[]{}()<>#+-=.!|~&;:/'\"%$@\n", min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def inline(markdown: str) -> list[Token]:
    """Tokens within the only paragraph."""
    blocks = PARSER.parse(markdown)
    assert [token.type for token in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    return blocks[1].children or []


def links(markdown: str) -> Iterator[str]:
    for token in PARSER.parse(markdown):
        yield from (str(child.attrs["href"]) for child in token.children or () if child.type == "link_open")


def rendered_text(markdown: str) -> str:
    return re.sub("<[^>]*>", "", PARSER.render(markdown)).replace("&amp;", "&").replace("&quot;", '"')


@settings(max_examples=300)
@given(text=_TEXTS.filter(bool))
def test_any_text_stays_text(text: str) -> None:
    tokens = inline(escape(text))

    assert {token.type for token in tokens} == {"text"} or not tokens
    assert "".join(token.content for token in tokens) == text


@settings(max_examples=200)
@given(text=_TEXTS.filter(bool), query=st.text(alphabet="ab()<>[]\\`*_{}|\"' &;=%", max_size=20))
def test_any_link_is_one_link_with_its_text(text: str, query: str) -> None:
    tokens = inline(f"{link(text, f'https://a.example/?q={query}&copy;')} end")

    assert [token.type for token in tokens if token.type != "text"] == ["link_open", "link_close"]
    assert str(tokens[0].attrs["href"]).startswith("https://a.example/?q=")
    assert tokens[-1].content == " end"


@pytest.mark.parametrize("tag", ["{{ site.secret }}", "{% include x %}", "{{< youtube >}}", "{: .class }"])
def test_a_tag_of_a_site_generator_is_broken_up(tag: str) -> None:
    markdown = render_markdown(digest([brief([article(tag, [tag], url=f"https://a.example/{tag}")])]), RenderOptions())

    assert "{" not in markdown
    assert rendered_text(markdown).count(tag.replace("<", "&lt;").replace(">", "&gt;")) == 2


def test_the_digest_has_its_stories_with_links_to_every_source() -> None:
    content = digest(
        [nth_brief(0, section="Harbour"), nth_brief(1), brief([article("Fog", number=5), article("Mist", url="")])]
    )

    markdown = render_markdown(content, RenderOptions())

    assert markdown.startswith(
        "# The Harbour Letter\n\n*Sunday, 29 March 2026 · 1 min read*\n\n## Harbour\n\n### 1. [Port"
    )
    addresses = [article.url for item in content.briefs for article in item.story.articles if article.url]
    assert list(dict.fromkeys(links(markdown))) == addresses
    text = rendered_text(markdown)
    assert all(sentence.text in text for item in content.briefs for sentence in item.sentences)


def test_an_update_says_so_and_names_outlets_that_are_not_cited() -> None:
    updated = brief([article("Fog", ["It lifts."]), article("Fog!", source="Bulletin", number=1)], update=True)

    markdown = render_markdown(digest([updated]), RenderOptions())

    assert "\n\n**Update** · *Sandhaven Courier" in markdown
    assert "\n\nAlso covered by: [Bulletin](https://bulletin.example/news/1)\n" in markdown


def test_lists_and_an_empty_edition_are_said_in_the_editions_language() -> None:
    content = digest(
        [],
        language="de",
        left_out=[LeftOut(article=article("Fog_1"), reason="older than the window")],
        failures=[Failure(source="Lighthouse *Wire*", url="https://l.example/", error="HTTP 503")],
    )

    markdown = render_markdown(content, RenderOptions(show_left_out=True, show_failures=True))

    assert "Diese Ausgabe bringt nichts Neues." in markdown
    assert "- [Fog\\_1](https://sandhaven-courier.example/news/0) (Sandhaven Courier): older than" in markdown
    assert "- Lighthouse \\*Wire\\*: HTTP 503" in markdown


def test_it_has_nothing_of_a_subscribers_own() -> None:
    greeted = digest(newsletter=replace(NEWSLETTER, greeting="Good morning, {name}!"))

    assert "(reader." not in render_markdown(greeted, RenderOptions())
