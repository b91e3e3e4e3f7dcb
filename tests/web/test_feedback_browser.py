"""A subscriber says which stories were useful, from a real mail, in Chromium without JavaScript (``slow``)."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.model.feedback import VoteCounts
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.newsletter import render_options
from digest.render import render
from digest.store import Store, deliveries, editions, feedback, stories, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.browser import browser
from tests.support.digests import digest
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, RunningSite, running_site, site_settings

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

TITLES = [brief.story.lead.title for brief in digest(stories=9).briefs]


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with running_site(sqlite_store, site_settings(url=f"http://127.0.0.1:{port}"), port=port) as running:
        yield running


@pytest.fixture
def mail(site: RunningSite) -> EmailMessage:
    """Ann's mail of an edition of nine stories."""
    content = replace(digest(stories=9), newsletter=NEWSLETTER)
    edition = render(content, render_options(NEWSLETTER, site.app.settings))
    with site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="ann@harbour.example")], "main", at=NOON)
        id_, _ = editions.add(conn, edition, at=NOON)
        stories.add(conn, id_, content.briefs)
        deliveries.create_for_edition(conn, id_, host="news.example", at=NOON)
    deliver_edition(id_, site.app, clock=lambda: NOON, stop=Event())
    (message,) = site.mailer.accepted
    return email.message_from_bytes(message.content, _class=EmailMessage, policy=email.policy.default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


def votes(site: RunningSite) -> dict[int, VoteCounts]:
    with site.app.store.read() as conn:
        return dict(feedback.counts(conn, 1))


def press(page: Page, name: str) -> str:
    """Press a button; the heading of the page that follows."""
    page.get_by_role("button", name=name, exact=True).click()
    return page.locator("h1").inner_text()


def test_a_subscriber_votes_from_the_mail_changes_it_and_goes_on_to_other_stories(
    site: RunningSite, mail: EmailMessage, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.set_content(body(mail, "html"))
    page.get_by_role("link", name=f"Useful? No: {TITLES[1]}").first.click()
    assert page.locator("h1").inner_text() == "Was this story useful?"
    assert votes(site) == {}
    assert press(page, "Not useful") == "Thank you"
    assert votes(site) == {2: VoteCounts(down=1)}
    assert press(page, "Useful") == "Thank you"
    assert votes(site) == {2: VoteCounts(up=1)}

    page.get_by_role("link", name="The other stories of this edition").click()
    page.get_by_role("link", name=TITLES[8]).click()
    press(page, "Useful")
    assert votes(site) == {2: VoteCounts(up=1), 9: VoteCounts(up=1)}
    assert press(page, "Take my answer back") == "Was this story useful?"
    assert votes(site) == {2: VoteCounts(up=1)}
    context.close()


def test_the_copy_in_the_browser_and_the_text_part_lead_to_the_same_pages(
    site: RunningSite, mail: EmailMessage, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(next(word for word in body(mail, "plain").split() if word.startswith(f"{site.url}/read/")))
    page.get_by_role("link", name=f"Useful? Yes: {TITLES[0]}").first.click()
    assert press(page, "Useful") == "Thank you"

    page.goto(next(word for word in body(mail, "plain").split() if word.startswith(f"{site.url}/feedback/")))
    assert page.get_by_role("listitem").all_inner_texts()[0].split("\n") == [TITLES[0], "You found it useful."]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_the_pages_are_accessible(
    scheme: str, width: int, site: RunningSite, mail: EmailMessage, browser: Browser
) -> None:
    link = next(word for word in body(mail, "plain").split() if word.startswith(f"{site.url}/feedback/"))
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]  # a literal
        viewport={"width": width, "height": 640},
        bypass_csp=True,  # for axe
    )
    page = context.new_page()
    for path in ("", "/1", "/2?vote=down"):
        page.goto(link + path)
        check(page, width)
    press(page, "Useful")
    check(page, width)
    context.close()


def check(page: Page, width: int) -> None:
    violations = Axe().run(page).response["violations"]

    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
