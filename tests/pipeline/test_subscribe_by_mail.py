"""Subscribing by mail: at once if a trusted server proves the author, else by an answer to one confirmation mail."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from digest.deliver.bounces.parse import parse_mail
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import make_app
from digest.pipeline.bounces import process_bounce
from digest.pipeline.confirmation_mail import send_confirmations
from digest.pipeline.processed_mail import ProcessedMail
from digest.render.page_templates import PageTemplates
from digest.settings import BouncesSettings, InboundSettings, Settings
from digest.store import Store, erasure, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import MESSAGE_ID, complaint, dsn, plain_mail
from tests.support.fakes import FakeMailer
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, site_settings

ANN = "ann@harbour.example"
PROOF = "mx.news.example; dkim=pass header.d=harbour.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKLY = Newsletter(id="weekly", title="Weekly", sender=Mailbox.parse("weekly@news.example"))
CLOSED = replace(WEEKLY, id="closed", subscribe=False)


class Mailroom:
    """Reads mails that people write, and sends confirmation mails."""

    def __init__(self, store: Store, settings: Settings | None = None) -> None:
        self.store, self.mailer, self.now = store, FakeMailer(), NOON
        inbound = InboundSettings(authserv_id="mx.news.example", address=Mailbox.parse("subscribe@news.example"))
        self.settings = replace(settings or site_settings(NEWSLETTER, WEEKLY, CLOSED), inbound=inbound)
        self.app = replace(make_app(self.settings, store=store), mailer=lambda: self.mailer)
        self.templates = PageTemplates(self.settings)

    def take(self, raw: bytes) -> ProcessedMail:
        """Process one mail."""
        with self.store.begin() as conn:
            return process_bounce(parse_mail(raw), conn, self.settings, now=self.now)

    def send(self) -> None:
        """Send what may be sent."""
        assert list(send_confirmations(self.app, self.templates, now=self.now)) == []

    def read(self, raw: bytes) -> ProcessedMail:
        """Process one mail, then send what may be sent."""
        processed = self.take(raw)
        self.send()
        return processed

    def mails(self) -> list[EmailMessage]:
        parse = email.message_from_bytes
        return [parse(mail.content, _class=EmailMessage, policy=email.policy.default) for mail in self.mailer.accepted]

    def subscribed(self, newsletter_id: str = "main") -> list[str]:
        with self.store.read() as conn:
            return [subscriber.address for subscriber in subscribers.for_newsletter(conn, newsletter_id)]


@pytest.fixture
def room(sqlite_store: Store) -> Mailroom:
    return Mailroom(sqlite_store)


def command(to: str = "subscribe+main@news.example", *, at: datetime = NOON, **headers: str) -> bytes:
    """A mail that asks for a newsletter."""
    return plain_mail("", **{"From": f"Ann <{ANN}>", "To": to, "Date": format_datetime(at)} | headers)


def answer(mail: EmailMessage, text: str = "Yes", sender: str = ANN, **headers: str) -> bytes:
    fields = {"From": sender, "To": str(mail["From"]), "Subject": f"Re: {mail['Subject']}"}
    fields |= {"In_Reply_To": str(mail["Message-ID"]), "Date": format_datetime(NOON)}
    return plain_mail(text, **fields | headers)


def test_who_is_proven_subscribes_at_once_and_is_told_so(shared_store: Store) -> None:
    room = Mailroom(shared_store)
    processed = room.read(command(Authentication_Results=PROOF))

    assert (processed.address, processed.has_changed, processed.is_ours) == (ANN, True, True)
    assert room.subscribed() == [ANN]
    (mail,) = room.mails()
    assert mail["Subject"] == "You subscribe to Harbour News"
    content = room.mailer.accepted[0].content.decode()
    assert "/confirm/" not in content
    assert "no further mail" not in content


def test_others_are_asked_once_and_subscribe_by_an_answer(shared_store: Store) -> None:
    room = Mailroom(shared_store)
    room.read(command())
    assert room.subscribed() == []
    (mail,) = room.mails()
    processed = room.read(answer(mail))

    assert (processed.address, processed.has_changed) == (ANN, True)
    assert room.subscribed() == [ANN]
    assert room.read(answer(mail)).has_changed is False
    assert len(room.mails()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no result"),
        pytest.param({"Authentication_Results": PROOF.replace("pass", "fail")}, id="broken"),
        pytest.param({"Authentication_Results": PROOF.replace("mx.news", "mx.evil")}, id="another server"),
        pytest.param({"Authentication_Results": PROOF.replace("harbour", "evil")}, id="another domain"),
        pytest.param({"Authentication_Results": PROOF, "Date": ""}, id="without a date"),
        pytest.param({"Authentication_Results": PROOF, "Date": format_datetime(NOON - 4 * DAY)}, id="old"),
        pytest.param({"Authentication_Results": PROOF, "Date": format_datetime(NOON + DAY)}, id="from the future"),
        pytest.param(
            {"Authentication_Results": PROOF, "To": "eve@evil.example", "Delivered_To": "subscribe+main@news.example"},
            id="a signed mail to another, sent on",
        ),
    ],
)
def test_without_proof_the_address_is_asked(headers: dict[str, str], room: Mailroom) -> None:
    room.read(command(**headers))

    assert room.subscribed() == []
    assert [mail["To"] for mail in room.mails()] == [ANN]


def test_a_signed_mail_from_before_leaving_brings_nobody_back(room: Mailroom) -> None:
    signed = command(Authentication_Results=PROOF)
    room.read(signed)
    with room.store.begin() as conn:
        subscribers.unsubscribe(conn, ANN, "main", at=NOON + HOUR)
    room.now += 2 * HOUR
    room.read(signed)
    assert room.subscribed() == []
    room.read(command(at=room.now, Authentication_Results=PROOF))
    assert room.subscribed() == [ANN]


@pytest.mark.parametrize(
    ("to", "subject", "newsletters"),
    [
        ("subscribe+main@news.example", "", ["main"]),
        ("subscribe+WEEKLY@news.example", "hello", ["weekly"]),
        ("main@news.example", "subscribe weekly", ["weekly"]),
        ("subscribe+main@news.example, subscribe+weekly@news.example", "", ["main", "weekly"]),
        ("subscribe+closed@news.example", "", []),
        ("subscribe+nothing@news.example", "", []),
        ("subscribe+main@elsewhere.example", "", []),
        ("subscribe@news.example", "", []),
        ("main@news.example", "subscribe", []),
    ],
)
def test_a_mail_subscribes_to_what_it_names(to: str, subject: str, newsletters: list[str], room: Mailroom) -> None:
    processed = room.read(command(to, Subject=subject, Authentication_Results=PROOF))

    assert [id_ for id_ in ("closed", "main", "weekly") if room.subscribed(id_)] == newsletters
    assert processed.is_ours is bool(newsletters)


def test_the_only_newsletter_needs_no_name(sqlite_store: Store) -> None:
    room = Mailroom(sqlite_store, site_settings(NEWSLETTER))
    room.read(command("main@news.example", Subject="subscribe", Authentication_Results=PROOF))
    assert room.subscribed() == [ANN]


@pytest.mark.parametrize("sender", ["main@news.example", "SUBSCRIBE@news.example", "weekly@news.example", "", "a@b@c"])
def test_our_own_mails_and_those_of_nobody_begin_no_loop(sender: str, room: Mailroom) -> None:
    processed = room.read(command(From=sender))

    assert not processed.has_changed
    assert room.mails() == []


def test_any_number_of_forged_mails_send_their_victim_one(room: Mailroom) -> None:
    for number in range(30):
        newsletter = ("main", "weekly")[number % 2]
        room.take(command(f"subscribe+{newsletter}@news.example", Message_ID=f"<{number}@evil.example>"))
    room.send()

    assert [mail["To"] for mail in room.mails()] == [ANN]


def test_mails_of_many_authors_share_one_limit(room: Mailroom) -> None:
    for number in range(25):
        room.take(command(From=f"reader{number}@harbour.example"))
    room.send()

    assert len(room.mails()) == 20


@pytest.mark.parametrize("state", ["suppressed", "left", "erased"])
def test_former_subscribers_may_ask_but_not_suppressed_ones(state: str, room: Mailroom) -> None:
    with room.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON - 5 * DAY)
        if state == "suppressed":
            subscribers.suppress(conn, ANN, "complained: spam", at=NOON)
        if state == "left":
            subscribers.unsubscribe(conn, ANN, "main", at=NOON - DAY)
        if state == "erased":
            erasure.erase(conn, ANN, at=NOON - DAY)
    room.read(command())

    assert len(room.mails()) == (0 if state == "suppressed" else 1)


def test_only_the_asked_address_confirms_by_an_answer(room: Mailroom) -> None:
    room.read(command())
    (mail,) = room.mails()
    for raw in (
        answer(mail, sender="eve@evil.example"),
        answer(mail, "Please stop this"),
        answer(mail, "I am away", Auto_Submitted="auto-replied"),
        answer(mail, Subject="Re: [Ticket#20260328] Your mail"),
        answer(mail, In_Reply_To=str(mail["Message-ID"]).replace("<", "<1")),
        dsn("2.0.0", action="delivered"),
    ):
        assert not room.read(raw).has_changed
    assert room.subscribed() == []
    room.now += 8 * DAY
    assert not room.read(answer(mail)).has_changed


def test_the_answer_of_an_ordinary_mail_is_left_to_the_operator(room: Mailroom) -> None:
    raw = answer(EmailMessage(), In_Reply_To=f"<{'a' * 80}@mail.example>", To="main@news.example", Subject="Re: hello")
    assert not room.read(raw).is_ours


def test_the_confirmation_mail_is_declined_by_mail(room: Mailroom) -> None:
    room.read(command())
    (mail,) = room.mails()
    (mailto,) = [part for part in str(mail["List-Unsubscribe"]).split(", ") if "mailto:" in part]
    subject = mailto.partition("subject=")[2].rstrip(">").replace("%20", " ")
    processed = room.read(plain_mail("", From=ANN, To="main@news.example", Subject=subject))
    room.now += 2 * DAY
    room.read(command(at=room.now))

    assert processed.has_changed
    assert len(room.mails()) == 1
    assert not room.read(answer(mail)).has_changed


def test_without_pages_the_mail_asks_for_an_answer(sqlite_store: Store) -> None:
    bounces = BouncesSettings(host="imap.news.example", address=Mailbox.parse("bounces@news.example"))
    room = Mailroom(sqlite_store, Settings(newsletters=(NEWSLETTER,), bounces=bounces))
    room.read(command("bounces@news.example", Subject="subscribe main"))
    (mail,) = room.mails()

    content = room.mailer.accepted[0].content.decode()
    assert "just answer this mail" in content
    assert "http" not in content.partition("<html")[0]
    assert mail["Reply-To"] == "bounces@news.example"
    assert room.read(answer(mail)).has_changed
    assert room.subscribed() == [ANN]


@pytest.mark.parametrize(
    ("returned", "is_ended"),
    [
        pytest.param(dsn("5.1.1", "smtp; 550 no such user"), True, id="no such address"),
        pytest.param(complaint(), True, id="complaint"),
        pytest.param(dsn("4.2.2", "smtp; 452 mailbox full"), False, id="mailbox full"),
        pytest.param(plain_mail("I am away", Auto_Submitted="auto-replied", In_Reply_To=MESSAGE_ID), False, id="away"),
    ],
)
def test_a_returned_confirmation_mail_is_not_left_to_the_operator(
    returned: bytes, is_ended: bool, room: Mailroom
) -> None:
    room.read(command())
    (mail,) = room.mails()
    processed = room.read(returned.replace(MESSAGE_ID.encode(), str(mail["Message-ID"]).encode()))
    room.now += 2 * DAY
    room.read(command(at=room.now))

    assert (processed.is_ours, processed.has_changed) == (True, is_ended)
    assert len(room.mails()) == (1 if is_ended else 2)
    forged = returned.replace(MESSAGE_ID.encode(), str(mail["Message-ID"]).replace("<", "<1").encode())
    assert not room.read(forged).is_ours
