"""Variables of an edition: subject, preheader, citations, times, languages, links, images."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model.articles import Article, Image
from digest.model.stories import LeftOut
from digest.render import RenderOptions, render
from tests.support.digests import DUE, NEWSLETTER, article, brief, digest, nth_brief
from tests.support.rendered import LINKS, TEMPLATES, html_text, plain_text, tree


def test_sentences_of_a_story_with_several_sources_cite_their_own() -> None:
    several_sources = nth_brief(0)

    edition = render(digest([several_sources]), RenderOptions())

    cited = [cite.text_content() for cite in tree(edition).iter("a") if "cite" in (cite.get("class") or "").split()]
    assert cited == [sentence.article.source for sentence in several_sources.sentences]
    assert all(
        f"{sentence.text} ({sentence.article.source})" in plain_text(edition) for sentence in several_sources.sentences
    )


@pytest.mark.parametrize(
    ("image", "attributes"),
    [
        pytest.param(
            Image(url="https://a.example/fog.jpg", alt='Fog "early"', width=640, height=320),
            {"src": "https://a.example/fog.jpg", "alt": 'Fog "early"', "width": "520", "height": "260"},
            id="scaled to the width of the page",
        ),
        pytest.param(
            Image(url="https://a.example/fog.jpg", width=300),
            {"src": "https://a.example/fog.jpg", "alt": "", "width": "300"},
            id="a small image",
        ),
        pytest.param(
            Image(url="https://a.example/fog.jpg"),
            {"src": "https://a.example/fog.jpg", "alt": ""},
            id="of unknown size",
        ),
        pytest.param(
            Image(url="https://a.example/fog.jpg", alt="Fog "),
            {"src": "https://a.example/fog.jpg", "alt": ""},
            id="described by the title",
        ),
        pytest.param(Image(url="http://a.example/fog.jpg"), None, id="not encrypted"),
        pytest.param(Image(url="file:///fog.jpg"), None, id="a file"),
    ],
)
def test_an_image_is_linked_with_its_alt_text_and_size(image: Image, attributes: dict[str, str] | None) -> None:
    with_image = digest([brief([replace(article("Fog"), image=image)])])
    without_images = replace(with_image, newsletter=replace(NEWSLETTER, images="none"))

    images = [dict(tag.attrib) for tag in tree(render(with_image, RenderOptions(template="longread"))).iter("img")]

    for image_attributes in images:
        del image_attributes["class"], image_attributes["style"]
    assert images == ([attributes] if attributes else [])
    assert "<img" not in render(without_images, RenderOptions(template="longread")).html


def test_a_story_with_one_source_names_it_above_the_title_and_in_its_link() -> None:
    edition = render(digest([nth_brief(1)]), RenderOptions())

    assert html_text(edition).count("Hohenfels Observer") == 2
    assert "Read it in Hohenfels Observer →" in html_text(edition)
    assert plain_text(edition).count("Hohenfels Observer") == 1


@pytest.mark.parametrize(
    ("sources", "citations"),
    [
        pytest.param(("Courier", "Bulletin"), ["Courier", "Bulletin"], id="different sources"),
        pytest.param(("notes", "notes"), ["Fog lifts", "Fog falls"], id="a folder of files"),
        pytest.param(
            ("Courier", "Courier", "Bulletin"),
            ["Courier: Fog lifts", "Courier: Fog falls", "Bulletin"],
            id="the same source twice",
        ),
    ],
)
def test_citations_distinguish_the_articles_of_a_story(sources: tuple[str, ...], citations: list[str]) -> None:
    titles = ("Fog lifts", "Fog falls", "Fog stays")
    articles = [article(titles[n], [f"Number {n}."], source=source, number=n) for n, source in enumerate(sources)]

    page = tree(render(digest([brief(articles)]), RenderOptions()))

    assert [cite.text_content() for cite in page.iter("a") if "cite" in cite.get("class", "").split()] == citations


def test_an_edition_without_stories_says_that_there_is_nothing_new() -> None:
    edition = render(digest([]), RenderOptions())

    assert edition.subject == "The Harbour Letter: There is nothing new in this edition."
    assert "There is nothing new in this edition." in plain_text(edition)
    assert edition.reading_minutes == 1


def test_times_are_local_and_have_a_date_only_on_another_day() -> None:
    stories = [brief([article("Fog", hours=hours, number=int(hours))]) for hours in (1, 8, 24 * 120)]

    text = render(digest(stories), RenderOptions()).text

    assert "Sandhaven Courier, 06:00\n" in text
    assert "Sandhaven Courier, 28 March, 22:00\n" in text  # the clocks went forward that night
    assert "Sandhaven Courier, 29 November 2025\n" in text


@pytest.mark.parametrize(
    ("sentence", "language", "minutes"),
    [
        pytest.param("word " * 229, "en", 1, id="a minute, the title's word with it"),
        pytest.param("word " * 230, "en", 2, id="a word more than a minute"),
        pytest.param("海" * 999, "ja", 2, id="a language without spaces"),
    ],
)
def test_reading_time_counts_words_and_cjk_characters(sentence: str, language: str, minutes: int) -> None:
    edition = render(
        digest([brief([article("港" if language == "ja" else "Fog", [sentence.strip()], language=language)])]),
        RenderOptions(),
    )

    assert edition.reading_minutes == minutes


def test_the_contents_link_to_the_stories_after_the_first_in_their_order() -> None:
    stories = [
        nth_brief(0, section="Harbour"),
        nth_brief(1, section="Sky"),
        nth_brief(2, section="Harbour"),
        nth_brief(3),
        nth_brief(4),
    ]

    page = tree(render(digest(stories), RenderOptions()))

    targets = [link.get("href", "")[1:] for link in page.iter("a") if link.get("href", "").startswith("#")]
    titles = [heading.get("id") for heading in page.iter("h3")]
    assert titles == ["s1", "s2", "s3", "s4", "s5"]
    assert targets == titles[1:]
    assert [heading.text_content() for heading in page.iter("h2")] == ["Harbour", "Sky", "Other news"]


def test_a_short_edition_has_no_contents() -> None:
    assert "Also today" not in render(digest(stories=3), RenderOptions()).html


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_title_in_another_language_has_its_lang_everywhere(template: str) -> None:
    foreign = article("Der Hafen öffnet", ["Er öffnet."], language="de", number=1)
    unknown = article("Fog", language="und", number=2)
    left_out = [LeftOut(article=left_out, reason="older than the window") for left_out in (foreign, unknown)]
    edition = render(
        digest([brief([foreign])], left_out=left_out), RenderOptions(template=template, show_left_out=True)
    )
    page = tree(edition)

    titles = page.xpath("//body//*[text()='Der Hafen öffnet']")
    assert len(titles) == 2
    assert [title.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for title in titles] == ["de", "de"]
    assert page.xpath("string(//a[text()='Fog']/ancestor::*[@lang][1]/@lang)") == edition.language


@pytest.mark.parametrize("template", TEMPLATES)
def test_dates_in_a_story_of_another_language_have_the_editions_lang(template: str) -> None:
    page = tree(render(digest([nth_brief(0), nth_brief(2)], language="ar"), RenderOptions(template=template)))

    dates = [span for span in page.iter("span") if span.text_content() == "28 مارس, 14:30"]
    assert [(date.get("lang"), date.get("dir")) for date in dates] == [("ar", "rtl")]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///home/reader/news/fog.txt", id="a file"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("data:text/html,<script>alert(1)</script>", id="data"),
        pytest.param("https://reader:secret@news.example/", id="credentials"),
        pytest.param("https://news.example/a b", id="a space"),
        pytest.param("", id="nothing"),
    ],
)
def test_only_web_addresses_are_links(url: str) -> None:
    edition = render(digest([brief([article("Fog", ["It lifts."], url=url)])]), RenderOptions())

    assert [link.get("href") for link in tree(edition).iter("a")] == []
    if url:
        assert url not in edition.html
        assert url not in edition.text


@pytest.mark.parametrize(
    ("lead", "title"),
    [
        pytest.param(article("", ["Fog lifts over the harbour."]), "Fog lifts over the harbour.", id="no title"),
        pytest.param(article(" \u200e ", [], source="Harbour Wire"), "\u200e", id="an invisible title"),
        pytest.param(article("", [], source="Harbour Wire"), "Harbour Wire", id="nothing but a source"),
        pytest.param(article("", [], source="", url=""), "Untitled", id="nothing at all"),
    ],
)
def test_a_story_always_has_a_title(lead: Article, title: str) -> None:
    assert render(digest([brief([lead])]), RenderOptions()).subject == title


def test_the_date_is_that_of_the_newsletters_time_zone() -> None:
    kiribati = replace(NEWSLETTER, timezone=ZoneInfo("Pacific/Kiritimati"))
    late = replace(digest(newsletter=kiribati), slot=replace(digest().slot, due=DUE + timedelta(hours=12)))

    assert "Monday, 30 March 2026" in render(late, RenderOptions()).text


def test_the_footer_gives_the_subscription_reason_with_the_unsubscribe_link() -> None:
    reason = "You get this mail because you subscribed to The Harbour Letter."

    assert reason in html_text(render(digest(), RenderOptions(links=LINKS)))
    assert reason in plain_text(render(digest(), RenderOptions(links=LINKS)))
    assert "because" not in html_text(render(digest([]), RenderOptions()))
