"""Delivered mails carry their delivery token, on the envelope and in the headers, so that bounces can be assigned."""

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

from digest.deliver.bounces.parse import parse_mail
from digest.model.delivery_token import DeliveryToken, find_delivery_tokens
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message, SendOutcome
from digest.pipeline.app import App, make_app
from digest.pipeline.bounces import process_bounce
from digest.pipeline.deliver import deliver_edition, edition_message_builder
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, deliveries, keys, subscribers
from tests.support.bounce_ledger import remove_signatures
from tests.support.bounce_mails import dsn, unsubscribe_mail
from tests.support.editions import publish
from tests.support.fakes import FakeMailer
from tests.support.values import NOON

PRESS = "press@harbour.example"
BOUNCES = BouncesSettings(address=Mailbox.parse("Returns <bounces@news.example>"))


def make_test_app(store: Store, bounces: BouncesSettings, *, secret: str = "secret") -> App:
    return make_app(
        Settings(
            newsletters=(Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@news.example>")),),
            bounces=bounces,
            web=WebSettings(secret=Secret(secret)),
        ),
        store=store,
    )


def delivered_mail(store: Store, bounces: BouncesSettings, *, secret: str = "secret") -> Message:
    """The mail of an edition with one subscriber."""
    id_ = publish(store, PRESS)
    mailer = FakeMailer()
    app = make_test_app(store, bounces, secret=secret)
    deliver_edition(id_, _with_mailer(mailer, app), clock=lambda: NOON, stop=Event())
    (mail,) = mailer.accepted
    return mail


def _with_mailer(mailer: FakeMailer, app: App) -> App:
    return replace(app, mailer=lambda: mailer)


def test_a_newsletter_may_have_a_mailer_of_its_own(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, PRESS)
    app = make_test_app(sqlite_store, BOUNCES)
    newsletter = replace(app.settings.newsletters[0], mailer="own")
    own, usual, names = FakeMailer(), FakeMailer(), []

    def newsletter_mailer(newsletter: Newsletter) -> FakeMailer:
        names.append(newsletter.mailer)
        return own

    app = replace(
        app,
        settings=replace(app.settings, newsletters=(newsletter,)),
        mailer=lambda: usual,
        newsletter_mailer=newsletter_mailer,
    )
    deliver_edition(id_, app, clock=lambda: NOON, stop=Event())

    assert (len(own.accepted), len(usual.accepted), names) == (1, 0, ["own"])


def header(mail: Message, name: str) -> str:
    message = email.message_from_bytes(mail.content, _class=EmailMessage, policy=email.policy.default)
    return str(message[name] or "")


def is_subscribed(store: Store) -> bool:
    with store.read() as conn:
        return bool([*subscribers.for_newsletter(conn, "main")])


def test_a_reply_to_the_unsubscribe_link_unsubscribes(sqlite_store: Store) -> None:
    mail = delivered_mail(sqlite_store, BOUNCES)
    link = urlsplit(re.findall(r"<(mailto:.*?)>", header(mail, "List-Unsubscribe"))[0])

    assert link.path == "bounces@news.example"
    (subject,) = parse_qs(link.query)["subject"]
    answer = unsubscribe_mail(subject, sender="another-address@of-the-same.example")
    with sqlite_store.begin() as conn:
        processed = process_bounce(
            parse_mail(answer), conn, make_test_app(sqlite_store, BOUNCES).settings, now=NOON + timedelta(hours=1)
        )

    assert processed.action == "unsubscribed from main"
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
def test_the_return_address_follows_the_settings(sqlite_store: Store, bounces: BouncesSettings, sender: str) -> None:
    assert re.fullmatch(sender.replace("@news.", r"@news\."), delivered_mail(sqlite_store, bounces).sender)


def test_a_bounce_to_the_tagged_address_is_identified_by_it_alone(sqlite_store: Store) -> None:
    mail = delivered_mail(sqlite_store, BouncesSettings(tagged=True))
    returned = dsn("5.1.1", address="forwarded@else.example", copy="Subject: gone\n", Delivered_To=mail.sender)
    with sqlite_store.begin() as conn:
        processed = process_bounce(parse_mail(returned), conn, make_test_app(sqlite_store, BOUNCES).settings, now=NOON)

    assert (processed.address, processed.has_changed) == (PRESS, True)


def test_without_a_bounces_address_unsubscribe_mails_go_to_the_sender(sqlite_store: Store) -> None:
    mail = delivered_mail(sqlite_store, BouncesSettings())

    assert header(mail, "List-Unsubscribe").startswith("<mailto:main@news.example?subject=unsubscribe%20")


@pytest.mark.parametrize("secret", ["secret", ""], ids=["by the secret", "by the store's key"])
def test_each_token_of_a_mail_is_signed(sqlite_store: Store, secret: str) -> None:
    mail = delivered_mail(sqlite_store, BOUNCES, secret=secret)
    with sqlite_store.read() as conn:
        key = secret or keys.store_key(conn)
    (in_link,) = find_delivery_tokens(header(mail, "List-Unsubscribe").replace("%20", " "))
    (in_message_id,) = find_delivery_tokens(header(mail, "Message-ID"))

    assert in_link.is_signed_with(key)
    assert in_message_id.signature


def test_a_message_id_stays_when_the_secret_changes_before_the_mail_is_sent(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, PRESS)
    with sqlite_store.read() as conn:
        (row,) = list(deliveries.for_edition(conn, id_))
    mails = [
        edition_message_builder(id_, make_test_app(sqlite_store, BOUNCES, secret=secret))(row)
        for secret in ("old", "new", "")
    ]

    assert {header(mail, "Message-ID") for mail in mails} == {row.message_id}


def test_a_mail_of_an_earlier_version_keeps_its_unsigned_message_id(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, PRESS)
    with sqlite_store.begin() as conn:
        remove_signatures(conn)
        (row,) = list(deliveries.for_edition(conn, id_))
    mail = edition_message_builder(id_, make_test_app(sqlite_store, BOUNCES))(row)
    (in_link,) = find_delivery_tokens(header(mail, "List-Unsubscribe").replace("%20", " "))

    assert header(mail, "Message-ID") == row.message_id
    assert not DeliveryToken.from_message_id(row.message_id).signature
    assert in_link.is_signed_with("secret")


def test_each_try_builds_the_same_mail(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, PRESS)
    app = make_test_app(sqlite_store, BouncesSettings(address=Mailbox.parse("bounces@news.example"), tagged=True))
    with sqlite_store.read() as conn:
        (row,) = list(deliveries.for_edition(conn, id_))

    assert edition_message_builder(id_, app)(row) == edition_message_builder(id_, app)(row)


def test_an_address_rejected_as_nonexistent_is_suppressed(sqlite_store: Store) -> None:
    mailer = FakeMailer(not_accepted={PRESS: (SendOutcome.REJECTED, "5.1.1 no such user")})
    app = _with_mailer(mailer, make_test_app(sqlite_store, BOUNCES))

    deliver_edition(publish(sqlite_store, PRESS, readers=1), app, clock=lambda: NOON, stop=Event())

    with sqlite_store.read() as conn:
        assert subscribers.suppression_reasons(conn, [PRESS, "reader0@harbour.example"]) == {
            PRESS: "refused: 5.1.1 no such user"
        }
