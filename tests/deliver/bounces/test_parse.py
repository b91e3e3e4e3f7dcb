"""Mails that come back say what they mean, in any mail system's shape; and none is an exception."""

from __future__ import annotations

import base64
import time
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.bounces.classify import MailKind, classify_failure
from digest.deliver.bounces.parse import InboundMail, parse_mail
from digest.inbound import MAX_MAIL_BYTES
from digest.model.delivery_token import DeliveryToken, find_delivery_tokens, return_address, unsubscribe_mailto
from tests.support.bounce_mails import ADDRESS, HEADERS, MARK, TOKEN, complaint, dsn, leaving, plain, report

OURS = DeliveryToken(edition_token=TOKEN, subscriber_id=1)

QMAIL = f"""\
Hi. This is the mail program at mx.example.
I could not deliver your message to the following addresses.
This is a permanent error; I have given up. Sorry it did not work out.

<{ADDRESS}>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 no such user here
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <main@news.example>
{HEADERS}
The harbour opens again.
"""
EXIM = f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {ADDRESS}
    host mx.harbour.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{ADDRESS}>:
    550 Unknown user

------ This is a copy of the message, including all the headers. ------

{HEADERS}
The harbour opens again.
"""
POSTFIX = dsn(
    "5.1.1", f"smtp; 550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown in local recipient table"
)
FULL = dsn("5.2.2", "smtp; 552 5.2.2 The mailbox is over its quota")
MAILS = {
    "Postfix: no such user": (POSTFIX, MailKind.HARD_BOUNCE),
    "Postfix: no such domain": (dsn("5.4.4", "X-Postfix; Host or domain name not found"), MailKind.HARD_BOUNCE),
    "Postfix: only headers returned": (
        dsn("5.1.1", returned="text/rfc822-headers", copy=HEADERS),
        MailKind.HARD_BOUNCE,
    ),
    "Postfix: late": (dsn("4.4.1", "X-Postfix; connect: timed out", action="delayed"), MailKind.DELAYED),
    "Postfix: given up": (dsn("4.4.1", "X-Postfix; connect: timed out"), MailKind.SOFT_BOUNCE),
    "Postfix: international": (
        report(
            "global-delivery-status",
            "Undeliverable",
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; {ADDRESS}\nAction: failed\nStatus: 5.1.1\n",
            returned="message/global-headers",
            copy=HEADERS,
        ),
        MailKind.HARD_BOUNCE,
    ),
    "Exim, in its own form": (
        plain(EXIM, From="Mail Delivery System <mailer-daemon@mx.example>", X_Failed_Recipients=ADDRESS),
        MailKind.HARD_BOUNCE,
    ),
    "Exim, as a report": (dsn("5.0.0", "smtp; 550 Unknown user"), MailKind.HARD_BOUNCE),
    "Exchange: no such recipient": (
        dsn("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        MailKind.HARD_BOUNCE,
    ),
    "Exchange: refused at the door": (
        dsn("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        MailKind.HARD_BOUNCE,
    ),
    "Exchange: blocked": (dsn("5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP"), MailKind.REJECTED),
    "Exchange: full": (dsn("5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver"), MailKind.SOFT_BOUNCE),
    "qmail": (plain(QMAIL, From="MAILER-DAEMON@mx.example", Subject="failure notice"), MailKind.HARD_BOUNCE),
    "qmail: full": (
        plain(
            QMAIL.replace("550 5.1.1 no such user here", "552 5.2.2 mailbox is full"), From="MAILER-DAEMON@mx.example"
        ),
        MailKind.SOFT_BOUNCE,
    ),
    "a large provider: no such user": (
        dsn(
            "5.1.1", "smtp; 550-5.1.1 The account that you tried to reach does not exist.", X_Failed_Recipients=ADDRESS
        ),
        MailKind.HARD_BOUNCE,
    ),
    "a large provider: disabled": (dsn("5.2.1", "smtp; 550-5.2.1 The account is inactive."), MailKind.HARD_BOUNCE),
    "a large provider: rate": (
        dsn("4.7.28", "smtp; 421-4.7.28 an unusual rate of unsolicited mail", action="delayed"),
        MailKind.DELAYED,
    ),
    "a large provider: unsigned": (dsn("5.7.26", "smtp; 550-5.7.26 this mail is not authenticated"), MailKind.REJECTED),
    "too big": (dsn("5.3.4", "smtp; 552 message size exceeds fixed limit"), MailKind.REJECTED),
    "OpenSMTPD's own word for failed": (dsn("5.1.1", "smtp; 550 no such user", action="error"), MailKind.HARD_BOUNCE),
    "no status": (dsn("", "smtp; 550 mailbox unavailable"), MailKind.SOFT_BOUNCE),
    "arrived": (dsn("2.0.0", action="delivered"), MailKind.DELAYED),
    "a complaint": (complaint(), MailKind.COMPLAINT),
    "a complaint about fraud": (complaint("fraud"), MailKind.COMPLAINT),
    "a wish to leave, as a report": (complaint("opt-out"), MailKind.UNSUBSCRIBE),
    "not spam after all": (complaint("not-spam"), MailKind.AUTOMATIC),
    "a failed signature": (complaint("auth-failure"), MailKind.AUTOMATIC),
}


@pytest.mark.parametrize(("raw", "kind"), MAILS.values(), ids=MAILS)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_returned_mail_says_what_it_means_and_which_copy_it_was(raw: bytes, kind: MailKind, ends: bytes) -> None:
    notice = parse_mail(raw.replace(b"\n", ends))

    assert notice.kind is kind
    assert OURS in notice.tokens
    assert ADDRESS in notice.evidence
    assert "\n" not in notice.detail


def test_what_the_server_said_is_told() -> None:
    assert parse_mail(POSTFIX).detail.startswith(f"550 5.1.1 <{ADDRESS}>: Recipient address rejected")
    assert parse_mail(dsn("5.2.2", "smtp; over quota")).detail == "5.2.2 over quota"


def test_the_worst_of_several_recipients_counts() -> None:
    fields = (
        "Reporting-MTA: dns; x\n\nAction: delayed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.1.1\n\nAction: relayed\n"
    )

    assert parse_mail(report("delivery-status", "", fields)).kind is MailKind.HARD_BOUNCE


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoded_copy_is_read_too(encoding: str) -> None:
    raw = dsn("5.1.1", returned="text/rfc822-headers", copy="@@@")
    copy = base64.encodebytes(HEADERS.encode()) if encoding == "base64" else HEADERS.replace("=", "=3D").encode()
    head = b"Content-Type: text/rfc822-headers\n"
    encoded = head + f"Content-Transfer-Encoding: {encoding}\n".encode()

    notice = parse_mail(raw.replace(head, encoded).replace(b"@@@", copy))

    assert (notice.kind, notice.tokens) == (MailKind.HARD_BOUNCE, (OURS,))


def test_the_address_that_it_came_back_to_says_which_copy_it_was() -> None:
    sealed = OURS.signed("secret")
    to = return_address("bounces@news.example", sealed)

    notice = parse_mail(dsn("5.1.1", copy="Subject: all else is gone\n", Delivered_To=to.upper()))

    assert notice.tokens == (sealed,)
    assert notice.tokens[0].is_signed_with("secret")


# --- leaving -----------------------------------------------------------------------------------------------------

LEAVING = {
    "by its subject": leaving(),
    "by its subject, sealed": leaving(f"unsubscribe {OURS.signed('secret')}"),
    "answered": leaving(f"Re: Unsubscribe: {MARK}"),
    "by its address": leaving("", To=f"main+unsubscribe-{MARK}@news.example"),
    "by another address": leaving("", Delivered_To=f"leave-{MARK}@news.example"),
    "with Auto-Submitted: no": leaving(Auto_Submitted="no"),
}


@pytest.mark.parametrize("raw", LEAVING.values(), ids=LEAVING)
def test_a_mail_to_leave_is_one(raw: bytes) -> None:
    notice = parse_mail(raw)

    assert (notice.kind, notice.sender, notice.evidence) == (MailKind.UNSUBSCRIBE, ADDRESS, ADDRESS)
    assert [mark.subscriber_id for mark in notice.tokens] == [1]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (leaving(Auto_Submitted="auto-replied"), MailKind.AUTOMATIC),
        (leaving(Precedence="auto_reply"), MailKind.AUTOMATIC),
        (leaving(Return_Path="<>"), MailKind.AUTOMATIC),
        (leaving("Out of office: unsubscribe", X_Autoreply="yes"), MailKind.AUTOMATIC),
        (leaving("Re: Harbour opens again", In_Reply_To=f"<{MARK}@news.example>"), MailKind.OTHER),
        (leaving("unsubscribe"), MailKind.OTHER),
        (leaving("unsubscribe 7.1"), MailKind.OTHER),
        (HEADERS.encode() + b"\nThe harbour opens again.\n", MailKind.AUTOMATIC),
        (report("disposition-notification", "Read.", "Disposition: manual-action; displayed\n"), MailKind.AUTOMATIC),
        (plain("Buy a boat", From="boats@shop.example", Subject="Boats"), MailKind.OTHER),
        (b"", MailKind.OTHER),
    ],
    ids=[
        "auto-submitted",
        "precedence",
        "null sender",
        "absence",
        "an answer",
        "no mark",
        "no mark of ours",
        "our own mail",
        "read receipt",
        "anything else",
        "nothing",
    ],
)
def test_other_mails_ask_for_nothing(raw: bytes, kind: MailKind) -> None:
    assert parse_mail(raw).kind is kind


# --- marks -------------------------------------------------------------------------------------------------------


def test_only_the_secret_makes_a_seal() -> None:
    sealed = OURS.signed("secret")

    assert sealed.is_signed_with("secret")
    assert not sealed.is_signed_with("other")
    assert not sealed.is_signed_with("")
    assert not OURS.is_signed_with("secret")
    assert not DeliveryToken(edition_token=TOKEN, subscriber_id=2, signature=sealed.signature).is_signed_with("secret")
    assert OURS.signed("") == OURS


@given(
    st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(1, 10**12), st.sampled_from(["", "secret", "ü"])
)
def test_a_mark_is_found_again_wherever_it_is_put(token: str, number: int, secret: str) -> None:
    mark = DeliveryToken(edition_token=token, subscriber_id=number).signed(secret)
    bounces = return_address("bounces@news.example", mark)

    assert [*find_delivery_tokens(bounces.upper())] == ([mark] if bounces != "bounces@news.example" else [])
    assert [*find_delivery_tokens(unquote(unsubscribe_mailto("main@news.example", mark)))] == [mark]
    assert [*find_delivery_tokens(f"<{mark}@news.example>")] == [mark]
    assert len(bounces.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "text", ["", TOKEN, f"{TOKEN}.", f"{TOKEN}.x", f"a{MARK}", f"{TOKEN}.0", f"{TOKEN}.{'9' * 30}"]
)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert [*find_delivery_tokens(text)] == []


# --- verdicts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("5.1.1", "", MailKind.HARD_BOUNCE),
        ("5.1.2", "", MailKind.HARD_BOUNCE),
        ("5.0.0", "550 No such user here", MailKind.HARD_BOUNCE),
        ("5.0.0", "550 5.1.1 bad address", MailKind.HARD_BOUNCE),
        ("5.7.1", "550 5.7.1 RESOLVER.ADR.RecipNotFound; not found", MailKind.HARD_BOUNCE),
        ("", "550 that address does not exist", MailKind.HARD_BOUNCE),
        ("5.5.0", "550 mailbox unavailable, user disabled", MailKind.HARD_BOUNCE),
        ("5.2.2", "", MailKind.SOFT_BOUNCE),
        ("5.1.1", "552 mailbox full", MailKind.SOFT_BOUNCE),
        ("5.0.0", "", MailKind.SOFT_BOUNCE),
        ("", "", MailKind.SOFT_BOUNCE),
        ("5.0.0", "see http://192.5.1.1/x for help", MailKind.SOFT_BOUNCE),
        ("4.2.2", "452 4.2.2 over quota", MailKind.SOFT_BOUNCE),
        ("4.1.1", "450 user unknown", MailKind.SOFT_BOUNCE),
        ("5.4.6", "routing loop detected", MailKind.SOFT_BOUNCE),
        ("5.7.1", "550 5.7.1 spam", MailKind.REJECTED),
        ("5.0.0", "554 blocked by policy", MailKind.REJECTED),
        ("5.6.1", "8BITMIME not supported", MailKind.REJECTED),
        ("5.1.8", "sender's domain not found in DNS", MailKind.REJECTED),
        ("", "550 Sender address rejected: Domain not found", MailKind.REJECTED),
        ("5.0.0", "504 Helo command rejected: Host not found", MailKind.REJECTED),
        ("4.7.1", "450 4.7.1 Client host rejected: cannot find your hostname", MailKind.REJECTED),
        ("4.7.1", "451 4.7.1 greylisted", MailKind.REJECTED),
    ],
)
def test_a_servers_words_are_weighed(status: str, words: str, kind: MailKind) -> None:
    assert classify_failure(status, words) is kind


# --- hostile mails -----------------------------------------------------------------------------------------------


def nested(depth: int, kind: bytes) -> bytes:
    opened = b"".join(b"Content-Type: " + kind % level + b"\n\n--b%d\n" % level for level in range(depth))
    return opened + POSTFIX


@pytest.mark.parametrize(
    "raw",
    [
        nested(4_000, b'multipart/mixed; boundary="b%d"'),
        b"".join(b"Content-Type: message/rfc822\n\n" for _ in range(5_000)),
        b'Content-Type: multipart/digest; boundary="b"\n\n' + b"--b\n\n" * 40_000,
        b"From: " + b"(" * 200_000,
        b"Subject: unsubscribe " + b"unsubscribe " * 20_000,
        b"Subject: x\n\n" + b"<a@b>:" * 40_000,
        b"Subject: x\n\n" + b"> " * 120_000,
        b"Message-ID:" * 20_000,
        b"a" * 2_000_000,
        b"\n" * 250_000,
        POSTFIX.replace(b"Status: 5.1.1", b"Status: " + b"5.1." * 60_000),
        plain("no such user " * 20_000, From="MAILER-DAEMON@x.example"),
    ],
    ids=[
        "parts in parts",
        "mails in mails",
        "many parts",
        "parentheses",
        "subject",
        "addresses",
        "quoted",
        "ids",
        "long",
        "empty lines",
        "status",
        "words",
    ],
)
def test_a_hostile_mail_is_read_in_no_time(raw: bytes) -> None:
    started = time.process_time()

    assert isinstance(parse_mail(raw), InboundMail)
    assert time.process_time() - started < 3


def test_a_large_mail_is_read_as_far_as_its_report_goes() -> None:
    raw = dsn("5.1.1", copy=HEADERS + "\n" + "x" * 80 + "\n" * 10 * MAX_MAIL_BYTES)

    assert (parse_mail(raw).kind, parse_mail(raw).tokens) == (MailKind.HARD_BOUNCE, (OURS,))


@settings(max_examples=300)
@given(st.sampled_from([raw for raw, _ in MAILS.values()] + [*LEAVING.values()]), st.data())
def test_a_mail_broken_anywhere_is_no_exception(raw: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    odd = data.draw(
        st.binary(max_size=30) | st.sampled_from([b"=?utf-8?b?/w==?=", b"\x00", b"*0*=", b"; boundary*=''", b"\r"])
    )

    notice = parse_mail(raw[:start] + odd + raw[end:])

    assert isinstance(notice, InboundMail)
    assert notice.detail.isprintable()


@given(st.binary(max_size=500))
def test_whatever_comes_in_is_a_notice(raw: bytes) -> None:
    assert isinstance(parse_mail(raw), InboundMail)
