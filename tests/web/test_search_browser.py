"""Search and the pages of stories in Chromium: without JavaScript, on phones and in the dark (``slow``)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from digest.store import open_store
from tests.support.browser import browser
from tests.support.page_checks import checked_page
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_search import MEMBERS, PUBLIC, WEEKLY
from tests.web.test_stories import BACK, FERRY, WIND, publish, told

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with a story, its update, and thirty others about ferries. No test changes it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = site_settings(PUBLIC, WEEKLY, MEMBERS, url=f"http://127.0.0.1:{port}")
    file = tmp_path_factory.mktemp("search") / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store, settings, port=port) as running:
        for day in range(30):
            publish(store, told((f"Ferry number {day} is new.", replace(WIND, id=f"ferry {day}"))), day=day)
        publish(store, told(("The island ferry stays in harbour.", FERRY), also=(WIND,)), day=40)
        publish(store, told(("It sails again.", BACK), update_of=(FERRY,)), day=41)
        yield running


def test_a_visitor_searches_and_reads_a_story_without_javascript(site: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{site.url}/main/")
    page.get_by_label("Search the stories").fill('"island fer" stays')
    page.get_by_role("button", name="Search").click()
    assert "No story has all of these words." in page.get_by_role("status").inner_text()

    page.get_by_label("Search the stories").fill("ferry")
    page.get_by_label("Search the stories").press("Enter")
    assert page.locator("article").count() == 20
    page.get_by_role("link", name="Older stories").click()
    assert page.locator("article").count() == 11
    page.get_by_role("link", name="Newest stories").click()
    page.get_by_role("link", name="The ferry is back").click()
    assert page.locator("h1").inner_text() == "The ferry is back"
    assert page.locator("section time").all_inner_texts() == ["Saturday, 9 May 2026", "Friday, 8 May 2026"]

    page.locator("section").last.get_by_role("link", name="Harbour News").click()
    assert page.url.endswith("/main/2026-05-08")
    page.get_by_role("link", name="All that was reported of it").click()
    page.get_by_role("link", name="Get the next edition by mail").click()
    assert page.get_by_label("Harbour News").is_checked()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_search_and_stories_are_accessible_small_and_ask_nobody_else(
    scheme: str, width: int, site: RunningSite, browser: Browser
) -> None:
    with checked_page(browser, scheme=scheme, width=width, url=site.url) as checked:
        for path in (
            "/search",
            "/search?q=ferry&newsletter=main",
            f"/search?q={'x' * 180}",
            "/stories/31",
            "/stories/1",
        ):
            checked.page.goto(site.url + path)
            checked.check()
