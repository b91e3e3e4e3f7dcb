"""The edition: what it says, that it says all of it, and that nothing from outside can break it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from digest.model import Digest, Edition, Failure, Image, LeftOut
from digest.render import TOKEN_PLACEHOLDER, Brand, Links, RenderOptions, render
from digest.render.template_paths import template_names
from digest.settings import shipped_files
from tests.support.digests import DUE, NEWSLETTER, article, brief, digest, nth_brief

LINKS = Links(
    web="https://letter.example/web",
    archive="https://letter.example/archive",
    preferences=f"https://letter.example/p/{TOKEN_PLACEHOLDER}",
    unsubscribe=f"https://letter.example/u/{TOKEN_PLACEHOLDER}",
)


TEMPLATES = tuple(template_names([shipped_files.templates()]))


def tree(edition: Edition) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(edition.html)


def seen(edition: Edition) -> str:
    """The words of the HTML, white space as one space."""
    body = tree(edition).find("body")
    assert body is not None
    return " ".join(str(body.text_content()).split())


def read(edition: Edition) -> str:
    """The words of the text part, unfolded."""
    return " ".join(edition.text.split())


# --- what it says ------------------------------------------------------------------------------------------------


def test_every_sentence_title_and_outlet_is_in_both_parts() -> None:
    whole = digest()

    edition = render(whole, RenderOptions())

    for told in whole.briefs:
        for words in (
            told.story.lead.title,
            *(one.source for one in told.story.articles),
            *(sentence.text for sentence in told.sentences),
        ):
            assert words in seen(edition)
            assert words in read(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_link_of_the_stories_is_in_both_parts(template: str) -> None:
    whole = digest()

    edition = render(whole, RenderOptions(template=template, links=LINKS))

    hrefs = {link.get("href") for link in tree(edition).iter("a")}
    for told in whole.briefs:
        for one in told.story.all_articles:
            assert one.url in hrefs
            assert one.url in edition.text
    assert {href for href in hrefs if href and not href.startswith("#")} <= set(edition.text.split())


def test_a_sentence_of_several_outlets_names_its_own() -> None:
    lock = nth_brief(0)

    edition = render(digest([lock]), RenderOptions())

    cited = [cite.text_content() for cite in tree(edition).iter() if cite.get("class") == "cite"]
    assert cited == [sentence.article.source for sentence in lock.sentences]
    assert all(f"{sentence.text} ({sentence.article.source})" in read(edition) for sentence in lock.sentences)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_headline_outlet_and_time_is_in_both_parts(template: str) -> None:
    edition = render(digest(), RenderOptions(template=template))

    for told in digest().briefs:
        for words in (told.story.lead.title, *(one.source for one in told.story.articles)):
            assert words in seen(edition)
            assert words in read(edition)
    assert "28 March, 21:30" in seen(edition)
    assert "28 March, 21:30" in read(edition)


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        pytest.param(
            Image(url="https://a.example/fog.jpg", alt='Fog "early"', width=640, height=320),
            {"src": "https://a.example/fog.jpg", "alt": 'Fog "early"', "width": "520", "height": "260"},
            id="as wide as the page at most",
        ),
        pytest.param(
            Image(url="https://a.example/fog.jpg", width=300),
            {"src": "https://a.example/fog.jpg", "alt": "", "width": "300"},
            id="a small one",
        ),
        pytest.param(
            Image(url="https://a.example/fog.jpg"),
            {"src": "https://a.example/fog.jpg", "alt": ""},
            id="of unknown size",
        ),
        pytest.param(Image(url="http://a.example/fog.jpg"), None, id="not encrypted"),
        pytest.param(Image(url="file:///fog.jpg"), None, id="a file"),
    ],
)
def test_a_picture_is_linked_with_its_words_and_its_size(image: Image, shown: dict[str, str] | None) -> None:
    whole = digest([brief([replace(article("Fog"), image=image)])])
    without = replace(whole, newsletter=replace(NEWSLETTER, images="none"))

    pictures = [dict(one.attrib) for one in tree(render(whole, RenderOptions(template="longread"))).iter("img")]

    assert [{key: one[key] for key in one if key not in {"class", "style"}} for one in pictures] == [shown] * bool(
        shown
    )
    assert "<img" not in render(without, RenderOptions(template="longread")).html


def test_headlines_without_sections_stand_under_their_sources_best_first() -> None:
    page = tree(render(digest(), RenderOptions(template="headlines")))

    assert [heading.text_content() for heading in page.iter("h2")][:2] == ["Sandhaven Courier", "Hohenfels Observer"]


def test_a_story_of_one_outlet_names_it_once() -> None:
    edition = render(digest([nth_brief(1)]), RenderOptions())

    assert seen(edition).count("Hohenfels Observer") == 1
    assert read(edition).count("Hohenfels Observer") == 1


@pytest.mark.parametrize(
    ("outlets", "cited"),
    [
        pytest.param(("Courier", "Bulletin"), ["Courier", "Bulletin"], id="outlets"),
        pytest.param(("notes", "notes"), ["Fog lifts", "Fog falls"], id="a folder of files"),
        pytest.param(
            ("Courier", "Courier", "Bulletin"), ["Courier: Fog lifts", "Courier: Fog falls", "Bulletin"], id="one twice"
        ),
    ],
)
def test_a_citation_tells_the_articles_apart(outlets: tuple[str, ...], cited: list[str]) -> None:
    titles = ("Fog lifts", "Fog falls", "Fog stays")
    told = brief([article(titles[n], [f"Number {n}."], source=outlet, number=n) for n, outlet in enumerate(outlets)])

    page = tree(render(digest([told]), RenderOptions()))

    assert [cite.text_content() for cite in page.iter("a") if cite.get("class") == "cite"] == cited


def test_the_top_story_is_the_subject_and_the_preheader_goes_on_from_there() -> None:
    edition = render(digest(), RenderOptions())

    assert edition.subject == nth_brief(0).story.lead.title
    assert edition.preheader.startswith(nth_brief(1).story.lead.title)
    assert len(edition.preheader) <= 140


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(digest([]), id="no story"),
        pytest.param(digest([nth_brief(0)]), id="one story"),
        pytest.param(digest([brief([article("Fog")])]), id="one story without a sentence"),
        pytest.param(digest([brief([article("Fog")]), brief([article("Fog", number=2)])]), id="a title twice"),
    ],
)
def test_the_preheader_never_repeats_the_subject(whole: Digest) -> None:
    edition = render(whole, RenderOptions())

    assert edition.preheader
    assert edition.preheader != edition.subject


def test_an_edition_without_stories_says_so() -> None:
    edition = render(digest([]), RenderOptions())

    assert edition.subject == "The Harbour Letter: There is nothing new in this edition."
    assert "There is nothing new in this edition." in read(edition)
    assert edition.reading_minutes == 1


def test_times_are_local_and_dated_only_where_the_day_is_another() -> None:
    stories = [brief([article("Fog", hours=hours, number=int(hours))]) for hours in (1, 8, 24 * 120)]

    text = render(digest(stories), RenderOptions()).text

    assert "Sandhaven Courier, 06:00\n" in text
    assert "Sandhaven Courier, 28 March, 22:00\n" in text  # the clocks went forward that night
    assert "Sandhaven Courier, 29 November 2025\n" in text


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [
        pytest.param("word " * 229, "en", 1, id="a minute, the title's word with it"),
        pytest.param("word " * 230, "en", 2, id="a word more than a minute"),
        pytest.param("海" * 999, "ja", 2, id="a language without spaces"),
    ],
)
def test_reading_time(words: str, language: str, minutes: int) -> None:
    edition = render(
        digest([brief([article("港" if language == "ja" else "Fog", [words.strip()], language=language)])]),
        RenderOptions(),
    )

    assert edition.reading_minutes == minutes


def test_the_contents_lead_to_the_stories_in_the_order_of_the_page() -> None:
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
    assert targets == titles == ["s1", "s2", "s3", "s4", "s5"]
    assert [heading.text_content() for heading in page.iter("h2")] == ["Harbour", "Sky", "Other news"]


def test_a_short_edition_has_no_contents() -> None:
    assert "In this edition" not in render(digest(stories=3), RenderOptions()).html


@pytest.mark.parametrize("template", TEMPLATES)
def test_however_much_was_left_out_and_failed_there_is_room_for_the_stories(template: str) -> None:
    left_out = [LeftOut(article=article(f"Fog {n}", number=n), reason="older than the window") for n in range(3000)]
    failures = [Failure(source=f"Source {n}", url="https://a.example", error="no answer " * 30) for n in range(3000)]
    look = RenderOptions(template=template, show_left_out=True, show_failures=True)
    edition = render(digest(left_out=left_out, failures=failures), look)

    assert len(edition.html.encode()) <= 80_000
    assert "City council votes to keep the night trams" in edition.html
    for part in (seen(edition), read(edition)):
        assert "Fog 0" in part
        assert part.count("2960") == 2


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_title_in_another_language_says_so_wherever_it_stands(template: str) -> None:
    foreign = article("Der Hafen öffnet", ["Er öffnet."], language="de", number=1)
    unknown = article("Fog", language="und", number=2)
    left_out = [LeftOut(article=one, reason="older than the window") for one in (foreign, unknown)]
    edition = render(
        digest([brief([foreign])], left_out=left_out), RenderOptions(template=template, show_left_out=True)
    )
    page = tree(edition)

    titles = page.xpath("//body//*[text()='Der Hafen öffnet']")
    assert len(titles) == 2
    assert [one.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for one in titles] == ["de", "de"]
    assert page.xpath("string(//a[text()='Fog']/ancestor::*[@lang][1]/@lang)") == edition.language


def test_what_was_left_out_and_what_failed_are_told_on_request_alone() -> None:
    left_out = [LeftOut(article=article("A long weekend"), reason="older than the window")]
    failures = [Failure(source="Lighthouse Wire", url="https://lighthouse.example/feed", error="HTTP 503, try later")]
    whole = digest(left_out=left_out, failures=failures)

    quiet, frank = render(whole, RenderOptions()), render(whole, RenderOptions(show_left_out=True, show_failures=True))

    for words in ("A long weekend", "older than the window", "Lighthouse Wire", "HTTP 503, try later"):
        assert words not in quiet.html + quiet.text
        assert words in seen(frank)
        assert words in read(frank)


def test_an_update_is_marked() -> None:
    edition = render(digest([brief([article("Fog lifts")], update=True)]), RenderOptions())

    assert "Update · Sandhaven Courier" in seen(edition)
    assert "Update: Sandhaven Courier" in read(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_in_a_story_of_another_language_the_mails_own_words_keep_theirs(template: str) -> None:
    page = tree(render(digest([nth_brief(0), nth_brief(2)], language="ar"), RenderOptions(template=template)))

    months = [one for one in page.iter("span") if one.text_content() == "28 مارس, 14:30"]
    assert [(one.get("lang"), one.get("dir")) for one in months] == [("ar", "rtl")]


# --- links -------------------------------------------------------------------------------------------------------


def test_a_preview_has_no_dead_link() -> None:
    page = tree(render(digest(), RenderOptions()))

    places = {element.get("id") for element in page.iter() if element.get("id")}
    for link in page.iter("a"):
        href = link.get("href", "")
        assert href.startswith("https://") or href[1:] in places


def test_the_footer_has_the_links_that_it_is_given_and_their_placeholders_stay() -> None:
    edition = render(
        digest(), RenderOptions(links=LINKS, reason="You asked for it.", brand=Brand(address="Pier 4, Sandhaven"))
    )

    for words in (LINKS.web, LINKS.archive, LINKS.preferences, LINKS.unsubscribe, "You asked for it.", "Pier 4"):
        assert words in edition.html
        assert words in edition.text


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


def test_quotes_in_an_address_stay_within_it() -> None:
    url = "https://news.example/?q=\"><b>'&x=1"

    page = tree(render(digest([brief([article("Fog", ["It lifts."], url=url)])]), RenderOptions()))

    assert [link.get("href") for link in page.iter("a")] == ["https://news.example/?q=%22%3E%3Cb%3E'&x=1"]


# --- nothing from outside breaks it ------------------------------------------------------------------------------

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


@pytest.mark.parametrize(("title", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_text(title: str, shown: str) -> None:
    tame, wild = (
        render(
            digest(
                [brief([article(words, [words], source=words, author=words, url="https://a.example/")], section=words)]
            ),
            RenderOptions(show_failures=True),
        )
        for words in ("Fog", title)
    )

    page = tree(wild)
    heading = page.find(".//h3")
    assert heading is not None
    assert heading.text_content() == shown
    assert shown in read(wild)
    assert wild.subject == shown
    assert [element.tag for element in page.iter()] == [element.tag for element in tree(tame).iter()]
    wild.html.encode()
    wild.text.encode()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(alphabet="<>&\"'{}%#xqv0;:/\\ \r\n\0-!=", max_size=60))
def test_no_text_changes_the_structure(title: str, sentence: str) -> None:
    edition = render(digest([brief([article(title, [sentence])])]), RenderOptions())

    tame = render(digest([brief([article("Fog", ["It lifts."])])]), RenderOptions())
    assert [one.tag for one in tree(edition).iter()] == [one.tag for one in tree(tame).iter()]
    assert "\r" not in edition.subject + edition.preheader
    assert "\n" not in edition.subject + edition.preheader


def test_a_title_of_ten_thousand_characters_is_cut_at_a_word() -> None:
    edition = render(digest([brief([article("fog " * 2500, ["It lifts."])])]), RenderOptions())

    assert len(edition.subject) <= 120
    assert edition.subject.endswith("fog…")
    assert len(edition.html) < 20_000


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        pytest.param(article("", ["Fog lifts over the harbour."]), "Fog lifts over the harbour.", id="no title"),
        pytest.param(article(" \u200e ", [], source="Harbour Wire"), "\u200e", id="an invisible title"),
        pytest.param(article("", [], source="Harbour Wire"), "Harbour Wire", id="nothing but a source"),
        pytest.param(article("", [], source="", url=""), "Untitled", id="nothing at all"),
    ],
)
def test_a_story_always_has_a_title(one: object, shown: str) -> None:
    assert render(digest([brief([one])]), RenderOptions()).subject == shown  # type: ignore[list-item]


# --- size, sameness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("stories", [0, 1, 12, 33, 60, 400, 2000])
def test_the_mail_stays_small_and_no_story_is_lost(stories: int, template: str) -> None:
    edition = render(digest(stories=stories), RenderOptions(template=template, links=LINKS))

    page = tree(edition)
    told = len(page.xpath("//*[contains(@class, 'title') or contains(@class, 'headline ') or @class='headline']"))
    named = len(page.xpath("//td[@class='list']//li"))
    beyond = re.search(r"and (\d+) more", edition.text)
    assert len(edition.html.encode()) <= 80_000
    assert told + named + (int(beyond[1]) if beyond else 0) == stories
    assert LINKS.unsubscribe in edition.html
    assert told >= min(stories, 20)


def test_the_best_stories_stay_whole() -> None:
    stories = [nth_brief(number, section=("Harbour", "Sky")[number % 2]) for number in range(70)]

    page = tree(render(digest(stories), RenderOptions()))

    shown = {heading.text_content() for heading in page.iter("h3")}
    assert shown == {told.story.lead.title for told in stories[: len(shown)]}


def test_a_story_too_long_for_any_mail_is_named() -> None:
    endless = brief([article("The whole register", ["Fog and rain. " * 8000])])

    edition = render(digest([endless]), RenderOptions())

    assert len(edition.html.encode()) <= 80_000
    assert "More stories" in seen(edition)
    assert "The whole register" in seen(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_style_element_fits_where_mail_programs_cut_it(template: str) -> None:
    edition = render(digest(), RenderOptions(template=template))

    assert sum(len(style) for style in re.findall(r"<style.*?</style>", edition.html, re.DOTALL)) < 8192


def test_the_same_digest_gives_the_same_bytes() -> None:
    first = render(digest(), RenderOptions())
    render(digest(stories=9), RenderOptions(show_left_out=True))

    assert render(digest(), RenderOptions()) == first


def test_a_digest_in_another_zone_is_dated_there() -> None:
    kiribati = replace(NEWSLETTER, timezone=ZoneInfo("Pacific/Kiritimati"))
    late = replace(digest(newsletter=kiribati), slot=replace(digest().slot, due=DUE + timedelta(hours=12)))

    assert "Monday, 30 March 2026" in render(late, RenderOptions()).text


# --- what differs between readers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER[:-1], TOKEN_PLACEHOLDER[1:], TOKEN_PLACEHOLDER[1:-1]], ids=repr
)
def test_no_article_can_hold_the_readers_placeholder(text: str) -> None:
    """Nor can it bring so much of it that a template's own parentheses make it whole."""
    told = article(f"Fog {text}", [f"It ({text}) lifts."], source=f"Wire {text}", url=f"https://a.example/?q={text}")
    other = replace(told, id="2", url="https://b.example/", source=text)

    edition = render(digest([brief([told, other])]), RenderOptions(links=LINKS))

    for part in (edition.html, edition.text, edition.subject, edition.preheader):
        assert TOKEN_PLACEHOLDER not in part.replace(LINKS.unsubscribe, "").replace(LINKS.preferences, "")


def test_the_footer_says_why_the_reader_gets_it_where_it_says_how_to_leave() -> None:
    reason = "You get this mail because you subscribed to The Harbour Letter."

    assert reason in seen(render(digest(), RenderOptions(links=LINKS)))
    assert reason in read(render(digest(), RenderOptions(links=LINKS)))
    assert "because" not in seen(render(digest([]), RenderOptions()))
