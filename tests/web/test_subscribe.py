"""Subscribing on a page: one answer to every address, one mail, and its owner's confirmation."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.settings import BouncesSettings, InboundSettings
from digest.store import Store, erasure, subscribers, subscription_requests
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import NewRequest
from tests.support.run_process import until
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, URL, Answer, RunningSite, running_site, site_settings

ANN = "ann@harbour.example"
WEEKLY = Newsletter(id="weekly", title="Weekly", sender=Mailbox.parse("weekly@news.example"))
CLOSED = replace(WEEKLY, id="closed", title="Board only", subscribe=False)


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(NEWSLETTER, WEEKLY, CLOSED, proxies=("127.0.0.1",))) as running:
        yield running


def hidden_fields(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def ask(
    site: RunningSite,
    address: str,
    *,
    after: timedelta = timedelta(seconds=10),
    client: str = "192.0.2.7",
    language: str = "en",
    **fields: str,
) -> Answer:
    """Fill in the form as a person would, and wait until nothing is left to be mailed at once."""
    form = hidden_fields(site.get("/subscribe")) | {"newsletter": "main", "email": address} | fields
    site.now += after
    answer = site.post("/subscribe", form, X_Forwarded_For=client, Accept_Language=language)
    settle(site)
    return answer


def settle(site: RunningSite) -> None:
    """Wait until the thread that sends has looked at all requests: it has begun twice since."""
    for _ in range(2):
        site.has_new_requests.set()
        until(lambda: not site.has_new_requests.is_set(), within_s=10)


def mails(site: RunningSite) -> list[EmailMessage]:
    parse = email.message_from_bytes
    return [parse(mail.content, _class=EmailMessage, policy=email.policy.default) for mail in site.mailer.accepted]


def link_in(mail: EmailMessage, path: str) -> str:
    part = mail.get_body(("plain",))
    assert part
    (link,) = re.findall(rf"{URL}/{path}/\S+", part.get_content())
    return str(link)


def subscribed(site: RunningSite, newsletter_id: str = "main") -> list[str]:
    with site.app.store.read() as conn:
        return [subscriber.address for subscriber in subscribers.for_newsletter(conn, newsletter_id)]


def test_a_reader_subscribes_by_form_mail_and_button(shared_store: Store) -> None:
    with running_site(shared_store) as site:
        answer = ask(site, f" {ANN} ")
        assert subscribed(site) == []
        (mail,) = mails(site)
        link = link_in(mail, "confirm")
        question = site.get(link)
        assert subscribed(site) == []
        done = site.post(link)

        assert answer.status == question.status == done.status == 200
        assert "check your mail" in answer.text
        assert mail["To"] == ANN
        assert "Harbour News" in str(mail["Subject"])
        assert "Subscribe to Harbour News?" in question.text
        assert "You are subscribed" in done.text
        assert subscribed(site) == [ANN]
        assert "You are subscribed" in site.post(link).text
        assert "You are subscribed" in site.get(link).text


def test_the_confirmation_mail_has_no_text_of_whoever_asked(site: RunningSite) -> None:
    ask(site, ANN, name="Cheap watches at watches.example", client="203.0.113.77")
    content = site.mailer.accepted[0].content.decode()

    assert "watches" not in content
    assert "203.0.113.0/24" in content
    assert "2026-03-28 12:00 UTC" in content
    (mail,) = mails(site)
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("who", ["new", "pending", "subscribed", "left", "suppressed", "erased"])
def test_every_address_gets_the_same_answer(who: str, site: RunningSite) -> None:
    with site.app.store.begin() as conn:
        new = [NewSubscriber(address=ANN)]
        if who == "pending":
            subscription_requests.record(conn, NewRequest(address=ANN, newsletter_ids=("main",)), at=site.now)
        elif who != "new":
            subscribers.add(conn, new, "main", at=NOON)
        if who == "left":
            subscribers.unsubscribe(conn, ANN, at=NOON)
        if who == "suppressed":
            subscribers.suppress(conn, ANN, "complained: spam", at=NOON)
        if who == "erased":
            erasure.erase(conn, ANN, at=NOON)
    answer = ask(site, ANN)
    reference = ask(site, "bea@harbour.example")

    assert answer.text.replace(ANN, "") == reference.text.replace("bea@harbour.example", "")
    assert answer.headers.keys() == reference.headers.keys()
    assert [mail["To"] for mail in mails(site)].count(ANN) == (0 if who == "suppressed" else 1)


def test_who_left_or_was_erased_can_subscribe_again(site: RunningSite) -> None:
    with site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON)
        subscribers.unsubscribe(conn, ANN, at=NOON)
        erasure.erase(conn, ANN, at=NOON)
    ask(site, ANN)
    site.post(link_in(mails(site)[0], "confirm"))

    assert subscribed(site) == [ANN]


def test_who_subscribes_already_is_told_so_by_mail(site: RunningSite) -> None:
    with site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON)
    ask(site, ANN)
    (mail,) = mails(site)

    assert "already" in str(mail["Subject"])
    assert "/confirm/" not in site.mailer.accepted[0].content.decode()


def test_the_mails_unsubscribe_link_ends_requests_for_a_month(site: RunningSite) -> None:
    ask(site, ANN)
    (mail,) = mails(site)
    (one_click,) = re.findall(r"<(https:[^>]*)>", str(mail["List-Unsubscribe"]))
    assert "not ask" in site.get(one_click).text
    answer = site.post(one_click)
    site.now += timedelta(days=20)
    ask(site, ANN)

    assert answer.status == 200
    assert len(mails(site)) == 1
    assert "not known" in site.post(link_in(mail, "confirm")).text
    assert subscribed(site) == []
    assert site.post(one_click).status == 200
    site.now += timedelta(days=11)
    ask(site, ANN)
    assert len(mails(site)) == 2


def test_after_confirming_the_mails_unsubscribe_link_unsubscribes(site: RunningSite) -> None:
    ask(site, ANN)
    (mail,) = mails(site)
    site.post(link_in(mail, "confirm"))
    site.post(link_in(mail, "unsubscribe"))

    assert subscribed(site) == []
    assert "not known" in site.post(link_in(mail, "confirm")).text


def test_a_confirmation_brings_nobody_back_who_left_since(site: RunningSite) -> None:
    ask(site, ANN)
    link = link_in(mails(site)[0], "confirm")
    site.post(link)
    with site.app.store.begin() as conn:
        subscribers.unsubscribe(conn, ANN, at=site.now)

    assert "not known" in site.post(link).text
    assert subscribed(site) == []


@pytest.mark.parametrize(("days", "is_subscribed"), [(6.9, True), (7.1, False)])
def test_a_confirmation_link_works_for_a_week(days: float, is_subscribed: bool, site: RunningSite) -> None:
    ask(site, ANN)
    link = link_in(mails(site)[0], "confirm")
    site.now += timedelta(days=days)
    settle(site)
    site.post(link)

    assert subscribed(site) == ([ANN] if is_subscribed else [])


def test_a_mail_confirms_only_the_newsletters_that_it_names(site: RunningSite) -> None:
    ask(site, ANN)
    ask(site, ANN, newsletter="weekly")
    site.post(link_in(mails(site)[0], "confirm"))

    assert (subscribed(site), subscribed(site, "weekly")) == ([ANN], [])


def test_a_newsletter_that_is_closed_is_neither_shown_nor_subscribed_to(site: RunningSite) -> None:
    page = site.get("/subscribe")
    answer = ask(site, ANN, newsletter="closed")

    assert "Board only" not in page.text
    assert "choose a newsletter" in answer.text
    assert mails(site) == []


@pytest.mark.parametrize(
    "address", ["", "ann", "ann@", "a b@harbour.example", "a@b@c", "ann@harbour..example", "x" * 400]
)
def test_a_wrong_address_is_named_beside_its_field(address: str, site: RunningSite) -> None:
    answer = ask(site, address)

    assert answer.status == 200
    assert 'aria-describedby="email-problem"' in answer.text
    assert mails(site) == []


def test_a_form_elsewhere_gets_the_form_filled_in(site: RunningSite) -> None:
    answer = site.post("/subscribe", {"email": ANN, "newsletter": "weekly", "name": '"><script>'})
    settle(site)
    fields = hidden_fields(answer)

    assert f'value="{ANN}"' in answer.text
    assert "<script>" not in answer.text
    assert re.search(r'value="weekly" checked', answer.text)
    assert mails(site) == []
    site.now += timedelta(seconds=10)
    site.post("/subscribe", fields | {"email": ANN, "newsletter": "weekly"})
    settle(site)
    assert len(mails(site)) == 1


@pytest.mark.parametrize(
    ("after", "fields", "count"),
    [
        pytest.param(timedelta(seconds=1), {}, 0, id="at once"),
        pytest.param(timedelta(seconds=4), {}, 1, id="after seconds"),
        pytest.param(timedelta(hours=23), {}, 1, id="after hours"),
        pytest.param(timedelta(hours=25), {}, 0, id="after more than a day"),
        pytest.param(timedelta(seconds=9), {"website": "https://spam.example"}, 0, id="hidden field filled in"),
        pytest.param(timedelta(seconds=9), {"form": "0.0.0.69c8f3a0..00000000." + "0" * 32}, 0, id="forged time"),
    ],
)
def test_programs_that_fill_in_forms_send_no_mail(
    after: timedelta, fields: dict[str, str], count: int, site: RunningSite
) -> None:
    assert ask(site, ANN, after=after, **fields).status == 200
    assert len(mails(site)) == count


def test_the_links_of_a_request_that_is_gone_fit_no_other(site: RunningSite) -> None:
    """SQLite gives the number of a deleted row to the next one, unless told otherwise."""
    ask(site, "mallory@elsewhere.example")
    (mail,) = mails(site)
    site.post(link_in(mail, "unsubscribe"))
    ask(site, ANN)
    site.post(link_in(mail, "confirm"))
    site.post(link_in(mail, "unsubscribe"))

    assert subscribed(site) == []
    site.post(link_in(mails(site)[1], "confirm"))
    assert subscribed(site) == [ANN]


def test_the_page_tells_how_to_subscribe_by_mail(sqlite_store: Store) -> None:
    mailbox = BouncesSettings(host="imap.news.example", address=Mailbox.parse("bounces@news.example"))
    settings = replace(site_settings(NEWSLETTER, CLOSED), bounces=mailbox)
    with running_site(sqlite_store, settings) as site:
        by_subject = site.get("/subscribe").text
    inbound = InboundSettings(address=Mailbox.parse("subscribe@news.example"))
    with running_site(sqlite_store, replace(settings, inbound=inbound)) as site:
        by_address = site.get("/subscribe").text
    with running_site(sqlite_store, site_settings(NEWSLETTER)) as site:
        without = site.get("/subscribe").text

    assert '<a href="mailto:bounces@news.example?subject=subscribe%20main">bounces@news.example</a>' in by_subject
    assert "“subscribe main”" in by_subject
    assert '<a href="mailto:subscribe+main@news.example">subscribe+main@news.example</a>' in by_address
    assert by_address.count("mailto:") == 1
    assert "mailto:" not in without


def test_who_left_after_confirming_can_ask_and_confirm_anew(site: RunningSite) -> None:
    ask(site, ANN)
    site.post(link_in(mails(site)[0], "confirm"))
    with site.app.store.begin() as conn:
        subscribers.unsubscribe(conn, ANN, at=site.now)
    site.now += timedelta(days=2)
    ask(site, ANN)
    first, second = mails(site)

    assert "not known" in site.post(link_in(first, "confirm")).text
    assert "You are subscribed" in site.post(link_in(second, "confirm")).text
    assert subscribed(site) == [ANN]
