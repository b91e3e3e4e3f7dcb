"""The pages in Chromium: with JavaScript off, on a narrow phone, in light and dark (``slow``)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from digest.pipeline.deliver import deliver_edition
from digest.render.delivery_placeholders import PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER
from digest.store import Store, deliveries, editions
from tests.support.browser import browser
from tests.support.page_checks import checked_page
from tests.support.values import edition
from tests.support.web_site import NEWSLETTER, RunningSite, running_site, site_settings
from tests.web.test_subscribe import WEEKLY, mails, settle, subscribed

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

ANN = "ann@harbour.example"
#: Screenshots are left here, if it is set.
PICTURES = os.environ.get("DIGEST_TEST_PICTURES")


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = site_settings(NEWSLETTER, WEEKLY, url=f"http://127.0.0.1:{port}")
    with running_site(sqlite_store, settings, port=port) as running:
        yield running


def link_in_last_mail(site: RunningSite, path: str) -> str:
    part = mails(site)[-1].get_body(("plain",))
    assert part
    return next(word for word in part.get_content().split() if word.startswith(f"{site.url}/{path}/"))


def press(page: Page, name: str) -> str:
    """Press a button; the title of the page that follows."""
    page.get_by_role("button", name=name, exact=True).click()
    return page.locator("h1").inner_text()


def publish(site: RunningSite) -> None:
    """Send an edition to all subscribers."""
    text = (
        f"Harbour\n{site.url}/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}\n{site.url}/preferences/{PREFERENCES_PLACEHOLDER}\n"
    )
    with site.app.store.begin() as conn:
        id_, _ = editions.add(conn, edition(text=text), at=site.now)
        deliveries.create_for_edition(conn, id_, host="news.example", at=site.now)
    deliver_edition(id_, site.app, clock=lambda: site.now, stop=Event())


def test_a_reader_subscribes_leaves_and_comes_back_without_javascript(site: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{site.url}/subscribe")
    page.get_by_label("Your mail address").fill(ANN)
    page.get_by_label("Weekly").uncheck()
    site.now += timedelta(seconds=20)
    assert press(page, "Subscribe") == "Please check your mail"
    settle(site)

    page.goto(link_in_last_mail(site, "confirm"))
    assert press(page, "Subscribe") == "You are subscribed"
    assert (subscribed(site), subscribed(site, "weekly")) == ([ANN], [])

    publish(site)
    page.goto(link_in_last_mail(site, "unsubscribe"))
    assert press(page, "Unsubscribe") == "You are unsubscribed"
    assert subscribed(site) == []
    assert press(page, "Subscribe again") == "Welcome back"
    assert subscribed(site) == [ANN]

    page.goto(link_in_last_mail(site, "preferences"))
    page.get_by_label("Weekly").check()
    assert press(page, "Save") == "Your newsletters"
    assert page.get_by_role("status").inner_text() == "Saved."
    assert page.get_by_label("Weekly").is_checked()
    assert (subscribed(site), subscribed(site, "weekly")) == ([ANN], [ANN])
    context.close()


def test_a_wrong_address_is_explained_beside_its_field(site: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/subscribe")
    page.get_by_label("Your mail address").fill("ann@harbour..example")
    page.locator("form").evaluate("form => form.noValidate = true")
    site.now += timedelta(seconds=20)
    press(page, "Subscribe")
    field = page.get_by_label("Your mail address")

    assert field.input_value() == "ann@harbour..example"
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator("#email-problem").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_pages_are_accessible_small_and_ask_nobody_else(
    scheme: str, width: int, site: RunningSite, browser: Browser
) -> None:
    with checked_page(browser, scheme=scheme, width=width, url=site.url) as checked:
        for path in all_pages(site):
            checked.page.goto(site.url + path if path.startswith("/") else path)
            if PICTURES:
                name = path.removeprefix(site.url).strip("/")[:14].replace("/", "-") or "root"
                checked.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
            checked.check()


def all_pages(site: RunningSite) -> list[str]:
    """Addresses of every kind of page; the forms of them wait for a button."""
    form = {"email": ANN, "newsletter": "main"}
    page = site.post("/subscribe", form).text
    token = page.partition('name="form" value="')[2].partition('"')[0]
    site.now += timedelta(seconds=10)
    site.post("/subscribe", form | {"form": token})
    settle(site)
    confirm, decline = link_in_last_mail(site, "confirm"), link_in_last_mail(site, "unsubscribe")
    site.post(confirm)
    publish(site)
    preferences = link_in_last_mail(site, "preferences")
    unknown = ["/unsubscribe/unknown", "/confirm/unknown", "/nothing"]
    return ["/", "/subscribe?newsletter=weekly", confirm, decline, preferences, *unknown]
