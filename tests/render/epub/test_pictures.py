"""Pictures that an edition's HTML embeds, in the chapters of their stories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model.articles import FetchedImage, Image
from digest.model.published_stories import PublishedStory
from digest.render import RenderOptions, render
from digest.render.embedded_images import embed_images
from digest.render.epub import published_epub
from digest.render.epub.pictures import find_pictures
from tests.render.epub.test_epub import edition_of, epub_of
from tests.support.digests import DUE, digest, nth_brief
from tests.support.epubs import NAMES, chapters, data_url, documents, png, text_of, unpack

FIRST, SECOND = "https://sandhaven-courier.example/news/0", "https://hohenfels-observer.example/news/1"
GREY, WHITE = data_url(png()), data_url(png(255))


def story_html(number: int, url: str, *images: str, title: str = "The lock") -> str:
    pictures = "".join(f'<img alt="A lock" src="{image}">' for image in images)
    return f'<div>{pictures}<div><h2 id="s{number}"><a href="{url}">{title}</a></h2></div></div>'


@pytest.mark.parametrize(
    ("html", "addresses"),
    [
        pytest.param(story_html(1, FIRST, GREY), {FIRST: 1, "The lock": 1}, id="before its heading"),
        pytest.param(story_html(1, FIRST) + f'<img src="{GREY}">' + story_html(2, SECOND), {}, id="between two"),
        pytest.param(f'<img src="{GREY}">' + story_html(1, FIRST) + story_html(2, SECOND), {}, id="a logo"),
        pytest.param(story_html(1, FIRST, "https://a.example/1.png"), {}, id="linked"),
        pytest.param(story_html(1, FIRST, data_url(b"<svg/>", "image/svg+xml")), {}, id="SVG"),
        pytest.param(story_html(1, "", GREY, WHITE), {"The lock": 2}, id="two of a story without a link"),
        pytest.param("", {}, id="no page at all"),
    ],
)
def test_a_picture_belongs_to_the_heading_beside_it(html: str, addresses: dict[str, int]) -> None:
    assert {key: len(pictures) for key, pictures in find_pictures(html).items()} == addresses


def test_a_picture_is_a_file_of_the_book_once() -> None:
    html = story_html(1, FIRST, GREY) + story_html(2, SECOND, GREY)
    data = epub_of(digest(stories=2), html=html).data

    names = [name for name in unpack(data) if name.endswith(".png")]
    assert [unpack(data)[name] for name in names] == [png()]
    images = [image for page in chapters(data) for image in page.iterfind(".//x:img", NAMES)]
    assert [(f"EPUB/{image.get('src')}", image.get("alt")) for image in images] == [(names[0], "A lock")] * 2
    package = documents(data)["EPUB/package.opf"]
    modes = [meta.text for meta in package.iterfind(".//opf:meta[@property='schema:accessMode']", NAMES)]
    assert modes == ["textual", "visual"]


def test_a_book_that_is_too_large_has_no_pictures_and_says_so() -> None:
    edition = edition_of(digest(stories=1), html=story_html(1, "", GREY, title="The ferry sails"))
    story = PublishedStory(
        id=1, thread_id=1, edition_id=1, position=0, title="The ferry sails", is_update=False, section="",
        language="en", sentences=(), articles=(),
    )  # fmt: skip
    book = published_epub(edition, [story], title="Harbour", at=DUE, max_bytes=100)

    assert [name for name in unpack(book.data) if name.endswith(".png")] == []
    assert "The images are left out" in text_of(documents(book.data)["EPUB/title.xhtml"])
    whole = published_epub(edition, [story], title="Harbour", at=DUE, max_bytes=100_000)
    assert "The images" not in text_of(documents(whole.data)["EPUB/title.xhtml"])


def test_the_longread_template_shows_pictures_where_they_are_found() -> None:
    url = "https://sandhaven-courier.example/lock.png"
    first = nth_brief(0)
    lead = replace(first.story.lead, image=Image(url=url, alt="The lock"))
    story = replace(first.story, articles=(lead, *first.story.articles[1:]))
    pictured = digest([replace(first, ranked=replace(first.ranked, story=story)), nth_brief(1)])
    image = FetchedImage(media_type="image/png", data=png(), width=8, height=8)
    for template in ("longread", "briefing"):
        html = embed_images(render(pictured, RenderOptions(template=template)).html, {url: image})
        with_picture, without = chapters(epub_of(pictured, html=html).data)

        assert len(with_picture.findall(".//x:img", NAMES)) == 1
        assert without.findall(".//x:img", NAMES) == []
