"""Content of both parts of an edition, and hostile texts: shown as text, in every place."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.failures import Failure
from digest.model.stories import LeftOut
from digest.render import TOKEN_PLACEHOLDER, Brand, RenderOptions, render
from tests.support.digests import article, brief, digest
from tests.support.rendered import LINKS, TEMPLATES, html_text, plain_text, tree


def test_every_sentence_title_and_source_is_in_both_parts() -> None:
    sample = digest()

    edition = render(sample, RenderOptions())

    for story_brief in sample.briefs:
        for text in (
            story_brief.story.lead.title,
            *(source_article.source for source_article in story_brief.story.articles),
            *(sentence.text for sentence in story_brief.sentences),
        ):
            assert text in html_text(edition)
            assert text in plain_text(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_link_of_the_stories_is_in_both_parts(template: str) -> None:
    sample = digest()

    edition = render(sample, RenderOptions(template=template, links=LINKS))

    hrefs = {link.get("href") for link in tree(edition).iter("a")}
    for story_brief in sample.briefs:
        for story_article in story_brief.story.all_articles:
            assert story_article.url in hrefs
            assert story_article.url in edition.text
    # Votes on all stories have one address there: one below each story would clutter the text.
    wanted = {href for href in hrefs if href and not href.startswith(("#", f"{LINKS.feedback}/"))}
    assert wanted | {LINKS.feedback} <= set(edition.text.split())


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_edition_tracks_nobody(template: str) -> None:
    """No picture of ours, no link but the articles' own addresses, and no file that is loaded when it is opened."""
    sample = digest()

    edition = render(sample, RenderOptions(template=template, links=LINKS))

    own = {LINKS.web, LINKS.archive, LINKS.preferences, LINKS.unsubscribe}
    articles = {article.url for story_brief in sample.briefs for article in story_brief.story.all_articles}
    pictures = {a.image.url for story_brief in sample.briefs for a in story_brief.story.all_articles if a.image}
    hrefs = {str(link.get("href")) for link in tree(edition).iter("a")}
    assert {href for href in hrefs if not href.startswith(("#", f"{LINKS.feedback}/"))} <= own | articles
    assert {str(element.get("src")) for element in tree(edition).iter() if element.get("src")} <= pictures
    assert not re.search(r"url\(|@import|<link|<script|background=", edition.html, re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_title_source_and_time_is_in_both_parts(template: str) -> None:
    edition = render(digest(), RenderOptions(template=template))

    for story_brief in digest().briefs:
        for text in (
            story_brief.story.lead.title,
            *(source_article.source for source_article in story_brief.story.articles),
        ):
            assert text in html_text(edition)
            assert text in plain_text(edition)
    assert "28 March, 21:30" in html_text(edition)
    assert "28 March, 21:30" in plain_text(edition)


def test_left_out_articles_and_failures_are_listed_only_on_request() -> None:
    left_out = [LeftOut(article=article("A long weekend"), reason="older than the window")]
    failures = [Failure(source="Lighthouse Wire", url="https://lighthouse.example/feed", error="HTTP 503, try later")]
    content = digest(left_out=left_out, failures=failures)

    default = render(content, RenderOptions())
    complete = render(content, RenderOptions(show_left_out=True, show_failures=True))

    for text in ("A long weekend", "older than the window", "Lighthouse Wire", "HTTP 503, try later"):
        assert text not in default.html + default.text
        assert text in html_text(complete)
        assert text in plain_text(complete)


def test_an_update_is_marked() -> None:
    edition = render(digest([brief([article("Fog lifts")], update=True)]), RenderOptions())

    assert "Update · Sandhaven Courier" in html_text(edition)
    assert "Update: Sandhaven Courier" in plain_text(edition)


def test_every_link_leads_to_the_web_or_to_an_anchor() -> None:
    page = tree(render(digest(), RenderOptions()))

    anchors = {element.get("id") for element in page.iter() if element.get("id")}
    for link in page.iter("a"):
        href = link.get("href", "")
        assert href.startswith("https://") or href[1:] in anchors


def test_the_footer_has_its_links_with_their_placeholders() -> None:
    edition = render(
        digest(),
        RenderOptions(links=LINKS, subscription_reason="You asked for it.", brand=Brand(address="Pier 4, Sandhaven")),
    )

    for text in (LINKS.web, LINKS.archive, LINKS.preferences, LINKS.unsubscribe, "You asked for it.", "Pier 4"):
        assert text in edition.html
        assert text in edition.text


def test_quotes_in_an_address_stay_within_it() -> None:
    url = "https://news.example/?q=\"><b>'&x=1"

    page = tree(render(digest([brief([article("Fog", ["It lifts."], url=url)])]), RenderOptions()))

    assert {link.get("href") for link in page.iter("a")} == {"https://news.example/?q=%22%3E%3Cb%3E'&x=1"}


HOSTILE = {
    "html": ("<script>alert(1)</script><b>Fog</b>", "<script>alert(1)</script><b>Fog</b>"),
    "a style": ("</style><style>*{display:none}</style>", "</style><style>*{display:none}</style>"),
    "a comment": ("<!--[if mso]> Fog --> <![endif]-->", "<!--[if mso]> Fog --> <![endif]-->"),
    "entities": ("Fish &amp; chips &lt;3", "Fish &amp; chips &lt;3"),
    "quotes": ("\"Fog\" 'lifts'", "\"Fog\" 'lifts'"),
    "a template": ("{{ title }} {% for %} {# fog", "{{ title }} {% for %} {# fog"),
    "a token": ("xqv0vqx xqv1vqx XQV2VQX", "xqv0vqx xqv1vqx XQV2VQX"),
    "line ends": ("Fog\r\nBcc: everyone@example.org\r\n\r\nlifts", "Fog Bcc: everyone@example.org lifts"),
    "line separators": ("Fog\u2028lifts\u2029today\x0bat\x85last", "Fog lifts today at last"),
    "NUL": ("Fo\0g li\x01fts\x1b[31m", "Fog lifts[31m"),
    "a lone surrogate": ("Fog \ud83d lifts", "Fog \N{REPLACEMENT CHARACTER} lifts"),
    "overrides of direction": ("Fog \u202egnp.exe\u202c \u2066lifts", "Fog gnp.exe lifts"),
    "emoji": ("Fog 👩‍🚒 lifts", "Fog 👩‍🚒 lifts"),
    "css": ("}</td> expression(alert(1)); @import url(//x)", "}</td> expression(alert(1)); @import url(//x)"),
}


@pytest.mark.parametrize(("title", "expected"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_shown_as_text(title: str, expected: str) -> None:
    harmless, hostile = (
        render(
            digest([brief([article(text, [text], source=text, author=text, url="https://a.example/")], section=text)]),
            RenderOptions(show_failures=True),
        )
        for text in ("Fog", title)
    )

    page = tree(hostile)
    heading = page.find(".//h3")
    assert heading is not None
    assert heading.text_content() == expected
    assert expected in plain_text(hostile)
    assert hostile.subject == expected
    assert [element.tag for element in page.iter()] == [element.tag for element in tree(harmless).iter()]
    hostile.html.encode()
    hostile.text.encode()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(alphabet="<>&\"'{}%#xqv0;:/\\ \r\n\0-!=", max_size=60))
def test_no_text_changes_the_structure(title: str, sentence: str) -> None:
    edition = render(digest([brief([article(title, [sentence])])]), RenderOptions())

    harmless = render(digest([brief([article("Fog", ["It lifts."])])]), RenderOptions())
    assert [tag.tag for tag in tree(edition).iter()] == [tag.tag for tag in tree(harmless).iter()]
    assert "\r" not in edition.subject + edition.preheader
    assert "\n" not in edition.subject + edition.preheader


def test_a_title_of_ten_thousand_characters_is_cut_at_a_word() -> None:
    edition = render(digest([brief([article("fog " * 2500, ["It lifts."])])]), RenderOptions())

    assert len(edition.subject) <= 120
    assert edition.subject.endswith("fog…")
    assert len(edition.html) < 20_000


def test_the_same_digest_gives_the_same_bytes() -> None:
    first = render(digest(), RenderOptions())
    render(digest(stories=9), RenderOptions(show_left_out=True))

    assert render(digest(), RenderOptions()) == first


@pytest.mark.parametrize(
    "text", [TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER[:-1], TOKEN_PLACEHOLDER[1:], TOKEN_PLACEHOLDER[1:-1]], ids=repr
)
def test_no_article_can_contain_the_token_placeholder(text: str) -> None:
    """Not even without its parentheses, which a template may put around a text."""
    hostile = article(f"Fog {text}", [f"It ({text}) lifts."], source=f"Wire {text}", url=f"https://a.example/?q={text}")
    second = replace(hostile, id="2", url="https://b.example/", source=text)

    edition = render(digest([brief([hostile, second])]), RenderOptions(links=LINKS))

    for part in (edition.html, edition.text, edition.subject, edition.preheader):
        assert TOKEN_PLACEHOLDER not in part.replace(LINKS.unsubscribe, "").replace(LINKS.preferences, "")
