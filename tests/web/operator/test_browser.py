"""The operator's day in Chromium: with JavaScript off, on a narrow phone, in light and dark (``slow``)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.model.newsletters import Source
from digest.pipeline.collect import collect_sources
from digest.settings import StoreSettings
from digest.store import open_store, sources, subscription_requests
from digest.store.subscription_requests import NewRequest
from tests.support.browser import browser
from tests.support.operator_site import PASSWORD, deliver, operator_settings, outcomes, send_edition, subscribe
from tests.support.web_site import NEWSLETTER, RunningSite, running_site

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

#: Screenshots are left here, if it is set.
PICTURES = os.environ.get("DIGEST_TEST_PICTURES")
WEEKLY = replace(NEWSLETTER, id="weekly", title="Harbour Weekly")
FERRY = "Ferry stays in harbour\n\nThe island ferry stayed in harbour because of strong wind. Bread came by air.\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site with a source that works and one that doesn't, and thirty subscribers."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/ferry.txt").write_text(FERRY)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    store_url = f"sqlite:///{tmp_path / 'digest.db'}"
    own = Source(id="own", path=tmp_path / "articles", title="Own articles")
    herald = Source(id="herald", url="https://herald.example/feed.xml", title="Harbour Herald")
    settings = replace(
        operator_settings(tmp_path, NEWSLETTER, WEEKLY, url=f"http://127.0.0.1:{port}"),
        store=StoreSettings(url=store_url),
        sources=(own, herald),
    )
    with open_store(store_url) as store, running_site(store, settings, port=port) as running:
        collecting = Thread(target=partial(collect_sources, [own], running.app, now=running.now))
        collecting.start()  # Playwright has an event loop in this thread
        collecting.join()
        with store.begin() as conn:
            sources.record_failure(conn, herald, "the server answers 503", at=running.now)
            request = NewRequest(address="bob@harbour.example", newsletter_ids=("weekly",), network="192.0.2.0/24")
            subscription_requests.record(conn, request, at=running.now)
        subscribe(running, 30)
        yield running


def press(page: Page, name: str) -> str:
    """Press a button; the heading of the page that follows."""
    page.get_by_role("button", name=name).first.click()
    return page.locator("h1").inner_text()


def follow(page: Page, name: str) -> str:
    """Follow a link; the heading of the page that follows."""
    page.get_by_role("link", name=name).first.click()
    return page.locator("h1").inner_text()


def log_in(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.url}/operator/")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")


def test_the_operators_day_without_javascript(site: RunningSite, browser: Browser) -> None:
    refused = [f"reader{number:03}@harbour.example" for number in range(12)]
    spam = send_edition(site, refused[0], reply="550 5.7.1 spam", html="<p>Ferry stays</p>", revision=2)
    suspected = send_edition(site, *refused)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{site.url}/operator/editions")
    page.get_by_label("Password").fill("not the password")
    press(page, "Log in")
    assert page.locator("#password-problem").inner_text() == "That is not the password."
    page.get_by_label("Password").fill(PASSWORD)
    assert press(page, "Log in") == "Editions"

    page.goto(f"{site.url}/operator/editions/{spam}")
    assert page.frame_locator("iframe").locator("p").inner_text() == "Ferry stays"
    site.mailer.not_accepted = {}
    press(page, "Send 1 mail again")
    assert page.get_by_role("status").inner_text().startswith("1 mail will be sent again.")
    deliver(site, spam)
    assert outcomes(site, spam) == {"sent": 30}

    follow(page, "Overview")
    assert follow(page, "Review the refusals") == "Refusals to review"
    assert press(page, "Send to them again …").startswith("Readmit ")
    assert press(page, "Readmit") == "Nothing waits for a review"
    deliver(site, suspected)
    assert outcomes(site, suspected) == {"sent": 30}

    follow(page, "Subscribers")
    page.get_by_label("Part of an address or a name").fill("READER007")
    press(page, "Search")
    assert follow(page, "reader007@harbour.example") == "reader007@harbour.example"
    press(page, "Remove from Harbour News")
    assert press(page, "Subscribe to Harbour News").startswith("Subscribe reader007@harbour.example")
    press(page, "Subscribe again")
    assert page.get_by_role("status").inner_text() == "Subscribed to Harbour News."

    follow(page, "Preview")
    page.get_by_label("As if at").fill("2026-03-28T12:00")
    page.get_by_label("For a subscriber").fill("reader007@harbour.example")
    press(page, "Compose")
    composed = page.frame_locator("iframe").get_by_text("Ferry stays in harbour")
    composed.first.wait_for(state="attached", timeout=60_000)
    assert "reader007" not in page.url

    press(page, "Log out")
    page.goto(f"{site.url}/operator/subscribers")
    assert page.locator("h1").inner_text() == "Operator’s pages"
    context.close()


def test_a_link_in_a_mail_opens_the_page_while_logged_in(site: RunningSite, browser: Browser) -> None:
    """Although browsers send no Strict cookie after a link from elsewhere."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, site)
    page.route("http://mail.example/", lambda route: route.fulfill(body=f'<a href="{site.url}/operator/sources">x</a>'))
    page.goto("http://mail.example/")
    page.get_by_role("link").click()
    page.wait_for_selector("table")

    assert page.locator("h1").inner_text() == "Sources"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_accessible_small_and_fit(scheme: str, width: int, site: RunningSite, browser: Browser) -> None:
    suspected = send_edition(site, *[f"reader{number:03}@harbour.example" for number in range(12)])
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]  # a literal
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # for axe
    )
    page = context.new_page()
    page.goto(f"{site.url}/operator/login")
    _assert_accessible(page, width)
    log_in(page, site)
    for path in ("", "editions", f"editions/{suspected}", "refusals", "sources", "sources/herald", "subscribers"):
        page.goto(f"{site.url}/operator/{path}")
        _picture(page, path, width, scheme)
        _assert_accessible(page, width)
    for path in ("sources/own", "newsletters/main"):
        page.goto(f"{site.url}/operator/{path}")
        _picture(page, path, width, scheme)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        _assert_accessible(page, width)
    for path in ("subscribers/3", "requests", "preview?newsletter=main&at=2026-03-28T12:00"):
        page.goto(f"{site.url}/operator/{path}")
        _picture(page, path, width, scheme)
        _assert_accessible(page, width)
    page.goto(f"{site.url}/operator/refusals")
    press(page, "Suppress them …")
    _assert_accessible(page, width)
    context.close()


def _picture(page: Page, path: str, width: int, scheme: str) -> None:
    if PICTURES:
        name = path.partition("?")[0].replace("/", "-") or "overview"
        page.screenshot(path=Path(PICTURES) / f"operator-{name}-{width}-{scheme}.png", full_page=True)


def _assert_accessible(page: Page, width: int) -> None:
    violations = Axe().run(page).response["violations"]

    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(page.content()) < 50_000
