"""The archive in Chromium: without JavaScript, the mail in its frame, on phones and in the dark (``slow``)."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from digest.store import open_store
from tests.support.browser import browser
from tests.support.page_checks import checked_page
from tests.support.published_site import BEN, PUBLIC, add_subscribers, links_of, mails_to, publish_edition
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_archive import MEMBERS

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with 60 editions of a public newsletter: two pages of its list."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = site_settings(PUBLIC, MEMBERS, url=f"http://127.0.0.1:{port}")
    file = tmp_path_factory.mktemp("archive") / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store, settings, port=port) as running:
        for day in range(60):
            publish_edition(running, day=day, stories_count=2)
        yield running


def test_a_visitor_reads_from_the_front_page_through_the_archive(site: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="All editions of Harbour News").click()
    page.get_by_role("link", name="Older editions").click()
    page.wait_for_url("**/main/?page=2")
    page.get_by_role("link", name="March 2026").click()
    page.locator(".editions a").last.click()
    page.wait_for_url("**/main/2026-03-29")
    assert page.locator("h1").inner_text() == "Sunday, 29 March 2026"

    page.get_by_text("As it was mailed").click()
    mail = page.frame_locator("iframe")
    assert mail.locator("h1").inner_text() == "Harbour News"
    assert mail.get_by_text("Unsubscribe").count() == 0
    # By the keyboard: just after scrolling, Chromium gives a click to the frame that was there.
    page.get_by_role("link", name="30 March").press("Enter")
    page.wait_for_url("**/main/2026-03-30")
    page.get_by_role("link", name="Get the next edition by mail").click()
    assert page.get_by_label("Harbour News").is_checked()
    context.close()


def test_a_subscriber_reads_the_archive_by_a_link_in_a_mail(site: RunningSite, browser: Browser) -> None:
    add_subscribers(site, BEN, newsletter=MEMBERS)
    publish_edition(site, newsletter=MEMBERS)
    link = next(link for link in links_of(mails_to(site, BEN)[-1], site.url) if link.endswith("/archive"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.wait_for_url(f"{site.url}/members/")
    page.locator(".editions a").first.click()
    page.get_by_text("As it was mailed").click()

    assert page.frame_locator("iframe").locator("h1").inner_text() == "Members only"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_pages_of_the_archive_are_accessible_small_and_ask_nobody_else(
    scheme: str, width: int, site: RunningSite, browser: Browser
) -> None:
    with checked_page(browser, scheme=scheme, width=width, url=site.url) as checked:
        for path in ("/", "/main/", "/main/?page=2", "/main/2026-03-30", "/main/2026-04-99", "/members/"):
            checked.page.goto(site.url + path)
            if summary := checked.page.locator(".mail summary").all():
                summary[0].click()
                checked.page.frame_locator("iframe").locator("h1").wait_for()
            checked.check()
