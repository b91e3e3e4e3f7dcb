"""An edition on a letterhead → one mail for each recipient.

``prepare`` does once what is the same for all; ``Prepared.to`` fills in the rest, as bytes. ``preview`` is a mail to
nobody, to look at.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.mailers.address import Mailbox
from digest.mailers.headers import header, verified
from digest.mailers.letterhead import Letterhead, Recipient, own, shared
from digest.mailers.mime import Part, encoded
from digest.model import Edition, Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An edition's mail, all but what differs between recipients."""

    letterhead: Letterhead
    #: The headers that all share: before each recipient's own, and after them.
    before: tuple[str, ...]
    after: tuple[str, ...]
    parts: tuple[Part, ...]
    #: What stands around and between the parts.
    seams: tuple[bytes, ...]

    def to(self, recipient: Recipient) -> bytes:
        """The mail for one recipient; non-ASCII only where the address needs SMTPUTF8. Raises ``UnsafeHeaders``."""
        return self._mail(own(self.letterhead, recipient), recipient.values)

    def preview(self, message_id: str) -> bytes:
        """The mail as it is to nobody; placeholders stay."""
        values = {placeholder: placeholder for placeholder in self.letterhead.placeholders}
        return self._mail([header("To", ["undisclosed-recipients:;"]), header("Message-ID", [message_id])], values)

    def _mail(self, its_own: Iterable[str], values: Mapping[str, str]) -> bytes:
        headers = (*self.before, *its_own, *self.after)
        names = [line.partition(":")[0] for line in headers]
        pieces = [verified("".join(headers).encode(), names), self.seams[0]]
        for part, seam in zip(self.parts, self.seams[1:], strict=True):
            pieces += (part.filled(values), seam)
        return b"".join(pieces)


def prepare(edition: Edition, letterhead: Letterhead) -> Prepared:
    """Do once what is the same in all mails of an edition."""
    text = encoded(edition.text, letterhead.placeholders, escape=str)
    page = encoded(edition.html, letterhead.placeholders, escape=html.escape)
    # "=_" stands in neither encoding, so that no text can hold it.
    boundary = f"=_{_digest_of(edition)}"
    return Prepared(
        letterhead=letterhead,
        before=tuple(shared(edition, letterhead)),
        after=(
            header("MIME-Version", ["1.0"]),
            header("Content-Type", ["multipart/alternative;", f'boundary="{boundary}"']),
        ),
        parts=(text, page),
        seams=(
            f"\r\n--{boundary}\r\n{_part_headers('plain', text)}\r\n".encode(),
            f"\r\n--{boundary}\r\n{_part_headers('html', page)}\r\n".encode(),
            f"\r\n--{boundary}--\r\n".encode(),
        ),
    )


def preview(edition: Edition, newsletter: Newsletter) -> bytes:
    """The edition as a mail to look at."""
    sender = newsletter.sender or "digest@localhost"
    mailbox = Mailbox.of(sender) if newsletter.sender else Mailbox.at(sender, newsletter.title)
    letterhead = Letterhead(sender=mailbox, list_id=newsletter.id, title=newsletter.title, date=edition.slot.due)
    return prepare(edition, letterhead).preview(f"<{_digest_of(edition)}@{mailbox.domain}>")


def _part_headers(kind: str, part: Part) -> str:
    return header("Content-Type", [f"text/{kind};", "charset=utf-8"]) + header(
        "Content-Transfer-Encoding", [part.encoding]
    )


def _digest_of(edition: Edition) -> str:
    """The same for the same edition, and for no other."""
    told = (edition.newsletter_id, edition.slot.key, edition.audience, str(edition.revision), edition.subject)
    return hashlib.sha256("\0".join((*told, edition.html, edition.text)).encode("utf-8", "replace")).hexdigest()[:24]
