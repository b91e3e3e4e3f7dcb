"""An editor drops, pins and annotates a draft from the mail, on a phone, in Chromium without JavaScript (``slow``)."""

from __future__ import annotations

import email
import email.policy
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from digest.model.drafts import Drop, Note, Pin
from digest.pipeline.draft_mail import draft_message
from digest.settings import StoreSettings
from digest.store import open_store
from tests.support.browser import browser
from tests.support.digests import article, brief, nth_brief
from tests.support.draft_site import COMPOSED, HELD, LOCK, RYE, TRAMS, add_draft, draft_link, other_editor, stored
from tests.support.operator_site import PASSWORD, operator_settings
from tests.support.page_checks import checked_page
from tests.support.web_site import RunningSite, running_site

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

#: Screenshots are left here, if it is set.
PICTURES = os.environ.get("DIGEST_TEST_PICTURES")
LONG = brief(
    [
        article(
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenverordnung nach einunddreißig Jahren aufgehoben",
            ["Der Rat hat die Verordnung aufgehoben."],
            source="Hafenblatt",
            language="de",
            number=20,
        ),
        article("Eine kürzere Überschrift", ["Sie galt lange."], source="Küstenblatt", language="de", number=21),
    ]
)
ARABIC = brief(
    [article("ميناء ساندهافن يفتح القفل", ["فُتح القفل يوم السبت."], source="الميناء", language="ar", number=22)]
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    settings = operator_settings(tmp_path, HELD, url=f"http://127.0.0.1:{port}")
    with (
        open_store(url) as store,
        running_site(store, replace(settings, store=StoreSettings(url=url)), port=port) as running,
    ):
        running.now = COMPOSED + timedelta(minutes=5)
        yield running


def mail_html(site: RunningSite, draft_id: int) -> str:
    message = draft_message(stored(site.app, draft_id), HELD, site.app, now=site.now)
    mail = email.message_from_bytes(message.content, _class=EmailMessage, policy=email.policy.default)
    body = mail.get_body(("html",))
    assert body
    return str(body.get_content())


def press(page: Page, name: str) -> str:
    """Press a button by its name; what the page says was done."""
    page.get_by_role("button", name=name, exact=True).first.click()
    return page.get_by_role("status").inner_text()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"draft-{name}.png", full_page=True)


def test_an_editor_drops_pins_and_annotates_a_draft_from_the_mail_on_a_phone(
    site: RunningSite, browser: Browser
) -> None:
    draft = add_draft(site.app, stories=[LOCK, TRAMS, RYE])
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.set_content(mail_html(site, draft.id))
    page.get_by_role("link", name="Drop: Night trams stay").click()
    assert stored(site.app, draft.id).version == 0
    assert press(page, "Drop") == "Dropped: Night trams stay"
    assert "#story-2" in page.url
    assert press(page, "Pin: Rye from 1911") == "Pinned: Rye from 1911"

    page.set_content(mail_html(site, draft.id))
    page.get_by_role("link", name="Headline: The lock opens").click()
    page.get_by_label("Ships may enter").check()
    assert press(page, "Save") == "New headline: Ships may enter"
    page.get_by_role("link", name="Write a note").click()
    page.get_by_label("The editor’s note").fill("Good morning!\n\nThe trams come tomorrow.")
    assert press(page, "Save") == "The note is saved."
    assert press(page, "Undo") == "There is no note any more."
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="Send now").first.click()
    page.get_by_role("button", name="Send now").click()
    picture(page, "sent")
    assert "It is being sent." in page.locator("main").inner_text()

    decided = stored(site.app, draft.id)
    assert [(story.number, story.title) for story in decided.edition_stories] == [
        (3, "Rye from 1911"),
        (1, "Ships may enter"),
    ]
    kinds = ["drop", "pin", "headline", "note", "note", "approve"]
    assert [record.kind for record in decided.history] == kinds
    context.close()


def test_two_editors_at_once_are_told_of_each_other(site: RunningSite, browser: Browser) -> None:
    draft = add_draft(site.app)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.goto(site.url + draft_link(site.app, draft))
    other_editor(site.app, draft, Pin(story=3))
    page.get_by_role("button", name="Drop: Night trams stay").click()
    assert page.get_by_role("heading", level=2).first.inner_text() == "Something was changed meanwhile"
    picture(page, "conflict")
    assert press(page, "Do it nevertheless: Drop") == "Dropped: Night trams stay"
    assert [story.number for story in stored(site.app, draft.id).edition_stories] == [3, 1]
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (375, "dark"), (1000, "light")])
def test_mail_and_pages_are_accessible_fit_and_do_not_move(
    width: int, scheme: str, site: RunningSite, browser: Browser
) -> None:
    draft = add_draft(site.app, stories=[LONG, ARABIC, *[nth_brief(n) for n in range(6)]], reserve=[RYE])
    for decision in (Pin(story=2), Drop(story=5), Note(text="Good morning!\n\nمرحبا")):
        other_editor(site.app, draft, decision)
    here = site.url + draft_link(site.app, draft)
    with checked_page(browser, scheme=scheme, width=width, url=site.url) as checked:
        page = checked.page
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
            " window.moved += entry.value }).observe({type: 'layout-shift', buffered: true})"
        )
        page.set_content(mail_html(site, draft.id))
        checked.check()
        picture(page, f"mail-{width}-{scheme}")
        for query in ("", "?story=1", "?do=note", "?did=2#story-5"):
            page.goto(here + query, wait_until="load")
            assert page.evaluate("window.moved") == 0, query
            picture(page, f"page{query.partition('#')[0].replace('?', '-')}-{width}-{scheme}")
            checked.check()
            assert _small_targets(page) == [], query
        page.goto(f"{site.url}/operator/drafts")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        picture(page, f"operator-list-{width}-{scheme}")
        checked.check()
        page.get_by_role("link", name="Harbour News 20").click()
        picture(page, f"operator-{width}-{scheme}")
        checked.check()


def test_the_frame_shows_the_mail_as_it_would_be_sent(site: RunningSite, browser: Browser) -> None:
    draft = add_draft(site.app)
    other_editor(site.app, draft, Drop(story=2))
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.goto(site.url + draft_link(site.app, draft))
    page.get_by_role("link", name="The mail as it is sent").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="The lock opens").wait_for(timeout=60_000)

    assert frame.get_by_text("Night trams stay").count() == 0
    context.close()


def _small_targets(page: Page) -> list[str]:
    """Buttons and fields, and links that stand alone, which a finger misses: lower than 44 pixels."""
    lower: list[str] = page.evaluate(
        "[...document.querySelectorAll('main button, main input:not([type=hidden]), main select, main textarea,"
        " .row-buttons a, .open-mail, .draft-tasks a, .focus .after a')]"
        ".map(each => each.closest('label') || each)"
        ".filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"
    )
    return lower
