"""A subscriber's own data: another address, download and erasure, each by mails and buttons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from digest.store import Store, erasure, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, URL, Answer, running_site, site_settings
from tests.web.test_preferences import cookie_of, save
from tests.web.test_subscribe import WEEKLY, settle, subscribed
from tests.web.test_unsubscribe import ANN, BEN, Mailed, mailed

NEW = "ann@lighthouse.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ann(sqlite_store: Store) -> Iterator[Mailed]:
    with running_site(sqlite_store, site_settings(NEWSLETTER, WEEKLY)) as site:
        yield mailed(site, sqlite_store)


def links_to(ann: Mailed, address: str, path: str = "") -> list[str]:
    """The links of ours in mails to an address, in the order in which they were sent."""
    settle(ann.site)
    contents = [mail.content.decode() for mail in ann.site.mailer.accepted if mail.recipient == address]
    links = [re.findall(rf"{URL}/{path}\S+?(?=[\"\s>])", re.sub(r"=\r\n", "", content)) for content in contents]
    return [links[0] for links in links if links]


def ask_for(ann: Mailed, address: str = NEW) -> Answer:
    return save(ann, cookie_of(ann), action="address", address=address)


def move(ann: Mailed, address: str = NEW) -> Answer:
    """Ask for another address, agree at the present one, and prove the new one."""
    ask_for(ann, address)
    ann.site.post(links_to(ann, ANN, "address")[-1])
    return ann.site.post(links_to(ann, address, "address")[-1])


def test_an_address_is_changed_by_a_button_at_both_addresses(shared_store: Store) -> None:
    with running_site(shared_store) as site:
        ann = mailed(site, shared_store)
        asked = ask_for(ann)
        (present,) = links_to(ann, ANN, "address")
        question = site.get(present)
        assert links_to(ann, NEW, "address") == []
        allowed = site.post(present)
        (new,) = links_to(ann, NEW, "address")
        proof = site.get(new)
        assert subscribed(site) == [ANN, BEN]
        changed = site.post(new)

        assert {answer.status for answer in (asked, question, allowed, proof, changed)} == {200}
        assert subscribed(site) == [NEW, BEN]
        assert "Your address is changed" in changed.text
        assert "Your address is changed" in site.post(new).text
        assert site.post(present).status == 200
        assert subscribed(site) == [NEW, BEN]


def test_the_former_address_gets_one_note_by_which_the_change_is_undone(ann: Mailed) -> None:
    move(ann)
    *_, undo = links_to(ann, ANN, "address")
    ann.site.now += 6 * DAY
    assert "former address again?" in ann.site.get(undo).text
    assert subscribed(ann.site) == [NEW, BEN]
    assert "as before" in ann.site.post(undo).text

    assert subscribed(ann.site) == [ANN, BEN]
    assert "as before" in ann.site.post(undo).text
    assert "works no more" in ann.site.post(links_to(ann, NEW, "address")[0]).text
    assert subscribed(ann.site) == [ANN, BEN]


def test_links_of_the_mails_to_the_former_address_unsubscribe_and_open_nothing_else(ann: Mailed) -> None:
    preferences = next(link for link in ann.links if "/preferences/" in link)
    move(ann)
    assert ann.site.get(preferences).status == 404
    ann.site.post(ann.one_click)

    assert subscribed(ann.site) == [BEN]


@pytest.mark.parametrize(
    ("hours", "is_allowed"), [pytest.param(1.9, True, id="in time"), pytest.param(2.1, False, id="too late")]
)
def test_the_link_to_the_present_address_works_for_two_hours(hours: float, is_allowed: bool, ann: Mailed) -> None:
    ask_for(ann)
    (link,) = links_to(ann, ANN, "address")
    ann.site.now += hours * HOUR
    ann.site.post(link)

    assert (len(links_to(ann, NEW)) == 1) is is_allowed


def test_closing_the_page_for_earlier_mails_voids_what_was_asked(ann: Mailed) -> None:
    ask_for(ann)
    save(ann, cookie_of(ann), action="erase")
    links = [*links_to(ann, ANN, "address"), *links_to(ann, ANN, "erase")]
    save(ann, cookie_of(ann), action="revoke")

    assert all("works no more" in ann.site.post(link).text for link in links)
    assert subscribed(ann.site) == [ANN, BEN]


@pytest.mark.parametrize("who", ["new", "subscribed", "left", "suppressed", "erased"])
def test_every_other_address_gets_the_same_answer(who: str, ann: Mailed) -> None:
    with ann.store.begin() as conn:
        if who != "new":
            subscribers.add(conn, [NewSubscriber(address=NEW)], "weekly", at=NOON)
        if who == "left":
            subscribers.unsubscribe(conn, NEW, at=NOON)
        if who == "suppressed":
            subscribers.suppress(conn, NEW, "complained: spam", at=NOON)
        if who == "erased":
            erasure.erase(conn, NEW, at=NOON)
    ask_for(ann)
    answer = ann.site.post(links_to(ann, ANN, "address")[0])

    assert "Now check the new address" in answer.text
    assert len(links_to(ann, NEW)) == (0 if who == "suppressed" else 1)


def test_the_new_address_is_under_the_limits_of_subscribing(ann: Mailed) -> None:
    for _ in range(2):
        ask_for(ann)
        ann.site.post(links_to(ann, ANN, "address")[-1])
        ann.site.now += HOUR

    assert len(links_to(ann, NEW)) == 1


def test_a_subscriber_gets_three_mails_a_day_whoever_asks(ann: Mailed) -> None:
    for number in range(6):
        assert ask_for(ann, f"r{number}@harbour.example").status == 200
    assert len(links_to(ann, ANN, "address")) == 3


@pytest.mark.parametrize(
    ("entered", "problem"),
    [("", "enter your new"), ("ann", "such as"), (ANN, "already"), ("a@b.example\r\nBcc: c@d.example", "such as")],
)
def test_a_wrong_address_is_said_beside_the_field(entered: str, problem: str, ann: Mailed) -> None:
    answer = ask_for(ann, entered)

    assert problem in answer.text
    assert links_to(ann, ANN, "address") == []


def test_links_of_one_kind_do_not_do_the_other(ann: Mailed) -> None:
    ask_for(ann)
    save(ann, cookie_of(ann), action="erase")
    (move_link,), (erase_link,) = links_to(ann, ANN, "address"), links_to(ann, ANN, "erase")
    mixed = [move_link.replace("/address/", "/erase/"), erase_link.replace("/erase/", "/address/")]
    tokens = [link.rpartition("/")[2] for link in (*ann.links, ann.one_click)]
    own = [f"/{path}/{token}" for token in tokens for path in ("erase", "address")]

    assert all("works no more" in ann.site.post(link).text for link in (*mixed, *own))
    assert subscribed(ann.site) == [ANN, BEN]


def test_a_subscriber_is_erased_by_the_button_of_a_fresh_mail(ann: Mailed) -> None:
    asked = save(ann, cookie_of(ann), action="erase")
    assert subscribed(ann.site) == [ANN, BEN]
    (link,) = links_to(ann, ANN, "erase")
    assert "Erase everything" in ann.site.get(link).text
    assert subscribed(ann.site) == [ANN, BEN]
    done = ann.site.post(link)

    assert ANN in asked.text
    assert "You are erased" in done.text
    assert subscribed(ann.site) == [BEN]
    assert ANN not in ann.state()
    assert "works no more" in ann.site.post(link).text


def test_what_is_stored_is_downloaded_as_a_file(ann: Mailed) -> None:
    ask_for(ann)
    answer = save(ann, cookie_of(ann), action="download")
    data = json.loads(answer.text)

    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")
    assert data["subscribers"][0]["address"] == ANN
    assert data["subscriptions"][0]["newsletter_id"] == "main"
    assert data["deliveries"][0]["edition"]
    assert data["account_requests"][0]["address"] == NEW
    assert BEN not in answer.text


def test_no_get_and_no_form_of_others_asks_for_anything(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    before = ann.state()
    for action in ("address", "erase", "download"):
        ann.site.get(f"/preferences?action={action}&address={NEW}", Cookie=cookie)
        answer = ann.site.post("/preferences", {"action": action, "address": NEW}, Cookie=cookie)
        assert "attachment" not in answer.headers.get("content-disposition", "")

    assert ann.state() == before


def leave(ann: Mailed, *, by_button: bool) -> Answer:
    (link,) = [link for link in ann.links if "/unsubscribe/" in link]
    if not by_button:
        return ann.site.post(ann.one_click, {"List-Unsubscribe": "One-Click"})
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', ann.site.get(link).text)
    return ann.site.post(action, {"unsubscribe": "yes"})


@pytest.mark.parametrize(
    ("undo_mail", "by_button", "is_sent"),
    [
        pytest.param(True, True, True, id="by the button"),
        pytest.param(True, False, False, id="by one click"),
        pytest.param(False, True, False, id="not by default"),
    ],
)
def test_who_leaves_by_the_button_may_get_a_mail_to_undo_it(
    undo_mail: bool, by_button: bool, is_sent: bool, sqlite_store: Store
) -> None:
    with running_site(sqlite_store, site_settings(NEWSLETTER, undo_mail=undo_mail)) as site:
        ann = mailed(site, sqlite_store)
        answer = leave(ann, by_button=by_button)
        links = links_to(ann, ANN, "return")

        assert answer.status == 200
        assert subscribed(site) == [BEN]
        assert len(links) == is_sent
        for link in links:
            site.now += HOUR
            assert "Subscribe to Harbour News again?" in site.get(link).text
            site.post(link)
            assert subscribed(site) == [ANN, BEN]
            leave(ann, by_button=True)
            assert len(links_to(ann, ANN, "return")) == 1
            site.now += DAY
            assert "not known" in site.post(link).text
            assert subscribed(site) == [BEN]


def test_the_owner_of_the_new_address_can_end_such_mails_for_a_month(ann: Mailed) -> None:
    ask_for(ann)
    ann.site.post(links_to(ann, ANN, "address")[0])
    (decline,) = links_to(ann, NEW, "unsubscribe")
    assert "Did you not ask" in ann.site.get(decline).text
    assert "You are not subscribed" in ann.site.post(decline).text
    ann.site.now += 20 * DAY
    ask_for(ann)
    ann.site.post(links_to(ann, ANN, "address")[-1])

    assert len(links_to(ann, NEW, "address")) == 1
    assert subscribed(ann.site) == [ANN, BEN]


def test_a_button_pressed_twice_at_once_changes_the_address_once(shared_store: Store) -> None:
    with running_site(shared_store) as site:
        ann = mailed(site, shared_store)
        ask_for(ann)
        site.post(links_to(ann, ANN, "address")[0])
        (new,) = links_to(ann, NEW, "address")
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: site.post(new), range(4)))

        assert all("Your address is changed" in answer.text for answer in answers)
        undo = links_to(ann, ANN, "address")[1:]
        assert len(undo) == 1
        site.post(undo[0])
        assert subscribed(site) == [ANN, BEN]
