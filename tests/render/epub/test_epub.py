"""An edition as an EPUB: its chapters and metadata, its bytes, and outside text in it."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest

from digest.model.corrections import Correction, CorrectionKind
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.render import RenderOptions
from digest.render.epub import Epub, digest_epub
from tests.support.digests import DUE, article, brief, digest, nth_brief
from tests.support.epubs import NAMES, chapters, documents, text_of
from tests.support.mail_matrix import content
from tests.support.messages import HOSTILE


def edition_of(content: Digest, *, html: str = "<p>Harbour</p>", subject: str = "The lock opens") -> Edition:
    return Edition(
        newsletter_id=content.newsletter.id,
        slot=content.slot,
        subject=subject,
        preheader="",
        html=html,
        text="",
        language=content.language,
        reading_minutes=3,
    )


def epub_of(content: Digest, *, html: str = "<p>Harbour</p>", subject: str = "The lock opens") -> Epub:
    return digest_epub(content, edition_of(content, html=html, subject=subject), RenderOptions())


def test_each_story_is_a_chapter_with_its_sentences_and_sources() -> None:
    pages = [*chapters(epub_of(digest([nth_brief(0), nth_brief(3)])).data)]

    assert [
        page.findtext(".//x:h1", namespaces=NAMES) or page.findtext(".//x:h1/x:a", namespaces=NAMES) for page in pages
    ] == [
        "Port authority opens the northern lock a year early",
        "Seed bank lends rye from 1911 to twelve farms",
    ]
    assert (
        "The port authority said that ships of up to 230 metres can now enter at any state of the tide. (Coastal"
        in (text_of(pages[0]))
    )
    links = [link.get("href") for link in pages[0].iterfind(".//x:cite/x:a", NAMES)]
    assert links == [f"https://{outlet}.example/news/0" for outlet in OUTLETS]


CORRECTION = Correction(
    article_id="a",
    source_id="herald",
    kind=CorrectionKind.CHANGED,
    before="It opens on Monday.",
    after="It opens on Tuesday.",
    note="An earlier version had the wrong day.",
    title="The lock opens",
    url="https://herald.example/1",
    source="Herald",
    language="en",
    told=DUE,
    found=DUE,
)
UUID = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
OUTLETS = ("sandhaven-courier", "coastal-trade-weekly", "nordmark-broadcasting")


def test_the_contents_list_the_stories_under_their_sections() -> None:
    briefs = [nth_brief(0, section="Harbour"), nth_brief(1), nth_brief(2, section="Harbour")]
    nav = documents(epub_of(digest(briefs)).data)["EPUB/nav.xhtml"]
    toc = nav.find(".//x:nav", NAMES)
    assert toc is not None

    entries = [" ".join("".join(map(str, item.itertext())).split())[:25] for item in toc.iterfind("x:ol/x:li", NAMES)]
    assert entries == ["The Harbour Letter", "Harbour Port authority op", "Other news Observatory co"]
    files = [link.get("href") for link in toc.iterfind(".//x:a", NAMES)]
    assert files == ["title.xhtml", "story-1.xhtml", "story-2.xhtml", "story-3.xhtml"]


def test_the_metadata_say_what_it_is_and_who_can_read_it() -> None:
    package = documents(epub_of(digest(stories=2)).data)["EPUB/package.opf"]
    metadata = {
        (element.get("property") or element.tag.rpartition("}")[2]): element.text
        for element in package.iterfind("opf:metadata/*", NAMES)
    }

    assert metadata["title"] == "The Harbour Letter, Sunday, 29 March 2026"
    assert (metadata["language"], metadata["date"]) == ("en", "2026-03-29")
    assert metadata["dcterms:modified"] == "2026-03-29T05:00:00Z"
    assert metadata["schema:accessMode"] == metadata["schema:accessModeSufficient"] == "textual"
    assert metadata["schema:accessibilityHazard"] == "none"
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", metadata["identifier"]
    )


def test_the_same_edition_gives_the_same_bytes_and_another_one_another_identifier() -> None:
    first, again = epub_of(digest(stories=3)), epub_of(digest(stories=3))
    other = epub_of(digest(stories=3), html="<p>Harbour!</p>")

    assert first == again
    identifiers = {
        documents(epub.data)["EPUB/package.opf"].findtext(".//dc:identifier", namespaces=NAMES)
        for epub in (first, other)
    }
    assert len(identifiers) == 2


def test_the_type_comes_first_and_uncompressed() -> None:
    with ZipFile(BytesIO(epub_of(digest(stories=1)).data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_arabic_edition_reads_from_right_to_left() -> None:
    data = epub_of(content("ar", 1, hostile=False)).data
    package = documents(data)["EPUB/package.opf"]
    spine = package.find("opf:spine", NAMES)

    assert spine is not None
    assert spine.get("page-progression-direction") == "rtl"
    assert {(page.get("lang"), page.get("dir")) for page in chapters(data)} == {("ar", "rtl")}


def test_a_story_in_another_language_says_so() -> None:
    german = brief([article("Die Schleuse öffnet", ["Sie öffnet."], language="de")])
    (page,) = chapters(epub_of(digest([german])).data)
    story = page.find(".//x:section", NAMES)

    assert story is not None
    assert (page.get("lang"), story.get("lang"), story.get("dir")) == ("en", "de", "ltr")


def test_corrections_are_a_chapter_after_the_stories() -> None:
    corrected = replace(digest(stories=1), corrections=(CORRECTION, replace(CORRECTION, after="", language="de")))
    data = epub_of(corrected).data
    page = documents(data)["EPUB/corrections.xhtml"]

    assert [element.text for element in page.iterfind(".//x:del", NAMES)] == ["It opens on Monday."] * 2
    assert [element.text for element in page.iterfind(".//x:ins", NAMES)] == ["It opens on Tuesday."]
    assert "The outlet has removed this sentence." in text_of(page)
    package = documents(data)["EPUB/package.opf"]
    assert [item.get("idref") for item in package.iterfind(".//opf:itemref", NAMES)][-2:] == ["story-1", "corrections"]
    assert "EPUB/corrections.xhtml" not in documents(epub_of(digest(stories=1)).data)


def test_an_edition_without_stories_is_a_title_page() -> None:
    data = epub_of(digest([])).data

    assert [*chapters(data)] == []
    assert "There is nothing new in this edition." in text_of(documents(data)["EPUB/title.xhtml"])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_outside_text_breaks_no_file(text: str) -> None:
    hostile = replace(article(text, [text], source=text, author=text, url=f"https://a.example/{text}"), language=text)
    data = epub_of(digest([brief([hostile], section=text)]), subject=text).data

    assert len([*chapters(data)]) == 1  # each file was parsed strictly


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_markup_of_others_and_nothing_remote_gets_in(language: str) -> None:
    data = epub_of(content(language, 12, hostile=True)).data
    pages = [page for name, page in documents(data).items() if name.endswith(".xhtml")]
    elements = [element for page in pages for element in page.iter()]
    links = [value for element in elements for name, value in element.attrib.items() if name in {"href", "src"}]

    assert {element.tag.rpartition("}")[2] for element in elements} <= {
        *("html", "head", "title", "link", "body", "section", "nav", "h1", "p", "ol", "ul", "li", "a", "span", "cite"),
        *("strong", "h2", "del", "ins"),
    }
    assert [link for link in links if not re.fullmatch(r"https?://[!-~]+|[\w-]+\.(?:xhtml|css)", link)] == []


@pytest.mark.parametrize(
    ("title", "filename"),
    [
        ("The Harbour Letter", "The Harbour Letter-2026-03-29.epub"),
        ("Häfen & Schiffe", "Häfen Schiffe-2026-03-29.epub"),
        ("../../etc/passwd", "etc passwd-2026-03-29.epub"),
        ('a"b\\c:d*?<>|', "a b c d-2026-03-29.epub"),
        (".hidden\u202e", "hidden-2026-03-29.epub"),
        ("***", "harbour-2026-03-29.epub"),
        ("نشرة الميناء", "نشرة الميناء-2026-03-29.epub"),
        ("x" * 200, f"{'x' * 60}-2026-03-29.epub"),
    ],
)
def test_the_name_of_the_file_suits_any_system(title: str, filename: str) -> None:
    content = digest(stories=1)

    assert epub_of(replace(content, newsletter=replace(content.newsletter, title=title))).filename == filename
