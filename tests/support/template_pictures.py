"""Pictures of the shipped templates, made of the sample.

``python -m tests.support.template_pictures`` writes ``picture.png`` into each template's folder.

The mail on a desk by day, and further down in it on a phone by night.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from playwright.sync_api import Browser, sync_playwright

from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import PreviewRequest, preview
from digest.render import render
from digest.render.template_paths import template_names
from digest.settings import shipped_files
from tests.support.browser import executable

WIDTH, HEIGHT, DESK, PHONE = 1200, 640, 720, 360
#: Few stories, so that all that a template does is seen at the top.
SHORT = {"briefing": {"stories": 4}, "headlines": {}, "longread": {"stories": 3, "sentences": 5}}
_SECOND = "scrollTo(0, document.querySelectorAll('h2')[1].closest('td').getBoundingClientRect().top + 2)"
#: The grounds of the mail itself, so that it goes on to the edge.
_SCENE = f"""<!DOCTYPE html><style>
body {{ margin: 0; display: flex; height: {HEIGHT}px; overflow: hidden; background: #f3f1ec }}
div {{ width: {WIDTH - DESK}px; background: #121316 }}
div img {{ display: block; margin: 44px auto;
  border: solid #34373d; border-width: 1px 1px 0; border-radius: 28px 28px 0 0 }}
</style><img src="%s"><div><img src="%s"></div>"""


def main() -> None:
    """Take them all anew."""
    mails = {
        name: mail(name) for name in template_names([shipped_files.templates()])
    }  # Playwright keeps an event loop; so does this
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        for name, html in mails.items():
            path = shipped_files.templates() / name / "picture.png"
            path.write_bytes(picture(browser, html))


def mail(template: str) -> str:
    """The sample in that template."""
    shown = preview(
        PreviewRequest(changes={"template": template, **SHORT[template]}), environ={}, now=datetime.now(UTC)
    )
    return render(shown.digest, render_options(shown.digest.newsletter, shown.settings)).html


def picture(browser: Browser, html: str) -> bytes:
    """The desk by day and the phone by night, side by side."""
    day = _seen(browser, html, width=DESK, height=HEIGHT)
    night = _seen(browser, html, width=PHONE, height=HEIGHT - 45, scheme="dark", scroll=_SECOND)
    return _seen(browser, _SCENE % (_inline(day), _inline(night)), width=WIDTH, height=HEIGHT)


def _seen(browser: Browser, html: str, *, width: int, height: int, scheme: str = "light", scroll: str = "") -> bytes:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)
    page.add_style_tag(content="::-webkit-scrollbar { display: none }")
    page.evaluate(scroll)
    taken = page.screenshot()
    page.close()
    return taken


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


if __name__ == "__main__":
    main()
