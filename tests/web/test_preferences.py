"""Preferences by the link of a mail: newsletters, and the end of earlier links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from digest.store import Store, erasure, subscribers
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, Answer, running_site, site_settings
from tests.web.test_subscribe import CLOSED, WEEKLY, subscribed
from tests.web.test_unsubscribe import ANN, BEN, Mailed, mailed


@pytest.fixture
def ann(sqlite_store: Store) -> Iterator[Mailed]:
    with running_site(sqlite_store, site_settings(NEWSLETTER, WEEKLY, CLOSED)) as site:
        yield mailed(site, sqlite_store)


def link(ann: Mailed) -> str:
    return next(link for link in ann.links if "/preferences/" in link)


def cookie_of(ann: Mailed, address: str = "") -> str:
    return ann.site.get(address or link(ann)).headers["set-cookie"].partition(";")[0]


def save(ann: Mailed, cookie: str, **fields: str | list[str]) -> Answer:
    page = ann.site.get("/preferences", Cookie=cookie)
    token = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
    return ann.site.post("/preferences", {"form": token, "action": "save", **fields}, Cookie=cookie)


def test_the_link_moves_its_token_into_a_cookie_for_one_address(ann: Mailed) -> None:
    answer = ann.site.get(link(ann))

    assert (answer.status, answer.headers["location"]) == (303, "/preferences")
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert {"Path=/preferences", "HttpOnly", "SameSite=Lax", "Secure"} <= {*attributes}
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_reader_chooses_newsletters(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    page = ann.site.get("/preferences", Cookie=cookie)
    saved = save(ann, cookie, newsletter=["weekly"])

    assert re.search(r'value="main" checked', page.text)
    assert "Board only" not in page.text
    assert "Saved." in saved.text
    assert re.search(r'value="weekly" checked', saved.text)
    assert (subscribed(ann.site), subscribed(ann.site, "weekly")) == ([BEN], [ANN])
    save(ann, cookie, newsletter=["main", "weekly", "closed"])
    assert [subscribed(ann.site, id_) for id_ in ("main", "weekly", "closed")] == [[ANN, BEN], [ANN], []]
    save(ann, cookie)
    assert (subscribed(ann.site), subscribed(ann.site, "weekly")) == ([BEN], [])


def test_a_reader_gets_editions_as_epubs(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    shown = r'name="attach" value="epub" checked'

    assert not re.search(shown, ann.site.get("/preferences", Cookie=cookie).text)
    assert re.search(shown, save(ann, cookie, newsletter="main", attach="epub", attachments="shown").text)
    assert re.search(shown, save(ann, cookie, newsletter="main").text)  # a form of before has no such field
    assert not re.search(shown, save(ann, cookie, newsletter="main", attachments="shown").text)


def test_only_the_form_that_was_shown_to_the_reader_saves(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    for form in ("", "0.0.0.69c8f3a0.~.00000000." + "0" * 32):
        ann.site.post("/preferences", {"form": form, "newsletter": "weekly"}, Cookie=cookie)
    subscribe_form = re.findall(r'name="form" value="([^"]+)"', ann.site.get("/subscribe").text)[0]
    ann.site.post("/preferences", {"form": subscribe_form}, Cookie=cookie)

    assert ann.site.post("/preferences", {"newsletter": "weekly"}).status == 404
    assert (subscribed(ann.site), subscribed(ann.site, "weekly")) == ([ANN, BEN], [])


def test_a_reader_closes_the_page_for_earlier_mails(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    assert "Earlier links are closed" in save(ann, cookie, action="revoke").text

    assert ann.site.get("/preferences", Cookie=cookie).status == 404
    assert ann.site.get(link(ann)).status == 404
    assert ann.site.get(next(address for address in ann.links if "/read/" in address)).status == 404
    ann.site.post(ann.one_click)
    assert subscribed(ann.site) == [BEN]


def test_an_erased_reader_has_no_preferences(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    with ann.store.begin() as conn:
        erasure.erase(conn, ANN, at=NOON)

    assert ann.site.post("/preferences", {"newsletter": "main"}, Cookie=cookie).status == 404
    with ann.store.read() as conn:
        assert subscribers.find(conn, "erased") is None


def test_a_link_works_as_long_as_editions_are_kept(ann: Mailed) -> None:
    ann.site.now = NOON + timedelta(days=399)
    assert ann.site.get(link(ann)).status == 303
    ann.site.now = NOON + timedelta(days=401)
    assert ann.site.get(link(ann)).status == 404


def test_other_links_of_the_mail_open_no_preferences(ann: Mailed) -> None:
    tokens = [address.rpartition("/")[2] for address in (ann.one_click, *ann.links) if "/preferences/" not in address]

    assert tokens
    assert {ann.site.get(f"/preferences/{token}").status for token in tokens} == {404}
