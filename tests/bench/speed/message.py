"""One more recipient's mail of an edition of 30 stories, against the standard library; and signed, against dkimpy.

In processor time, since nothing is waited for.
"""

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
from digest.deliver.message.dkim import Signer
from digest.deliver.message.edition_headers import Letterhead, Recipient
from digest.deliver.message.message import prepare
from digest.model import Edition
from digest.render import Links, RenderOptions, render
from tests.bench.quality.table import Row
from tests.support.digests import digest
from tests.support.messages import PLACEHOLDER, TOKEN, letterhead, recipient

_READERS = 200
_TURNS = 9


def measure() -> list[Row]:
    """Both sides make a mail that reads the same, which is asserted before anything is timed."""
    page = Links(unsubscribe=f"https://news.example.org/unsubscribe/{PLACEHOLDER}")
    edition, head = render(digest(stories=30), RenderOptions(links=page)), letterhead()
    readers = [recipient(f"reader{number}@example.net", f"Reader {number}") for number in range(_READERS)]
    key = dkim.generate()
    signer = Signer(domain="example.org", selector="digest", key=key)
    plain, signed = prepare(edition, head), prepare(edition, head, signer)
    assert _read(plain.to(readers[0])) == _read(_by_hand(edition, head, readers[0]))

    ours, theirs = _paired(plain.to, lambda reader: _by_hand(edition, head, reader), readers)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    with_key, other = _paired(signed.to, lambda reader: _dkimpy(plain.to(reader), pem), readers)
    task, signing = "one more recipient's mail", "the same, signed with RSA-2048"
    return [
        Row(task=task, system="digest", figure=_us(ours), note=f"{theirs / ours:,.0f} times faster"),
        Row(task=task, system="`EmailMessage`", figure=_us(theirs)),
        Row(task=signing, system="digest", figure=_us(with_key), note=f"{1 / with_key:,.0f} mails a second"),
        Row(task=signing, system="digest's mail, dkimpy's signature", figure=_us(other)),
    ]


def _paired(
    one: Callable[[Recipient], bytes], other: Callable[[Recipient], bytes], readers: list[Recipient]
) -> tuple[float, float]:
    """Seconds a mail, the two in turn; the slower one makes fewer."""
    times = [(_seconds(one, readers), _seconds(other, readers[: _READERS // 10])) for _ in range(_TURNS + 1)][1:]
    return median(pair[0] for pair in times), median(pair[1] for pair in times)


def _seconds(make: Callable[[Recipient], bytes], readers: list[Recipient]) -> float:
    start = time.process_time()
    for reader in readers:
        make(reader)
    return (time.process_time() - start) / len(readers)


def _by_hand(edition: Edition, head: Letterhead, reader: Recipient) -> bytes:
    """As one would write it with the standard library."""
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    mail["From"] = f"{head.sender.name} <{head.sender.address}>"
    mail["To"] = f"{reader.mailbox.name} <{reader.mailbox.address}>"
    mail["Subject"] = edition.subject
    mail["Date"] = head.date
    mail["Message-ID"] = reader.message_id
    mail["List-Unsubscribe"] = f"<{_own(head.unsubscribe)}>, <{_own(head.unsubscribe_mail)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_own(edition.text))
    mail.add_alternative(_own(edition.html), subtype="html")
    return mail.as_bytes()


def _own(text: str) -> str:
    return text.replace(PLACEHOLDER, TOKEN)


def _dkimpy(mail: bytes, pem: bytes) -> bytes:
    return bytes(dkimpy.sign(mail, b"digest", b"example.org", pem, canonicalize=(b"relaxed", b"relaxed"))) + mail


def _read(mail: bytes) -> tuple[Any, ...]:
    """What a reader's mail program makes of it."""
    found: Any = email.message_from_bytes(mail, policy=policy.default)
    names = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
    bodies = [part.get_content().replace("\r\n", "\n").rstrip() for part in found.iter_parts()]
    return (*(str(found[name]) for name in names), *bodies)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"
