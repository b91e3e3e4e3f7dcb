"""An edition on a letterhead → one mail for each recipient.

``prepare`` does once what is the same for all; ``Prepared.to`` fills in the rest, as bytes. ``preview`` is a mail to
nobody, to look at.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.deliver.message.edition_headers import Letterhead, Recipient, own, shared
from digest.deliver.message.encoding import Part, encoded
from digest.deliver.message.headers import header, verified
from digest.deliver.message.inline_images import enclosed, related
from digest.model import Edition, Newsletter
from digest.model.mailbox import Mailbox

if TYPE_CHECKING:  # only who signs pays for cryptography
    from digest.deliver.message.dkim import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An edition's mail, all but what differs between recipients."""

    letterhead: Letterhead
    #: The headers that all share: before each recipient's own, and after them.
    before: bytes
    after: bytes
    parts: tuple[Part, ...]
    #: What stands around and between the parts.
    seams: tuple[bytes, ...]
    signer: Signer | None

    def to(self, recipient: Recipient) -> bytes:
        """The mail for one recipient; non-ASCII only where the address needs SMTPUTF8. Raises ``UnsafeHeaders``."""
        return b"".join(self.pieces_to(recipient))

    def pieces_to(self, recipient: Recipient) -> tuple[bytes, ...]:
        """The same in pieces: what all recipients get alike is not copied."""
        return self._pieces(own(self.letterhead, recipient), recipient.values)

    def preview(self, message_id: str) -> bytes:
        """The mail as it is to nobody; placeholders stay."""
        nobodys = [header("To", ["undisclosed-recipients:;"]), header("Message-ID", [message_id])]
        return b"".join(self._pieces(nobodys, _unfilled(self.letterhead)))

    def _pieces(self, its_own: Iterable[str], values: Mapping[str, str]) -> tuple[bytes, ...]:
        headers = self.before + verified(its_own) + self.after
        body = self._body(values)
        if self.signer is None:
            return headers, b"\r\n", *body
        return self.signer.signature(headers, body, at=self.letterhead.date), headers, b"\r\n", *body

    def _body(self, values: Mapping[str, str]) -> list[bytes]:
        pieces = [self.seams[0]]
        for part, seam in zip(self.parts, self.seams[1:], strict=True):
            pieces += (*part.filled(values), seam)
        return pieces


def prepare(edition: Edition, letterhead: Letterhead, signer: Signer | None = None) -> Prepared:
    """Do once what is the same in all mails of an edition. Raises ``UnsafeHeaders`` if no mail of it could leave."""
    verified(own(letterhead, _nobody(letterhead)))
    text = encoded(edition.text, letterhead.placeholders, escape=str)
    markup, pictures = enclosed(edition.html)
    page = encoded(markup, letterhead.placeholders, escape=html.escape)
    # "=_" stands in neither encoding, so that no text can hold it.
    boundary, inner = f"=_{_digest_of(edition)}", f"=_r{_digest_of(edition)}"
    before_page, after_page = related(pictures, inner)
    return Prepared(
        letterhead=letterhead,
        before=verified(shared(edition, letterhead)),
        after=verified(
            (
                header("MIME-Version", ["1.0"]),
                header("Content-Type", ["multipart/alternative;", f'boundary="{boundary}"']),
            )
        ),
        parts=(text, page),
        seams=(
            f"--{boundary}\r\n{_part_headers('plain', text)}\r\n".encode(),
            b"\r\n--%b\r\n%b%b\r\n" % (boundary.encode(), before_page, _part_headers("html", page).encode()),
            b"%b\r\n--%b--\r\n" % (after_page, boundary.encode()),
        ),
        signer=signer,
    )


def _nobody(letterhead: Letterhead) -> Recipient:
    mailbox = Mailbox.at(f"nobody@{letterhead.sender.domain}")
    return Recipient(mailbox=mailbox, message_id=f"<{mailbox.address}>", values=_unfilled(letterhead))


def _unfilled(letterhead: Letterhead) -> Mapping[str, str]:
    return {placeholder: placeholder for placeholder in letterhead.placeholders}


def preview(edition: Edition, newsletter: Newsletter) -> bytes:
    """The edition as a mail to look at."""
    mailbox = newsletter.sender or Mailbox.at("digest@localhost", newsletter.title)
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
