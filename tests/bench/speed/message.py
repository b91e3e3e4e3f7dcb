"""Processor time to write one more recipient's mail, beside the standard library; signed, beside dkimpy."""

from __future__ import annotations

import email
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from statistics import median
from typing import Any

import dkim as dkimpy
from cryptography.hazmat.primitives import serialization

from digest.deliver.message import dkim
from digest.deliver.message.dkim import DkimSigner
from digest.deliver.message.edition_headers import EditionHeaders, Recipient
from digest.deliver.message.prepare import prepare_message
from digest.model.editions import Edition
from digest.render import Links, RenderOptions, render
from tests.bench.quality.table import Row
from tests.support.digests import digest
from tests.support.messages import PLACEHOLDER, TOKEN, edition_headers, recipient

_RECIPIENTS = 200
_TURNS = 9


def measure() -> list[Row]:
    """Both write mails with the same content, which is checked before the timing."""
    page = Links(unsubscribe=f"https://news.example.org/unsubscribe/{PLACEHOLDER}")
    edition, head = render(digest(stories=30), RenderOptions(links=page)), edition_headers()
    recipients = [recipient(f"reader{number}@example.net", f"Reader {number}") for number in range(_RECIPIENTS)]
    key = dkim.generate_key()
    signer = DkimSigner(domain="example.org", selector="digest", key=key)
    plain, signed = prepare_message(edition, head), prepare_message(edition, head, signer)
    assert _content(plain.content_for(recipients[0])) == _content(_by_hand(edition, head, recipients[0]))

    ours, theirs = _paired(plain.content_for, lambda addressee: _by_hand(edition, head, addressee), recipients)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    signed_time, dkimpy_time = _paired(
        signed.content_for, lambda addressee: _dkimpy(plain.content_for(addressee), pem), recipients
    )
    task, signing = "one more recipient's mail", "the same, signed with RSA-2048"
    return [
        Row(task=task, system="digest", figure=_us(ours), note=f"{theirs / ours:,.0f} times faster"),
        Row(task=task, system="`EmailMessage`", figure=_us(theirs)),
        Row(task=signing, system="digest", figure=_us(signed_time), note=f"{1 / signed_time:,.0f} mails a second"),
        Row(task=signing, system="digest's mail, dkimpy's signature", figure=_us(dkimpy_time)),
    ]


def _paired(
    ours: Callable[[Recipient], bytes], theirs: Callable[[Recipient], bytes], recipients: list[Recipient]
) -> tuple[float, float]:
    """Seconds a mail of both, in alternation; the slower writes fewer."""
    times = [
        (_seconds(ours, recipients), _seconds(theirs, recipients[: _RECIPIENTS // 10])) for _ in range(_TURNS + 1)
    ][1:]
    return median(pair[0] for pair in times), median(pair[1] for pair in times)


def _seconds(make: Callable[[Recipient], bytes], recipients: list[Recipient]) -> float:
    start = time.process_time()
    for addressee in recipients:
        make(addressee)
    return (time.process_time() - start) / len(recipients)


def _by_hand(edition: Edition, head: EditionHeaders, addressee: Recipient) -> bytes:
    """The mail by ``EmailMessage`` of the standard library."""
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    mail["From"] = f"{head.sender.name} <{head.sender.address}>"
    mail["To"] = f"{addressee.mailbox.name} <{addressee.mailbox.address}>"
    mail["Subject"] = edition.subject
    mail["Date"] = head.date
    mail["Message-ID"] = addressee.message_id
    mail["List-Unsubscribe"] = f"<{_personalize(head.unsubscribe)}>, <{_personalize(head.unsubscribe_mail)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_personalize(edition.text))
    mail.add_alternative(_personalize(edition.html), subtype="html")
    return mail.as_bytes()


def _personalize(text: str) -> str:
    return text.replace(PLACEHOLDER, TOKEN)


def _dkimpy(mail: bytes, pem: bytes) -> bytes:
    return bytes(dkimpy.sign(mail, b"digest", b"example.org", pem, canonicalize=(b"relaxed", b"relaxed"))) + mail


def _content(mail: bytes) -> tuple[Any, ...]:
    """Headers and bodies as a mail program parses them."""
    parsed: Any = email.message_from_bytes(mail, policy=policy.default)
    names = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
    bodies = [part.get_content().replace("\r\n", "\n").rstrip() for part in parsed.iter_parts()]
    return (*(str(parsed[name]) for name in names), *bodies)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"
