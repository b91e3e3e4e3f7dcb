"""Headers, recipient and prepared mails for tests, and hostile texts for headers."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from typing import Any

from hypothesis import strategies as st

from digest.deliver.message.dkim import DkimSigner
from digest.deliver.message.edition_headers import EditionHeaders, Recipient
from digest.deliver.message.prepare import PreparedMessage, prepare_message
from digest.model.mailbox import Mailbox
from tests.support.values import NOON, edition

PLACEHOLDER = "(reader.4f1c9a)"
TOKEN = "Zk3-_mQ8vT1wXr"

#: Texts that have broken headers of other programs: plain, encoded and hidden line breaks, invisible characters.
HOSTILE = {
    "line break": "Sale\r\nBcc: everyone@example.com",
    "bare line feed": "Sale\nBcc: everyone@example.com",
    "bare carriage return": "Sale\rBcc: everyone@example.com",
    "body": "Sale\r\n\r\n<html>another body",
    "folded": "Sale\r\n Bcc: everyone@example.com",
    "encoded line break": "=?utf-8?q?Sale=0D=0ABcc:_everyone@example.com?=",
    "encoded line break in base64": "=?utf-8?b?U2FsZQ0KQmNjOiB4QGV4YW1wbGUuY29t?=",
    "encoded word": "=?utf-8?q?Sale?=",
    "encoded word of no charset": "=?nothing?q?Sale?=",
    "half an encoded word": "=?utf-8?q?Sale",
    "two encoded words": "=?utf-8?q?Sa?= =?utf-8?q?le?=",
    "nul": "Sa\0le",
    "controls": "".join(map(chr, range(32))) + "\x7f\x80\x85\x9f",
    "line separator": "Sale\u2028Bcc: everyone@example.com\u2029\x0b\x0c\x1c\x1d\x1e\x85",
    "bidi": "\u202eelas\u202c \u2066a\u2069 \u061c\u200e\u200f",
    "lone surrogate": "Sale \ud83d today \udc00",
    "paired surrogates": "Sale \ud83d\ude00",
    "noncharacters": "Sale \ufffe\uffff\ufdd0",
    "ten thousand characters": "sale " * 2000,
    "ten thousand without a space": "s" * 10_000,
    "ten thousand of three bytes": "値" * 10_000,
    "nothing": "",
    "spaces": " \t\r\n ",
    "spaces between": "a   b \u00a0 c\u3000d",
    "quotes": 'The "sale" \\ of \\"sales\\"',
    "specials": "Sale, all; of: it <now> (really) [x] @home.",
    "an address": "everyone@example.com",
    "an address in brackets": "<everyone@example.com>, other@example.com",
    "commas in other letters": "Müller, Straße & Söhne <x@example.com>",
    "German": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, und zwar täglich",
    "Arabic": "ميناء المدينة يفتح أبوابه من جديد بعد عامين من العمل المتواصل في الأرصفة القديمة",
    "Japanese": "港が二年の工事を終えて再び開き、最初の船が土曜日の朝に入港したと港湾局が発表した、値上げはない",
    "Hindi": "बंदरगाह दो साल के काम के बाद फिर से खुल गया है",
    "emoji family": "👩‍👩‍👧‍👦 at the sale 🏴",
    "spaces beside letters": "ä ö  ü a ß b",
    "question and underscore": "a_b=c?d =? ?= _",
    "colons at line ends": "a: " * 40,
}

_FRAGMENTS = st.sampled_from(
    [*HOSTILE.values(), "\r\n", "\n", " ", ": ", "=?", "?=", "ä", "\u2028", '"', "<", "@", ","]
)
#: Arbitrary text, with lone surrogates.
ANY_TEXT = st.lists(st.text(st.characters(exclude_categories=())) | _FRAGMENTS, max_size=6).map("".join)


def edition_headers(**fields: Any) -> EditionHeaders:
    values: dict[str, Any] = {
        "sender": Mailbox.parse("The Harbour Letter <harbour@example.org>"),
        "list_id": "harbour",
        "title": "The Harbour Letter",
        "date": NOON,
        "unsubscribe": f"https://news.example.org/unsubscribe/{PLACEHOLDER}",
        "unsubscribe_mail": f"mailto:leave@example.org?subject={PLACEHOLDER}",
        "archive": "https://news.example.org/harbour",
        "placeholders": (PLACEHOLDER,),
    }
    return EditionHeaders(**values | fields)


def recipient(address: str = "reader@example.net", name: str = "", **fields: Any) -> Recipient:
    values: dict[str, Any] = {"message_id": "<4f1c9a.7@example.org>", "values": {PLACEHOLDER: TOKEN}}
    return Recipient(mailbox=Mailbox.at(address, name), **values | fields)


def prepared(
    *,
    subject: str = "Harbour opens again",
    html: str = "",
    text: str = "",
    signer: DkimSigner | None = None,
    **fields: Any,
) -> PreparedMessage:
    page = html or f'<html lang="en"><p>Harbour <a href="https://news.example.org/unsubscribe/{PLACEHOLDER}">x</a></p>'
    return prepare_message(
        edition(subject=subject, html=page, text=text or "Harbour"), edition_headers(**fields), signer
    )


def parsed(mail: bytes) -> EmailMessage:
    message = email.message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def head(mail: bytes) -> list[str]:
    """The lines of the mail's header."""
    return mail.partition(b"\r\n\r\n")[0].decode().split("\r\n")
