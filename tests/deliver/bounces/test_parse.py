"""Parsing of inbound mails: bounces of many mail systems, complaints, unsubscribe mails, and hostile mails."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import InboundMail, parse_mail
from digest.inbound import MAX_MAIL_BYTES
from digest.model.delivery_token import DeliveryToken, return_address
from tests.support.bounce_mails import (
    ADDRESS,
    DELIVERY_TOKEN,
    EDITION_TOKEN,
    HEADERS,
    complaint,
    dsn,
    multipart_report,
    plain_mail,
    unsubscribe_mail,
)

TOKEN = DeliveryToken(edition_token=EDITION_TOKEN, subscriber_id=1)

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
OPENSMTPD = f"""\
    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

{ADDRESS}: 550 The account that you tried to reach does not exist

    Below is a copy of the original message:

{HEADERS}
The harbour opens again.
"""
EXCHANGE = f"""\
Delivery has failed to these recipients or groups:

{ADDRESS}
The address was not found at the destination domain.

Diagnostic information for administrators:

Generating server: mx.example

{ADDRESS}
Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'

Original message headers:

{HEADERS}
"""


def opensmtpd_report(reply: str) -> bytes:
    """OpenSMTPD's report: the server's reply stands only in the part for people."""
    return dsn("5.0.0").replace(b"Your mail could not be delivered.\n", f"\n{ADDRESS}: {reply}\n\n".encode())


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
        multipart_report(
            "global-delivery-status",
            "Undeliverable",
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; {ADDRESS}\nAction: failed\nStatus: 5.1.1\n",
            returned="message/global-headers",
            copy=HEADERS,
        ),
        MailKind.HARD_BOUNCE,
    ),
    "Exim, in its own form": (
        plain_mail(EXIM, From="Mail Delivery System <mailer-daemon@mx.example>", X_Failed_Recipients=ADDRESS),
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
    "qmail": (plain_mail(QMAIL, From="MAILER-DAEMON@mx.example", Subject="failure mail"), MailKind.HARD_BOUNCE),
    "qmail: full": (
        plain_mail(
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
    "OpenSMTPD: no such user": (opensmtpd_report("550 No Such User Here"), MailKind.HARD_BOUNCE),
    "OpenSMTPD: relaying": (opensmtpd_report("550 relay not permitted"), MailKind.REJECTED),
    "OpenSMTPD, in plain text": (
        plain_mail(OPENSMTPD, From="Mailer Daemon <MAILER-DAEMON@mx.example>", Return_Path="<>"),
        MailKind.HARD_BOUNCE,
    ),
    "a supplementary text": (
        dsn("5.3.0", "smtp; 554 Service unavailable").replace(
            b"Action:", b"X-Supplementary-Info: <smtp; 550 user unknown>\nAction:"
        ),
        MailKind.HARD_BOUNCE,
    ),
    "Exchange, in words": (plain_mail(EXCHANGE, From="postmaster@mx.example"), MailKind.HARD_BOUNCE),
    "qmail, without a status part": (
        plain_mail(
            QMAIL.replace("Remote host said: 550 5.1.1 no such user here", "Sorry, no mailbox here by that name."),
            From="MAILER-DAEMON@mx.example",
        ),
        MailKind.HARD_BOUNCE,
    ),
    "qmail, through a list": (
        plain_mail(QMAIL, From="MAILER-DAEMON@mx.example", List_Id="<bounces.news.example>"),
        MailKind.HARD_BOUNCE,
    ),
    "Postfix, in plain words: late": (
        plain_mail(
            f"THIS IS A WARNING MESSAGE ONLY. Mail to {ADDRESS} has been delayed: 421 try again later\n\n{HEADERS}",
            From="MAILER-DAEMON@mx.example",
        ),
        MailKind.DELAYED,
    ),
    "late, and given up": (
        plain_mail(
            f"Your mail to {ADDRESS} has been delayed, and could not be delivered: 550 No such user\n\n{HEADERS}",
            From="MAILER-DAEMON@mx.example",
        ),
        MailKind.HARD_BOUNCE,
    ),
    "a null sender and a reply": (
        plain_mail(f"550 5.1.1 no such user\n\n{HEADERS}", From="robot@mx.example", Return_Path="<>"),
        MailKind.HARD_BOUNCE,
    ),
    "unknown after the message was sent": (
        dsn("5.0.0", "smtp; 550 Unknown user").replace(b"delivered.", b"delivered (in reply to end of DATA command)."),
        MailKind.SOFT_BOUNCE,
    ),
    "a junk mail report": (
        multipart_report(
            "plain", "", "", copy=f"X-HmXmrOriginalRecipient: {ADDRESS}\n{HEADERS}", From="staff@hotmail.example"
        ),
        MailKind.COMPLAINT,
    ),
    "no status": (dsn("", "smtp; 550 delivery not possible"), MailKind.SOFT_BOUNCE),
    "arrived": (dsn("2.0.0", action="delivered"), MailKind.DELAYED),
    "a complaint": (complaint(), MailKind.COMPLAINT),
    "a complaint about fraud": (complaint("fraud"), MailKind.COMPLAINT),
    "an unsubscribe report": (complaint("opt-out"), MailKind.UNSUBSCRIBE),
    "not spam after all": (complaint("not-spam"), MailKind.AUTOMATIC),
    "a failed signature": (complaint("auth-failure"), MailKind.AUTOMATIC),
}


@pytest.mark.parametrize(("raw", "kind"), MAILS.values(), ids=MAILS)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_bounce_is_classified_and_its_delivery_found(raw: bytes, kind: MailKind, ends: bytes) -> None:
    mail = parse_mail(raw.replace(b"\n", ends))

    assert mail.kind is kind
    assert TOKEN in mail.tokens
    assert ADDRESS in mail.evidence
    assert "\n" not in mail.detail


@pytest.mark.parametrize("charset", ["windows-1251", "win-1251", "koi8-r", "utf-8", ""])
def test_a_notice_in_any_charset_is_read(charset: str) -> None:
    header = f"Content-Type: text/plain{f'; charset={charset}' if charset else ''}\nContent-Transfer-Encoding: 8bit\n"
    text = f"Письмо не доставлено.\n\n{ADDRESS}: нет такого пользователя\n\n{HEADERS}"
    encoded = text.encode({"win-1251": "windows-1251", "": "koi8-r"}.get(charset, charset))
    raw = f"From: MAILER-DAEMON@mx.example\nSubject: ?\nMIME-Version: 1.0\n{header}\n".encode() + encoded

    assert parse_mail(raw).kind is MailKind.HARD_BOUNCE


def test_the_detail_is_the_servers_text() -> None:
    assert parse_mail(POSTFIX).detail.startswith(f"550 5.1.1 <{ADDRESS}>: Recipient address rejected")
    assert parse_mail(dsn("5.2.2", "smtp; over quota")).detail == "5.2.2 over quota"


def test_the_most_severe_status_of_several_recipients_counts() -> None:
    fields = (
        "Reporting-MTA: dns; x\n\nAction: delayed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.1.1\n\nAction: relayed\n"
    )

    assert parse_mail(multipart_report("delivery-status", "", fields)).kind is MailKind.HARD_BOUNCE


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoded_copy_of_the_mail_is_decoded(encoding: str) -> None:
    raw = dsn("5.1.1", returned="text/rfc822-headers", copy="@@@")
    copy = base64.encodebytes(HEADERS.encode()) if encoding == "base64" else HEADERS.replace("=", "=3D").encode()
    head = b"Content-Type: text/rfc822-headers\n"
    encoded = head + f"Content-Transfer-Encoding: {encoding}\n".encode()

    mail = parse_mail(raw.replace(head, encoded).replace(b"@@@", copy))

    assert (mail.kind, mail.tokens) == (MailKind.HARD_BOUNCE, (TOKEN,))


def test_the_return_address_identifies_the_delivery() -> None:
    signed = TOKEN.signed("secret")
    to = return_address("bounces@news.example", signed)

    mail = parse_mail(dsn("5.1.1", copy="Subject: all else is gone\n", Delivered_To=to.upper()))

    assert mail.tokens == (signed,)
    assert mail.tokens[0].is_signed_with("secret")


def test_the_token_is_found_in_the_unsubscribe_link_of_the_returned_mail() -> None:
    signed = TOKEN.signed("secret")
    headers = (
        "Subject: all else is gone\nList-Unsubscribe: <https://news.example/u/x>,\n"
        f" <mailto:main@news.example?subject=unsubscribe%20{signed}>\n"
    )

    assert parse_mail(complaint(copy=headers)).tokens == (signed,)


# --- unsubscribing ----------------------------------------------------------------------------------------------------

UNSUBSCRIBE_MAILS = {
    "by its subject": unsubscribe_mail(),
    "by its subject, signed": unsubscribe_mail(f"unsubscribe {TOKEN.signed('secret')}"),
    "answered": unsubscribe_mail(f"Re: Unsubscribe: {DELIVERY_TOKEN}"),
    "by its address": unsubscribe_mail("", To=f"main+unsubscribe-{DELIVERY_TOKEN}@news.example"),
    "by another address": unsubscribe_mail("", Delivered_To=f"leave-{DELIVERY_TOKEN}@news.example"),
    "with Auto-Submitted: no": unsubscribe_mail(Auto_Submitted="no"),
    "by Apple Mail": unsubscribe_mail(Auto_Submitted="auto-replied", X_Apple_Unsubscribe="true"),
    "in bulk": unsubscribe_mail(Precedence="bulk"),
    "with a null sender": unsubscribe_mail(Return_Path="<>"),
    "through a list": unsubscribe_mail(f"[team] unsubscribe {DELIVERY_TOKEN}", List_Id="<team.example>"),
    "with an encoded subject": unsubscribe_mail(f"=?utf-8?q?unsubscribe_{EDITION_TOKEN}=2E1?="),
    "with a percent-encoded subject": unsubscribe_mail(f"unsubscribe%20{DELIVERY_TOKEN}"),
    "from outside": unsubscribe_mail(f"[EXTERNAL] unsubscribe {DELIVERY_TOKEN}"),
    "from outside, without brackets": unsubscribe_mail(f"EXTERNAL: RE: unsubscribe {DELIVERY_TOKEN}"),
    "in words, to a return address": plain_mail(
        "Please unsubscribe me.\n\n> Our footer: unsubscribe here\n",
        From=ADDRESS,
        To=return_address("bounces@news.example", TOKEN),
    ),
}


@pytest.mark.parametrize("raw", UNSUBSCRIBE_MAILS.values(), ids=UNSUBSCRIBE_MAILS)
def test_an_unsubscribe_mail_is_recognised(raw: bytes) -> None:
    mail = parse_mail(raw)

    assert (mail.kind, mail.sender, mail.evidence) == (MailKind.UNSUBSCRIBE, ADDRESS, ADDRESS)
    assert [token.subscriber_id for token in mail.tokens] == [1]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (unsubscribe_mail("Hello", Auto_Submitted="auto-replied"), MailKind.AUTOMATIC),
        (unsubscribe_mail("Hello", Precedence="auto_reply"), MailKind.AUTOMATIC),
        (unsubscribe_mail("Hello", Return_Path="<>"), MailKind.AUTOMATIC),
        (unsubscribe_mail(f"Re: unsubscribe {DELIVERY_TOKEN}", Auto_Submitted="auto-replied"), MailKind.AUTOMATIC),
        (unsubscribe_mail(f"Absence: unsubscribe {DELIVERY_TOKEN}"), MailKind.OTHER),
        (
            plain_mail("I am away. 550 mails wait, my mailbox is full.", From=ADDRESS, Return_Path="<>"),
            MailKind.AUTOMATIC,
        ),
        (unsubscribe_mail("Out of office: unsubscribe", X_Autoreply="yes"), MailKind.AUTOMATIC),
        (unsubscribe_mail("Re: Harbour opens again", In_Reply_To=f"<{DELIVERY_TOKEN}@news.example>"), MailKind.OTHER),
        (unsubscribe_mail("unsubscribe"), MailKind.OTHER),
        (unsubscribe_mail("unsubscribe 7.1"), MailKind.OTHER),
        (HEADERS.encode() + b"\nThe harbour opens again.\n", MailKind.AUTOMATIC),
        (
            multipart_report("disposition-notification", "Read.", "Disposition: manual-action; displayed\n"),
            MailKind.AUTOMATIC,
        ),
        (plain_mail("Buy a boat", From="boats@shop.example", Subject="Boats"), MailKind.OTHER),
        (b"", MailKind.OTHER),
    ],
    ids=[
        "auto-submitted",
        "precedence",
        "null sender",
        "an automatic reply to an unsubscribe mail",
        "an absence without its headers",
        "an absence with numbers",
        "absence",
        "an answer",
        "no token",
        "a malformed token",
        "our own mail",
        "read receipt",
        "anything else",
        "nothing",
    ],
)
def test_automatic_and_unrelated_mails_are_recognised(raw: bytes, kind: MailKind) -> None:
    assert parse_mail(raw).kind is kind


# --- hostile mails -----------------------------------------------------------------------------------------------


def nested(depth: int, kind: bytes) -> bytes:
    headers = b"".join(b"Content-Type: " + kind % level + b"\n\n--b%d\n" % level for level in range(depth))
    return headers + POSTFIX


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
        plain_mail("no such user " * 20_000, From="MAILER-DAEMON@x.example"),
        plain_mail("user " + "a." * 100_000, From="MAILER-DAEMON@x.example"),
        plain_mail("mailbox is relay over the " * 9_000, From="MAILER-DAEMON@x.example"),
        plain_mail("delivery a " * 20_000, From="MAILER-DAEMON@x.example"),
        plain_mail("<head " * 40_000, From="MAILER-DAEMON@x.example").replace(b"text/plain", b"text/html"),
        plain_mail("550 5.1.1 x\n\n" * 15_000, From="MAILER-DAEMON@x.example"),
        plain_mail("a@" * 100_000, From="MAILER-DAEMON@x.example"),
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
        "dots",
        "phrases",
        "deliveries",
        "tags",
        "replies",
        "at signs",
    ],
)
def test_a_hostile_mail_is_parsed_in_bounded_time(raw: bytes) -> None:
    started = time.process_time()

    assert isinstance(parse_mail(raw), InboundMail)
    assert time.process_time() - started < 3


def test_a_large_mail_is_truncated_after_its_report() -> None:
    raw = dsn("5.1.1", copy=HEADERS + "\n" + "x" * 80 + "\n" * 10 * MAX_MAIL_BYTES)

    assert (parse_mail(raw).kind, parse_mail(raw).tokens) == (MailKind.HARD_BOUNCE, (TOKEN,))


@settings(max_examples=300)
@given(st.sampled_from([raw for raw, _ in MAILS.values()] + [*UNSUBSCRIBE_MAILS.values()]), st.data())
def test_a_mail_corrupted_anywhere_does_not_raise(raw: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    replacement = data.draw(
        st.binary(max_size=30) | st.sampled_from([b"=?utf-8?b?/w==?=", b"\x00", b"*0*=", b"; boundary*=''", b"\r"])
    )

    mail = parse_mail(raw[:start] + replacement + raw[end:])

    assert isinstance(mail, InboundMail)
    assert mail.detail.isprintable()


@given(st.binary(max_size=500))
def test_arbitrary_bytes_do_not_raise(raw: bytes) -> None:
    assert isinstance(parse_mail(raw), InboundMail)
