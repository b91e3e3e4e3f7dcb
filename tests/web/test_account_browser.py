"""Another address, download and erasure in Chromium, from real mails, at the narrowest width (``slow``)."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.store import Store
from tests.support.browser import browser
from tests.support.published_site import ANN, PUBLIC, add_subscribers, links_of, mails_to, publish_edition
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_browser import press
from tests.web.test_subscribe import settle, subscribed

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow
NEW = "ann@lighthouse.example"


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with running_site(sqlite_store, site_settings(PUBLIC, url=f"http://127.0.0.1:{port}"), port=port) as running:
        yield running


def link(site: RunningSite, address: str, path: str) -> str:
    """The link of the address's newest mail with such a path."""
    settle(site)
    return next(url for url in links_of(mails_to(site, address)[-1], site.url) if url.startswith(site.url + path))


@pytest.mark.parametrize(
    ("scripts", "scheme"),
    [
        pytest.param(False, "light", id="without JavaScript"),
        pytest.param(True, "light", id="axe in light"),
        pytest.param(True, "dark", id="axe in dark"),
    ],
)
def test_a_reader_moves_downloads_and_is_erased(
    scripts: bool, scheme: str, site: RunningSite, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(
        java_script_enabled=scripts,
        color_scheme=scheme,  # type: ignore[arg-type]  # a literal
        viewport={"width": 320, "height": 640},
        bypass_csp=scripts,  # for axe
    )
    page = context.new_page()

    def look(heading: str) -> None:
        assert page.locator("h1").inner_text() == heading
        if scripts:
            violations = Axe().run(page).response["violations"]
            assert [(item["id"], item["nodes"][0]["html"]) for item in violations] == [], heading
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, heading

    def go(address: str, heading: str) -> None:
        page.goto(address)
        look(heading)

    def push(button: str, heading: str) -> None:
        press(page, button)
        look(heading)

    add_subscribers(site, ANN)
    publish_edition(site, day=0)
    go(link(site, ANN, "/preferences/"), "Your newsletters")
    page.get_by_label("New mail address").fill(NEW)
    push("Change address", "Please check your mail")
    go(link(site, ANN, "/address/"), "Send your newsletters to another address?")
    push("Yes, ask the new address", "Now check the new address")
    go(link(site, NEW, "/address/"), "Send the newsletters to this address?")
    push("Send them here", "Your address is changed")
    assert subscribed(site) == [NEW]
    go(link(site, ANN, "/address/"), "Send your newsletters to the former address again?")

    publish_edition(site, day=1)
    go(link(site, NEW, "/preferences/"), "Your newsletters")
    assert _download(page, tmp_path)["subscribers"][0]["address"] == NEW
    push("Erase me", "Please check your mail")
    go(link(site, NEW, "/erase/"), "Erase everything about you?")
    push("Erase everything", "You are erased")
    assert subscribed(site) == []
    page.reload()
    look("This link works no more")
    context.close()


def _download(page: Page, folder: Path) -> dict[str, list[dict[str, str]]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "my-data.json"
    content: dict[str, list[dict[str, str]]] = json.loads(file.read_text("utf-8"))
    return content
