"""Leaving by the links of real mails: by one click of a mail program, by a button, and coming back."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest

from digest.model.delivery_token import DeliveryToken
from digest.model.link_token import LinkToken, Purpose
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.history import History
from digest.render.delivery_placeholders import (
    PREFERENCES_PLACEHOLDER,
    READ_PLACEHOLDER,
    TOKEN_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
)
from digest.settings import Secret
from digest.store import Store, deliveries, erasure, keys, page_counts, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.editions import publish
from tests.support.values import NOON, edition
from tests.support.web_site import SECRET, URL, RunningSite, running_site, site_settings, take_away

ANN, BEN = "ann@harbour.example", "ben@harbour.example"
BODY = (
    f'<p>Harbour</p><a href="{URL}/read/{READ_PLACEHOLDER}">Read</a>'
    f' <a href="{URL}/preferences/{PREFERENCES_PLACEHOLDER}">Choose</a>'
    f' <a href="{URL}/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}">Leave</a>'
)


@dataclass(slots=True)
class Mailed:
    """A site, and the mail that one of its two subscribers got."""

    site: RunningSite
    store: Store
    mail: EmailMessage

    @property
    def one_click(self) -> str:
        """The address of List-Unsubscribe."""
        (link,) = re.findall(r"<(https:[^>]*)>", str(self.mail["List-Unsubscribe"]))
        return str(link)

    @property
    def links(self) -> list[str]:
        """Every link of ours in the mail, in headers and both parts."""
        texts = [str(part.get_content()) for part in self.mail.walk() if not part.is_multipart()]
        return sorted({html.unescape(link) for text in texts for link in re.findall(rf"{URL}/[^\s\"<>]+", text)})

    def subscribed(self) -> list[str]:
        with self.store.read() as conn:
            return [subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")]

    def unmatched(self) -> int:
        with self.store.read() as conn:
            return page_counts.total(conn, page_counts.UNMATCHED_UNSUBSCRIBE)

    def state(self) -> str:
        """Everything that the store holds."""
        from digest.store.tables import metadata

        with self.store.read() as conn:
            return repr([conn.execute(table.select()).all() for table in metadata.sorted_tables])


def mailed(site: RunningSite, store: Store, *, body: str = BODY) -> Mailed:
    """Deliver an edition to Ann and Ben; Ann's mail."""
    published = edition(html=body, text=f"Harbour\n{URL}/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}\n")
    id_ = publish(store, ANN, BEN, published=published)
    deliver_edition(id_, site.app, clock=lambda: NOON, stop=Event())
    (message,) = [message for message in site.mailer.accepted if message.recipient == ANN]
    mail = email.message_from_bytes(message.content, _class=EmailMessage, policy=email.policy.default)
    return Mailed(site, store, mail)


@pytest.fixture
def ann(shared_store: Store) -> Iterator[Mailed]:
    with running_site(shared_store) as site:
        yield mailed(site, shared_store)


@pytest.fixture
def ann_on_sqlite(sqlite_store: Store) -> Iterator[Mailed]:
    with running_site(sqlite_store) as site:
        yield mailed(site, sqlite_store)


def return_link(text: str) -> str:
    (link,) = re.findall(r'action="(/return/[^"]+)"', text)
    return str(link)


def test_one_click_unsubscribes_at_the_address_of_the_header(ann: Mailed) -> None:
    answer = ann.site.post(ann.one_click, {"List-Unsubscribe": "One-Click"})

    assert str(ann.mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert ann.subscribed() == [BEN]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(b"", "application/x-www-form-urlencoded", id="empty"),
        pytest.param(b"{", "application/json", id="broken JSON"),
        pytest.param(b"--x\r\nnonsense", "multipart/form-data; boundary=y", id="broken multipart"),
        pytest.param(b"\xff\xfe", "text/plain; charset=no-such", id="unknown charset"),
        pytest.param(b"x" * 200_000, "application/octet-stream", id="large"),
        pytest.param(b"unsubscribe=no", "application/x-www-form-urlencoded", id="another field"),
    ],
)
def test_any_body_unsubscribes(body: bytes | None, kind: str | None, ann_on_sqlite: Mailed) -> None:
    headers = {"Content_Type": kind} if kind else {}

    assert ann_on_sqlite.site.request("POST", ann_on_sqlite.one_click.removeprefix(URL), body, **headers).status == 200
    assert ann_on_sqlite.subscribed() == [BEN]


def test_a_scanner_that_opens_every_link_changes_nothing(ann_on_sqlite: Mailed) -> None:
    """By GET and HEAD, with every link of the pages behind them, and their forms' addresses."""
    before = ann_on_sqlite.state()
    waiting, opened = {*ann_on_sqlite.links, ann_on_sqlite.one_click}, set[str]()
    while waiting:
        link = waiting.pop()
        opened.add(link)
        for method in ("GET", "HEAD"):
            answer = ann_on_sqlite.site.request(method, link.removeprefix(URL))
            found = re.findall(r'(?:href|action|src)="([^"]+)"', answer.text)
            waiting |= {target for target in found if target.startswith(("/", URL))} - opened

    assert any("/unsubscribe/" in link for link in opened)
    assert any("/read/" in link for link in opened)
    assert any("/preferences/" in link for link in opened)
    assert ann_on_sqlite.state() == before


def test_the_page_asks_and_its_button_unsubscribes(ann_on_sqlite: Mailed) -> None:
    (link,) = [link for link in ann_on_sqlite.links if "/unsubscribe/" in link]
    page = ann_on_sqlite.site.get(link)
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', page.text)

    assert "Unsubscribe from Harbour News?" in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert ANN not in page.text
    assert "You are unsubscribed" in ann_on_sqlite.site.post(action).text
    assert ann_on_sqlite.subscribed() == [BEN]


def test_a_second_click_says_the_same_and_offers_no_way_back(ann_on_sqlite: Mailed) -> None:
    """Whoever was forwarded the mail can't bring back a reader who left long ago."""
    first = ann_on_sqlite.site.post(ann_on_sqlite.one_click)
    second = ann_on_sqlite.site.post(ann_on_sqlite.one_click)

    assert "/return/" in first.text
    assert (second.status, "/return/" in second.text) == (200, False)
    assert "You are unsubscribed" in second.text
    assert ann_on_sqlite.unmatched() == 0


def test_who_left_by_mistake_comes_back(ann: Mailed) -> None:
    link = return_link(ann.site.post(ann.one_click).text)

    assert "again?" in ann.site.get(link).text
    assert ann.subscribed() == [BEN]
    for _ in range(2):
        assert "Welcome back" in ann.site.post(link).text
        assert ann.subscribed() == [ANN, BEN]


def test_the_way_back_closes_after_a_day_and_with_the_next_unsubscribe(ann_on_sqlite: Mailed) -> None:
    site = ann_on_sqlite.site
    link = return_link(site.post(ann_on_sqlite.one_click).text)
    site.now += timedelta(days=1, minutes=1)
    assert "not known" in site.post(link).text
    site.now = NOON + timedelta(hours=1)
    site.post(link)
    site.now += timedelta(hours=1)
    site.post(ann_on_sqlite.one_click)

    assert "not known" in site.post(link).text
    assert ann_on_sqlite.subscribed() == [BEN]


def test_who_left_stays_out_of_an_import_and_of_a_waiting_edition(ann_on_sqlite: Mailed) -> None:
    with ann_on_sqlite.store.begin() as conn:
        deliveries.make_due_now(conn, 1, now=NOON)
    ann_on_sqlite.site.post(ann_on_sqlite.one_click)
    with ann_on_sqlite.store.begin() as conn:
        result = subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON)

    assert list(result.left_out) == [ANN]


@pytest.mark.parametrize(
    "token",
    ["", "x", "7.1.0.69c8f3a0.main.00000000." + "0" * 32, "%00%ff", "ü", "../../etc/passwd", "a" * 3000, "4f1c.9"],
    ids=["empty", "letter", "forged", "bytes", "no ASCII", "path", "long", "old and cut"],
)
def test_a_link_that_names_nobody_is_answered_like_any_other_and_counted(token: str, ann_on_sqlite: Mailed) -> None:
    path = f"/unsubscribe/{token}" if token.isascii() and ".." not in token else "/unsubscribe/%c3%bc..%2f"
    answer = ann_on_sqlite.site.post(path)

    if token:
        assert answer.status == 200
        assert "This link is not known" in answer.text
        assert ann_on_sqlite.unmatched() == 1
    assert ann_on_sqlite.subscribed() == [ANN, BEN]


def test_the_operator_sees_how_many_links_named_nobody(ann_on_sqlite: Mailed) -> None:
    from digest.cli.status.formats import as_document, as_lines
    from digest.jobs.overview import read_overview

    site = ann_on_sqlite.site
    site.now -= timedelta(days=7)
    site.post("/unsubscribe/long-ago")
    for days in (1, 6):
        site.now = NOON - timedelta(days=days)
        site.post("/unsubscribe/nobody")
    overview = read_overview(site.app.settings, ann_on_sqlite.store, now=NOON)

    assert as_document(overview, History())["unmatched_unsubscribes"] == 2
    assert "pages: 2 unsubscribe links of the last 7 days named nobody" in as_lines(overview)


def test_links_of_earlier_versions_still_work(ann_on_sqlite: Mailed) -> None:
    with ann_on_sqlite.store.read() as conn:
        row = next(row for row in deliveries.for_edition(conn, 1) if row.subscriber.address == ANN)
    token = DeliveryToken.from_message_id(row.message_id)
    signed = token.signed(SECRET)

    assert "Unsubscribe from" in ann_on_sqlite.site.get(f"/unsubscribe/{signed}").text
    assert ann_on_sqlite.site.get(f"/read/{signed}").status == 200
    assert "not known" in ann_on_sqlite.site.get(f"/unsubscribe/{replace(signed, signature='')}").text
    assert "not known" in ann_on_sqlite.site.get(f"/unsubscribe/{signed}.x").text
    ann_on_sqlite.site.post(f"/unsubscribe/{signed}")
    assert ann_on_sqlite.subscribed() == [BEN]


def test_an_edition_frozen_by_an_earlier_version_has_links_that_work(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        old = mailed(site, sqlite_store, body=f'<a href="{URL}/unsubscribe/{TOKEN_PLACEHOLDER}">Leave</a>')
        assert all("You are unsubscribed" in site.post(link).text for link in old.links)
        assert old.subscribed() == [BEN]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_link_signed_with_a_replaced_secret_works_while_it_is_listed(is_known: bool, ann_on_sqlite: Mailed) -> None:
    new = "a new secret of more than thirty-two characters"
    previous = (Secret(SECRET),) if is_known else ()
    with running_site(ann_on_sqlite.store, site_settings(secret=Secret(new), previous_secrets=previous)) as site:
        site.post(ann_on_sqlite.one_click)

    assert ann_on_sqlite.subscribed() == ([BEN] if is_known else [ANN, BEN])


def test_a_link_works_when_others_are_revoked_and_when_the_edition_and_its_rows_are_gone(
    ann_on_sqlite: Mailed,
) -> None:
    from digest.store.tables import deliveries as rows
    from digest.store.tables import editions as table
    from digest.store.tables import subscribers as people

    with ann_on_sqlite.store.begin() as conn:
        conn.execute(people.update().values(links_version=5))
        conn.execute(rows.delete())
        conn.execute(table.update().values(html="", text=""))
    (read,) = [link for link in ann_on_sqlite.links if "/read/" in link]

    assert ann_on_sqlite.site.get(read).status == 404
    ann_on_sqlite.site.now += timedelta(days=400)
    ann_on_sqlite.site.post(ann_on_sqlite.one_click)
    assert ann_on_sqlite.subscribed() == [BEN]


def test_an_erased_reader_gets_the_same_answer(ann_on_sqlite: Mailed) -> None:
    with ann_on_sqlite.store.begin() as conn:
        erasure.erase(conn, ANN, at=NOON)
    answer = ann_on_sqlite.site.post(ann_on_sqlite.one_click)

    assert answer.status == 200
    assert "You are unsubscribed" in answer.text


def test_a_token_of_another_purpose_does_not_unsubscribe(ann_on_sqlite: Mailed) -> None:
    for purpose in set(Purpose) - {Purpose.UNSUBSCRIBE}:
        token = LinkToken(purpose=purpose, issued=NOON, subscriber_id=1, newsletter_id="main")
        ann_on_sqlite.site.post(f"/unsubscribe/{token.signed(SECRET)}")

    assert ann_on_sqlite.subscribed() == [ANN, BEN]


def test_without_a_secret_the_stores_key_signs(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(secret=Secret())) as site:
        ann = mailed(site, sqlite_store)
        with sqlite_store.read() as conn:
            assert keys.store_key(conn)
        site.post(ann.one_click)
        assert ann.subscribed() == [BEN]


def test_while_the_store_is_away_the_provider_is_told_to_try_again(tmp_path: Path, ann_on_sqlite: Mailed) -> None:
    take_away(ann_on_sqlite.store, tmp_path / "digest.db")

    assert ann_on_sqlite.site.post(ann_on_sqlite.one_click).status == 503


def test_two_tries_of_a_mail_have_the_same_links(ann_on_sqlite: Mailed) -> None:
    from digest.pipeline.deliver import edition_message_builder

    with ann_on_sqlite.store.read() as conn:
        row = next(row for row in deliveries.for_edition(conn, 1) if row.subscriber.address == ANN)
    build = edition_message_builder(1, ann_on_sqlite.site.app)

    assert (
        build(row).content
        == build(row).content
        == next(message.content for message in ann_on_sqlite.site.mailer.accepted if message.recipient == ANN)
    )


def test_nothing_is_logged_about_whose_link_it_was(ann_on_sqlite: Mailed) -> None:
    ann_on_sqlite.site.post(ann_on_sqlite.one_click)
    ann_on_sqlite.site.post("/unsubscribe/nobody")

    assert ann_on_sqlite.site.events == []
