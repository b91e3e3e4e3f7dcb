"""Proof of which delivery an inbound mail is about: nobody can silence another subscriber by a forged mail.

The forger of these tests is a subscriber: knows an edition's token, the form of signatures, and all addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from digest.model.delivery_token import DeliveryToken, return_address
from digest.pipeline.processed_mail import ProcessedMail
from digest.settings import Secret, Settings, WebSettings
from digest.store import Store, keys
from tests.support.bounce_ledger import DAY, OTHER, SECRET, SETTINGS, Ledger
from tests.support.bounce_mails import (
    ADDRESS,
    DELIVERY_TOKEN,
    HEADERS,
    complaint,
    dsn,
    multipart_report,
    plain_mail,
    unsubscribe_mail,
)

#: The settings, and the key that signs the Message-IDs ("" for the store's own).
KEYS = {"with a secret": (SETTINGS, SECRET), "without a secret": (replace(SETTINGS, web=WebSettings()), "")}
Forge = Callable[[str], bytes]


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


@pytest.fixture
def file_ledger(sqlite_store: Store) -> Ledger:
    return Ledger(sqlite_store)


def reply_to_quoted_mail(token: str) -> bytes:
    quoted = "\n".join(f"> {line}" for line in HEADERS.replace(DELIVERY_TOKEN, token).splitlines())
    return plain_mail(f"unsubscribe\n\n{quoted}\n", From=ADDRESS, To="main@news.example", Subject="Re: Harbour")


#: Mails about the delivery with this token, which name its subscriber's address.
FORGED: dict[str, Forge] = {
    "a bounce": lambda token: dsn("5.1.1", "smtp; 550 no such user", copy=HEADERS.replace(DELIVERY_TOKEN, token)),
    "a bounce with the headers alone": lambda token: dsn(
        "5.1.1", returned="text/rfc822-headers", copy=HEADERS.replace(DELIVERY_TOKEN, token)
    ),
    "a complaint": lambda token: complaint(copy=HEADERS.replace(DELIVERY_TOKEN, token)),
    "a complaint in the form of Outlook.com": lambda token: multipart_report(
        "x", "", "", copy=f"X-HmXmrOriginalRecipient: {ADDRESS}\n" + HEADERS.replace(DELIVERY_TOKEN, token)
    ),
    "a bounce without a report": lambda token: plain_mail(
        f"550 5.1.1 <{ADDRESS}>: no such user\n\nMessage-ID: <{token}@news.example>\nTo: {ADDRESS}\n",
        From="MAILER-DAEMON@mx.example",
        Subject="failure notice",
    ),
    "an unsubscribe mail": lambda token: unsubscribe_mail(f"unsubscribe {token}"),
    "an unsubscribe mail to a return address": lambda token: plain_mail(
        "unsubscribe", From=ADDRESS, To=f"bounces+{token}@news.example"
    ),
    "a reply that quotes the mail": reply_to_quoted_mail,
}
GENUINE = {name: forge for name, forge in FORGED.items() if name != "a reply that quotes the mail"}


def guessed_tokens(own: DeliveryToken) -> Iterator[DeliveryToken]:
    """Tokens of the first subscriber's delivery, guessed by a forger with a delivery of ``own``."""
    yield replace(own, subscriber_id=1, signature="")
    yield replace(own, subscriber_id=1)
    yield replace(own, subscriber_id=1).signed("guess")
    yield replace(own, subscriber_id=1).signed("go!")


def forgers_token(ledger: Ledger, key: str, *, day: int = 0) -> DeliveryToken:
    """The token that the second subscriber's mail carries."""
    token = ledger.send(day, key=key)
    with ledger.store.read() as conn:
        return replace(token, subscriber_id=2).signed(key or keys.store_key(conn))


def assert_nothing_changed(ledger: Ledger, processed: ProcessedMail) -> None:
    assert (processed.has_changed, processed.address) == (False, "")
    assert ledger.suppressed() == {}
    assert ledger.subscribed() == [OTHER, ADDRESS]


@pytest.mark.parametrize(("settings", "key"), KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_guessed_tokens_silence_nobody(file_ledger: Ledger, forge: Forge, settings: Settings, key: str) -> None:
    own = forgers_token(file_ledger, key)

    for token in guessed_tokens(own):
        for spelling in (str(token), str(token).upper()):
            assert_nothing_changed(file_ledger, file_ledger.process(forge(spelling), own, settings=settings))


@pytest.mark.parametrize(("settings", "key"), KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("forge", GENUINE.values(), ids=GENUINE)
def test_the_token_of_a_delivery_counts(file_ledger: Ledger, forge: Forge, settings: Settings, key: str) -> None:
    token = file_ledger.send(key=key)

    assert file_ledger.process(forge(str(token)), token, settings=settings).has_changed


@pytest.mark.parametrize("settings", [SETTINGS, Settings()], ids=["with a secret", "without"])
def test_one_body_with_all_addresses_and_counted_tokens_suppresses_nobody(ledger: Ledger, settings: Settings) -> None:
    token = replace(ledger.send(key=settings.web.secret.reveal()), signature="")
    counted = "".join(f"Message-ID: <{replace(token, subscriber_id=id_)}@news.example>\n" for id_ in range(1, 9))
    body = f"To: {ADDRESS}, {OTHER}\nOriginal-Rcpt-To: {ADDRESS}\nOriginal-Rcpt-To: {OTHER}\n{counted}"

    assert_nothing_changed(ledger, ledger.process(complaint(copy=body), token, settings=settings))
    assert_nothing_changed(ledger, ledger.process(dsn("5.1.1", copy=body), token, settings=settings))


def test_the_signature_of_another_edition_proves_nothing(file_ledger: Ledger) -> None:
    yesterday, today = file_ledger.send(), file_ledger.send(day=1)
    mixed = replace(today, signature=yesterday.signature)

    for forge in FORGED.values():
        assert_nothing_changed(file_ledger, file_ledger.process(forge(str(mixed)), today))


@pytest.mark.parametrize("length", range(12))
def test_a_cut_signature_proves_nothing(file_ledger: Ledger, length: int) -> None:
    token = file_ledger.send()
    cut = f"{replace(token, signature='')}.{token.signature[:length]}"

    for forge in FORGED.values():
        assert_nothing_changed(file_ledger, file_ledger.process(forge(cut), token))


@pytest.mark.parametrize("forge", GENUINE.values(), ids=GENUINE)
def test_a_token_counts_in_upper_case(file_ledger: Ledger, forge: Forge) -> None:
    token = file_ledger.send()

    assert file_ledger.process(forge(str(token).upper()), token).has_changed


@pytest.mark.parametrize(
    "break_line",
    [
        lambda raw: raw.replace(b"Message-ID: <", b"Message-ID:\n\t<"),
        lambda raw: raw.replace(b"Message-ID: <", b"Message-ID:\r\n <"),
        lambda raw: raw.replace(b"\nMessage-ID: <", b"\n> Message-ID:\n>  <"),
    ],
    ids=["a tab", "CRLF and a space", "quoted"],
)
def test_a_folded_message_id_counts(file_ledger: Ledger, break_line: Callable[[bytes], bytes]) -> None:
    token = file_ledger.send()

    assert file_ledger.process(break_line(dsn("5.1.1", address="alias@else.example")), token).has_changed


def test_a_message_id_is_found_in_a_quoted_printable_body(file_ledger: Ledger) -> None:
    token = file_ledger.send()
    notice = f"550 5.1.1 no such user\n\nMessage-ID: <{str(token)[:20]}=\n{str(token)[20:]}@news.example>\n"
    raw = (
        "From: MAILER-DAEMON@mx.example\nSubject: failure notice\nMIME-Version: 1.0\nContent-Type: text/plain\n"
        f"Content-Transfer-Encoding: quoted-printable\n\n{notice}"
    )

    assert file_ledger.process(raw.encode(), token).has_changed


def test_a_signed_token_alone_identifies_a_bounce(ledger: Ledger) -> None:
    token = ledger.send()
    to = return_address("bounces@news.example", token)
    blank = dsn("5.1.1", address="else@where.example", copy="Subject: x\n", To=to)

    assert ledger.process(blank, token).has_changed
    assert list(ledger.suppressed()) == [ADDRESS]


def test_an_unsubscribe_mail_may_come_from_another_address(ledger: Ledger) -> None:
    assert ledger.process(unsubscribe_mail(sender="someone@else.example"), ledger.send()).has_changed
    assert ledger.subscribed() == [OTHER]


def test_signatures_of_previous_secrets_and_of_the_store_count(file_ledger: Ledger) -> None:
    """A secret was changed, after one was set where there had been none."""
    web = WebSettings(secret=Secret("the newest"), previous_secrets=(Secret("the oldest"), Secret(SECRET)))
    for day, key in enumerate((SECRET, "the oldest", "")):
        token = file_ledger.send(day, key=key)

        assert file_ledger.process(dsn("5.2.2"), token, settings=Settings(web=web)).has_changed
    token = file_ledger.send(day=4, key="forgotten")
    assert_nothing_changed(file_ledger, file_ledger.process(dsn("5.2.2"), token, settings=Settings(web=web)))


@pytest.mark.parametrize(("settings", "key"), KEYS.values(), ids=KEYS)
def test_unsigned_tokens_of_earlier_versions_count_for_30_days(ledger: Ledger, settings: Settings, key: str) -> None:
    token = ledger.send(key=key, unsigned=True)

    forged = ledger.process(dsn("5.2.2", address="x@else.example", copy=HEADERS.replace(ADDRESS, "x@y")), token)
    assert not forged.has_changed
    late = ledger.process(dsn("5.2.2"), token, day=31, settings=settings)
    assert not late.has_changed
    assert ledger.process(dsn("5.2.2"), token, day=30, settings=settings).has_changed


@pytest.mark.parametrize(
    "sender",
    [f"{ADDRESS}.evil.example", f"{ADDRESS}-x.example", f"x/{ADDRESS}", f"o'{ADDRESS}", f"{ADDRESS}@evil.example"],
)
def test_an_address_is_compared_as_a_whole(file_ledger: Ledger, sender: str) -> None:
    token = file_ledger.send(unsigned=True)

    assert not file_ledger.process(unsubscribe_mail(sender=sender), token).has_changed
    assert not file_ledger.process(dsn("5.1.1", address=sender, copy=f"To: {sender}\n"), token).has_changed
    assert file_ledger.subscribed() == [OTHER, ADDRESS]


def test_an_unknown_token_is_ignored(ledger: Ledger) -> None:
    token = ledger.send()

    for unknown_token in (
        replace(token, subscriber_id=10**9).signed(SECRET),
        DeliveryToken(edition_token="f" * 24, subscriber_id=1).signed(SECRET),
    ):
        assert "nothing proves" in ledger.process(dsn("5.1.1"), unknown_token).action


def test_a_late_report_on_a_deleted_delivery_still_counts(ledger: Ledger) -> None:
    token = ledger.send()
    with ledger.store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM deliveries")

    assert ledger.process(complaint(), token, day=500).has_changed


def test_a_deleted_delivery_is_not_taken_for_one_of_an_earlier_version(ledger: Ledger) -> None:
    token = replace(ledger.send(), signature="")
    with ledger.store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM deliveries")

    assert_nothing_changed(ledger, ledger.process(complaint(), token))


def test_the_signature_of_another_newsletter_s_edition_proves_nothing(file_ledger: Ledger) -> None:
    token = file_ledger.send()
    foreign = replace(file_ledger.send(day=DAY.days), edition_token=token.edition_token)

    assert_nothing_changed(file_ledger, file_ledger.process(complaint(), foreign))
