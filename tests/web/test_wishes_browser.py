"""The page of preferences in Chromium, with JavaScript off: choose, take a break, and read what is wrong (``slow``)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.model.link_token import LinkToken, Purpose
from digest.model.newsletters import Source
from digest.pipeline.reader_links import sign_link
from digest.store import Store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.browser import browser
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, RunningSite, running_site, site_settings
from tests.web.test_subscribe import WEEKLY

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

ANN = "ann@harbour.example"
SOURCES = tuple(Source(id=id_, url=f"https://{id_}.example", title=id_.title()) for id_ in ("herald", "post"))


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = replace(site_settings(NEWSLETTER, WEEKLY, url=f"http://127.0.0.1:{port}"), sources=SOURCES)
    with running_site(sqlite_store, settings, port=port) as running:
        yield running


def link(site: RunningSite) -> str:
    with site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON)
        ann = subscribers.find(conn, ANN)
        assert ann
        token = LinkToken(purpose=Purpose.PREFERENCES, issued=NOON, subscriber_id=ann.id, newsletter_id="main")
        return f"{site.url}/preferences/{sign_link(conn, token, site.app.settings.web)}"


def press(page: Page, name: str) -> str:
    page.get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("status").inner_text()


def test_a_reader_chooses_and_takes_a_break_without_javascript(site: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link(site))
    page.get_by_text("How often, and what about").first.click()
    page.get_by_label("How often").first.select_option("Once a week, on Friday")
    page.get_by_label("Time of day").first.select_option("18:00")
    page.get_by_label("Only about these topics").first.fill("x" * 61)
    page.get_by_label("Post").first.check()
    page.get_by_label("Your time zone").select_option("Pacific/Auckland")
    assert press(page, "Save") == "Nothing is saved yet: please look at the marked fields."
    assert page.get_by_label("Only about these topics").first.input_value() == "x" * 61
    assert page.get_by_label("Time of day").first.input_value() == "18:00"
    page.get_by_label("Only about these topics").first.fill("sea ice")
    assert press(page, "Save") == "Saved."
    assert "Friday, 3 April 2026, 18:00" in page.locator("main").inner_text()
    assert page.get_by_label("Post").first.is_checked()

    assert press(page, "Take a break") == "Saved."
    assert "You get no mail until Sunday, 26 April 2026." in page.locator("main").inner_text()
    assert press(page, "End the break") == "Saved."
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_narrow_phone_and_axe_finds_nothing(site: RunningSite, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 600}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for address in (link(site), f"{site.url}/subscribe"):
        page.goto(address)
        page.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert Axe().run(page).response["violations"] == []
    context.close()
