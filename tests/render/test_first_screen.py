"""The news begins on the first screen: position of the lead story's first sentence in Chromium (``slow``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route

from digest.model.articles import Image
from digest.model.digests import Digest
from digest.pipeline.preview import PreviewRequest, preview
from digest.render import RenderOptions, render
from tests.support.browser import browser
from tests.support.digests import article, brief
from tests.support.mail_matrix import LANGUAGES, content
from tests.support.rendered import TEMPLATES

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

#: Width and height of the window, and the lowest beginning of the first sentence without and with a picture.
SCREENS = {"phone": (375, 812, 320, 600), "desktop": (600, 812, 420, 812)}
#: For each language a text to cut titles from, and the beginning of the story.
TEXTS = {
    "en": (
        "The harbour board opens the northern lock a year early, and three shipping lines come back, ",
        "It opened.",
    ),
    "de": (
        "Die Hafenbehörde öffnet die Nordschleuse ein Jahr früher, und drei Reedereien kehren zurück, ",
        "Sie ist offen.",
    ),
    "ar": ("هيئة الميناء تفتح الهويس الشمالي قبل موعده بعام وثلاث شركات شحن تعود إلى المدينة من جديد ", "فُتح الهويس."),
    "ja": ("港湾局は北の閘門を予定より一年早く開き三つの海運会社が町に戻ってくることを市議会に報告した", "開いた。"),
}
#: Characters of the title before it is cut to four lines: short, and so long that it may be set smaller.
LENGTHS = (12, 60, 160)
PICTURES = {
    "wide": Image(url="https://a.example/wide.svg", width=1040, height=585),
    "tall": Image(url="https://a.example/tall.svg", width=800, height=1200),
    "of unknown size": Image(url="https://a.example/square.svg"),
}
SIZES = {"tall.svg": (800, 1200), "square.svg": (900, 900)}

#: Cut the first story's title, word by word, to four lines; the top of the text that begins with the sentence.
TOP_OF_SENTENCE = """
([title, sentence]) => {
  const find = text => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (walker.currentNode.data.trim().startsWith(text)
          && walker.currentNode.parentElement.getClientRects().length) return walker.currentNode;
  };
  const range = node => { const r = document.createRange(); r.selectNodeContents(node); return r; };
  const heading = find(title.slice(0, 8));
  const lines = () => new Set([...range(heading).getClientRects()].map(r => Math.round(r.top))).size;
  while (lines() > 4) heading.data = heading.data.slice(0, -1);
  return range(find(sentence)).getClientRects()[0].top;
}
"""


@pytest.fixture(scope="module", autouse=True)
def samples() -> dict[str, Digest]:
    """The sample with and without pictures, composed before Playwright's event loop runs."""
    requests = {images: PreviewRequest(changes={"images": images}) for images in ("linked", "none")}
    return {images: preview(request, environ={}, now=datetime.now(UTC)).digest for images, request in requests.items()}


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[dict[str, Page]]:
    opened = {
        name: browser.new_page(viewport={"width": width, "height": height})
        for name, (width, height, _, _) in SCREENS.items()
    }
    for page in opened.values():
        page.route("**/*", answer_with_picture)
    yield opened
    for page in opened.values():
        page.close()


def answer_with_picture(route: Route) -> None:
    """Answer every request with a picture of the size that its address names."""
    width, height = SIZES.get(route.request.url.rpartition("/")[2], (1040, 585))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"></svg>'
    route.fulfill(body=svg, content_type="image/svg+xml")


def with_lead(digest: Digest, title: str, sentence: str, language: str, image: Image | None) -> Digest:
    """The digest, its first story replaced; its author and date make the line above the title long."""
    lead = replace(
        article(title, [sentence], language=language, author="Consumer desk", hours=30, source="Sandhaven Courier"),
        image=image,
    )
    return replace(digest, briefs=(brief([lead], section=digest.briefs[0].ranked.section), *digest.briefs[1:]))


def first_sentence_top(page: Page, digest: Digest, template: str) -> float:
    page.set_content(render(digest, RenderOptions(template=template)).html)
    lead = digest.briefs[0]
    arguments = [lead.story.lead.title.strip(), lead.sentences[0].text[:20]]
    return float(page.evaluate(TOP_OF_SENTENCE, arguments))


STORY_FIRST = [name for name in TEMPLATES if name in {"briefing", "plain"}]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("picture", [None, *PICTURES])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", STORY_FIRST)
def test_the_first_sentence_of_a_day_of_60_articles_is_on_the_first_screen(
    pages: dict[str, Page], template: str, language: str, picture: str | None, screen: str
) -> None:
    day, (text, sentence) = content(language, 60, hostile=False), TEXTS[language]
    limit = SCREENS[screen][3 if picture else 2]
    tops = {
        length: first_sentence_top(
            pages[screen],
            with_lead(day, (text * 2)[:length], sentence, language, PICTURES[picture] if picture else None),
            template,
        )
        for length in LENGTHS
    }

    assert {length: top for length, top in tops.items() if not 0 < top <= limit} == {}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("images", ["linked", "none"])
@pytest.mark.parametrize("template", STORY_FIRST)
def test_the_first_sentence_of_the_sample_is_on_the_first_screen(
    pages: dict[str, Page], samples: dict[str, Digest], template: str, images: str, screen: str
) -> None:
    top = first_sentence_top(pages[screen], samples[images], template)

    assert 0 < top <= SCREENS[screen][2 if images == "none" else 3]
