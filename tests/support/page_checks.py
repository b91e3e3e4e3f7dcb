"""What every page must keep to, checked in Chromium: accessible, narrow enough, small, and asking no other site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

#: Characters of a page, at most.
_MAX_PAGE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPage:
    """A page of a window, and the addresses that it asked for."""

    page: Page
    width: int
    urls: list[str] = field(default_factory=list)

    def check(self, *, is_ours: bool = True) -> None:
        """Check what the window shows; a mail's own page has tests of its own for what isn't its width."""
        address = self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, address
        if is_ours:
            violations = Axe().run(self.page).response["violations"]
            assert [(item["id"], item["nodes"][0]["html"]) for item in violations] == [], address
            assert len(self.page.content()) < _MAX_PAGE, address


@contextmanager
def checked_page(browser: Browser, *, scheme: str, width: int, url: str) -> Iterator[CheckedPage]:
    """A window of that width and colour scheme. At its end: all that it asked for was of the site at ``url``."""
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]  # a literal
        viewport={"width": width, "height": 640},
        bypass_csp=True,  # for axe
    )
    checked = CheckedPage(page=context.new_page(), width=width)
    checked.page.on("request", lambda request: checked.urls.append(request.url))
    yield checked
    context.close()
    assert [asked for asked in checked.urls if not asked.startswith(url)] == []
