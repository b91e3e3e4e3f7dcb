"""Screenshots of the shipped templates with the sample's content: ``picture.png`` in each template's folder.

Each shows the mail on a desktop in light mode, and further down on a phone in dark mode.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import PreviewRequest, preview
from digest.render import render
from digest.render.template_paths import template_names
from digest.settings import shipped_files

WIDTH, HEIGHT, DESKTOP, PHONE = 1200, 640, 720, 360
#: Few stories, so that all parts of a template are near the top.
SHORT = {"briefing": {"stories": 4}, "longread": {"stories": 3, "sentences": 5}}
_SCROLL_TO_SECOND_STORY = """
const story = document.querySelectorAll('h2, .headlines li')[1].closest('td, li, div');
scrollTo(0, story.getBoundingClientRect().top + 2)
"""
#: The mail's own backgrounds, so that it extends to the edge.
_SCENE = f"""<!DOCTYPE html><style>
body {{ margin: 0; display: flex; height: {HEIGHT}px; overflow: hidden; background: #f3f1ec }}
div {{ width: {WIDTH - DESKTOP}px; background: #121316 }}
div img {{ display: block; margin: 44px auto;
  border: solid #34373d; border-width: 1px 1px 0; border-radius: 28px 28px 0 0 }}
</style><img src="%s"><div><img src="%s"></div>"""


def mails() -> Mapping[str, str]:
    """HTML of the sample, by template."""
    return {name: mail(name) for name in template_names([shipped_files.templates()])}


def take(browser: Browser, mails: Mapping[str, str]) -> Iterator[Path]:
    """Write ``picture.png`` of every template."""
    for name, html in mails.items():
        path = shipped_files.templates() / name / "picture.png"
        path.write_bytes(picture(browser, html))
        yield path


def mail(template: str) -> str:
    """HTML of the sample in a template, with its pictures."""
    now = datetime.now(UTC)
    request = PreviewRequest(changes={"template": template, **SHORT.get(template, {})})
    result = preview(request, environ={}, now=now)
    edition = render(result.digest, render_options(result.digest.newsletter, result.settings))
    assert result.fetch_images is not None
    return embed_images(edition, result.digest, result.settings, result.fetch_images, now=now)[0].html


def picture(browser: Browser, html: str) -> bytes:
    """PNG of the desktop in light mode and the phone in dark mode, side by side."""
    desktop = _screenshot(browser, html, width=DESKTOP, height=HEIGHT)
    phone = _screenshot(browser, html, width=PHONE, height=HEIGHT - 45, scheme="dark", scroll=_SCROLL_TO_SECOND_STORY)
    return _screenshot(browser, _SCENE % (_data_url(desktop), _data_url(phone)), width=WIDTH, height=HEIGHT)


def _screenshot(
    browser: Browser, html: str, *, width: int, height: int, scheme: str = "light", scroll: str = ""
) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)
    page.add_style_tag(content="::-webkit-scrollbar { display: none }")
    page.evaluate(scroll)
    png = page.screenshot()
    page.close()
    return png


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
