"""What leaves can come back: a mail names its copy, on its envelope and in its headers."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.deliver.bounces.parse import read
from digest.model import Newsletter
from digest.model.mailbox import Mailbox
from digest.model.protocols import Message
from digest.pipeline.app import App, make_app
from digest.pipeline.bounces import heed
from digest.pipeline.deliver import post, writer_for
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, deliveries, subscribers
from tests.support.bounce_mails import dsn, leaving
from tests.support.editions import publish
from tests.support.fakes import Carrier
from tests.support.values import NOON

PRESS = "press@harbour.example"
BOUNCES = BouncesSettings(address=Mailbox.parse("Returns <bounces@news.example>"))


def app(store: Store, bounces: BouncesSettings, *, secret: str = "secret") -> App:
    return make_app(
        Settings(
            newsletters=(Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@news.example>")),),
            bounces=bounces,
            web=WebSettings(secret=Secret(secret)),
        ),
        store=store,
    )


def sent(store: Store, bounces: BouncesSettings, *, secret: str = "secret") -> Message:
    """The one mail of an edition for one reader."""
    id_ = publish(store, PRESS)
    carrier = Carrier()
    made = app(store, bounces, secret=secret)
    post(id_, _carried_by(carrier, made), clock=lambda: NOON, stop=Event())
    (letter,) = carrier.taken
    return letter


def _carried_by(carrier: Carrier, made: App) -> App:
    return replace(made, mailer=lambda: carrier)


def header(letter: Message, name: str) -> str:
    message = email.message_from_bytes(letter.content, _class=EmailMessage, policy=email.policy.default)
    return str(message[name] or "")


def is_subscribed(store: Store) -> bool:
    with store.read() as conn:
        return bool([*subscribers.for_newsletter(conn, "main")])


def test_who_answers_the_unsubscribe_link_is_unsubscribed(sqlite_store: Store) -> None:
    letter = sent(sqlite_store, BOUNCES)
    link = urlsplit(re.findall(r"<(mailto:.*?)>", header(letter, "List-Unsubscribe"))[0])

    assert link.path == "bounces@news.example"
    (subject,) = parse_qs(link.query)["subject"]
    answer = leaving(subject, sender="another-address@of-the-same.example")
    with sqlite_store.begin() as conn:
        heard = heed(read(answer), conn, app(sqlite_store, BOUNCES).settings, now=NOON + timedelta(hours=1))

    assert heard.done == "unsubscribed from main"
    assert not is_subscribed(sqlite_store)


@pytest.mark.parametrize(
    ("bounces", "sender"),
    [
        (BouncesSettings(), "main@news.example"),
        (BOUNCES, "bounces@news.example"),
        (
            BouncesSettings(address=Mailbox.parse("bounces@news.example"), tagged=True),
            r"bounces\+[0-9a-f]{24}\.\d\.[a-z2-7]{12}@news.example",
        ),
        (BouncesSettings(tagged=True), r"main\+[0-9a-f]{24}\.\d\.[a-z2-7]{12}@news.example"),
    ],
    ids=["by itself", "an address", "tagged", "tagged by itself"],
)
def test_a_mail_comes_back_where_it_was_told_to(sqlite_store: Store, bounces: BouncesSettings, sender: str) -> None:
    assert re.fullmatch(sender.replace("@news.", r"@news\."), sent(sqlite_store, bounces).sender)


def test_a_bounce_to_the_tagged_address_is_known_by_it_alone(sqlite_store: Store) -> None:
    letter = sent(sqlite_store, BouncesSettings(tagged=True))
    returned = dsn("5.1.1", address="forwarded@else.example", copy="Subject: gone\n", Delivered_To=letter.sender)
    with sqlite_store.begin() as conn:
        heard = heed(read(returned), conn, app(sqlite_store, BOUNCES).settings, now=NOON)

    assert (heard.address, heard.has_changed) == (PRESS, True)


def test_without_a_mailbox_for_what_comes_back_one_writes_to_the_sender_to_leave(sqlite_store: Store) -> None:
    letter = sent(sqlite_store, BouncesSettings())

    assert header(letter, "List-Unsubscribe").startswith("<mailto:main@news.example?subject=unsubscribe%20")


def test_without_a_secret_the_mark_has_no_seal(sqlite_store: Store) -> None:
    letter = sent(sqlite_store, BOUNCES, secret="")

    assert re.search(r"unsubscribe%20[0-9a-f]{24}\.\d+>", header(letter, "List-Unsubscribe"))


def test_the_same_mail_is_made_on_every_try(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, PRESS)
    made = app(sqlite_store, BouncesSettings(address=Mailbox.parse("bounces@news.example"), tagged=True))
    with sqlite_store.read() as conn:
        (row,) = list(deliveries.for_edition(conn, id_))

    assert writer_for(id_, made)(row) == writer_for(id_, made)(row)


def test_who_does_not_exist_is_not_tried_again(sqlite_store: Store) -> None:
    carrier = Carrier(refused={PRESS: (550, "5.1.1 no such user")})
    made = _carried_by(carrier, app(sqlite_store, BOUNCES))

    post(publish(sqlite_store, PRESS, readers=1), made, clock=lambda: NOON, stop=Event())

    with sqlite_store.read() as conn:
        assert subscribers.suppression_reasons(conn, [PRESS, "reader0@harbour.example"]) == {
            PRESS: "refused: 5.1.1 no such user"
        }
