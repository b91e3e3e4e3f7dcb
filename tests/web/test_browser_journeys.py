"""Whole ways of a reader in Chromium, from real mails: JavaScript off, on the narrowest phone (``slow``)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.render.page_templates import PageTemplates
from digest.store import Store
from tests.support.browser import browser
from tests.support.page_checks import checked_page
from tests.support.published_site import ANN, PUBLIC, add_subscribers, links_of, mails_to, publish_edition
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_browser import PICTURES, press
from tests.web.test_subscribe import settle, subscribed

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow
LANGUAGES = ("de", "fr", "pl", "ar", "ja")


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with running_site(sqlite_store, site_settings(PUBLIC, url=f"http://127.0.0.1:{port}"), port=port) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a phone that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def link(site: RunningSite, start: str) -> str:
    """The link of Ann's newest mail whose path starts like that."""
    return next(url for url in links_of(mails_to(site, ANN)[-1], site.url) if url.startswith(f"{site.url}{start}"))


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def subscribe(site: RunningSite, page: Page) -> None:
    """By the form and the mail's button."""
    page.goto(site.url)
    page.get_by_label("Your mail address").fill(ANN)
    site.now += timedelta(seconds=20)
    assert press(page, "Subscribe") == "Please check your mail"
    settle(site)
    page.goto(link(site, "/confirm/"))
    assert press(page, "Subscribe") == "You are subscribed"


def test_a_reader_does_everything_from_a_mail(site: RunningSite, page: Page) -> None:
    """Subscribe, confirm, read, vote, look at the archive, search, choose, leave, come back."""
    subscribe(site, page)
    publish_edition(site, day=0)
    publish_edition(site, day=1)

    page.goto(link(site, "/read/"))
    title = page.locator("h2").first.inner_text()
    page.goto(link(site, "/feedback/"))
    if heading(page) == "Which stories were useful?":
        page.locator("ol.stories a").first.click()
    assert press(page, "Useful") == "Thank you"

    page.goto(f"{site.url}/main/")
    page.locator("main a[href*='/main/20']").first.click()
    assert heading(page)
    page.goto(f"{site.url}/search")
    page.get_by_label("Search the stories").fill(" ".join(title.split()[:2]))
    page.get_by_role("button", name="Search").click()
    page.locator("article h2 a").first.click()
    assert "/stories/" in page.url or "/main/" in page.url

    page.goto(link(site, "/preferences/"))
    assert page.url == f"{site.url}/preferences"
    assert press(page, "Save") == "Your newsletters"
    assert page.get_by_role("status").first.inner_text() == "Saved."

    page.goto(link(site, "/unsubscribe/"))
    assert press(page, "Unsubscribe") == "You are unsubscribed"
    assert subscribed(site) == []
    assert press(page, "Subscribe again") == "Welcome back"
    assert subscribed(site) == [ANN]


def test_a_form_on_another_site_needs_one_more_button(site: RunningSite, page: Page, tmp_path: Path) -> None:
    """As in templates/README.md."""
    (tmp_path / "blog.html").write_text(
        f'<form method="post" action="{site.url}/subscribe"><label>Your mail address <input type="email" name="email"'
        ' required></label> <input type="hidden" name="newsletter" value="main"> <button>Subscribe</button></form>'
    )
    page.goto(f"file://{tmp_path}/blog.html")
    page.get_by_label("Your mail address").fill(ANN)
    assert press(page, "Subscribe") == "Subscribe to Harbour News"
    assert page.get_by_label("Your mail address").input_value() == ANN
    site.now += timedelta(seconds=20)
    assert press(page, "Subscribe") == "Please check your mail"
    settle(site)

    assert len(mails_to(site, ANN)) == 1


def addresses(site: RunningSite) -> list[str]:
    """A page of every kind that a reader of a mail can get to."""
    add_subscribers(site, ANN)
    for day in range(2):
        publish_edition(site, day=day)
    mail = [link(site, f"/{kind}/") for kind in ("unsubscribe", "preferences", "feedback", "read")]
    ours = ["/", "/subscribe", "/main/", "/main/latest", "/search?q=harbour", "/search?q=nothing+at+all", "/stories/1"]
    return [*(site.url + path for path in [*ours, "/nothing"]), *mail]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_accessible_small_and_ask_nobody_else(
    scheme: str, width: int, site: RunningSite, browser: Browser
) -> None:
    with checked_page(browser, scheme=scheme, width=width, url=site.url) as checked:
        for number, address in enumerate(addresses(site)):
            checked.page.goto(address)
            take_picture(checked.page, f"way-{number}-{width}-{scheme}")
            checked.check(is_ours="/read/" not in address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_other_languages_fit_a_narrow_phone_and_read_from_their_side(
    language: str, site: RunningSite, browser: Browser
) -> None:
    context = browser.new_context(locale=language, viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = context.new_page()
    for number, address in enumerate(addresses(site)):
        page.goto(address)
        if "/read/" in address:
            continue
        take_picture(page, f"{language}-{number}")

        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert Axe().run(page).response["violations"] == [], address
    context.close()


def test_every_language_of_the_pages_is_one_of_the_mails() -> None:
    from digest.render.locale import languages

    assert {*PageTemplates(site_settings()).languages} == {*languages()}


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
