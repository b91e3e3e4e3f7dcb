"""Builds an edition's mails, one per recipient.

``prepare_message`` does once what all mails share; ``PreparedMessage.chunks_for`` fills in the recipient's values, as
bytes. ``preview_message`` is a mail without a recipient, to look at.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.deliver.message.attachment import Attachment
from digest.deliver.message.edition_headers import EditionHeaders, Recipient, recipient_headers, shared_headers
from digest.deliver.message.encoding import EncodedText, encode_text
from digest.deliver.message.headers import fold_header, verify_headers
from digest.deliver.message.inline_images import extract_images, multipart_related
from digest.model.editions import Edition
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter

if TYPE_CHECKING:  # cryptography is imported only if mails are signed
    from digest.deliver.message.dkim import DkimSigner

_MIME_VERSION = b"MIME-Version: 1.0\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMessage:
    """An edition's mail, except what differs between recipients."""

    headers: EditionHeaders
    #: The shared headers before and after the recipient's.
    shared_block: bytes
    mime_block: bytes
    parts: tuple[EncodedText, ...]
    #: MIME delimiters and part headers: before the first part, between the parts, after the last.
    delimiters: tuple[bytes, ...]
    signer: DkimSigner | None

    def content_for(self, recipient: Recipient) -> bytes:
        """The mail for one recipient; non-ASCII only where the address needs SMTPUTF8. Raises ``UnsafeHeaders``."""
        return b"".join(self.chunks_for(recipient))

    def chunks_for(self, recipient: Recipient) -> tuple[bytes, ...]:
        """The mail in chunks; those that all recipients share are not copied. Raises ``UnsafeHeaders``."""
        return self._chunks(recipient_headers(self.headers, recipient), recipient.values)

    def preview(self, message_id: str) -> bytes:
        """The mail without a recipient; placeholders stay."""
        to_nobody = [fold_header("To", ["undisclosed-recipients:;"]), fold_header("Message-ID", [message_id])]
        return b"".join(self._chunks(to_nobody, _unfilled(self.headers)))

    def with_attachment(self, attachment: Attachment) -> PreparedMessage:
        """The mail with a file attached; everything else is shared with this one."""
        delimiter = f"--{attachment.boundary}".encode()
        content_type = fold_header("Content-Type", ["multipart/mixed;", f'boundary="{attachment.boundary}"'])
        first, *between, last = self.delimiters
        first = b"%b\r\n%b\r\n%b" % (delimiter, self.mime_block.removeprefix(_MIME_VERSION), first)
        last = b"%b\r\n%b\r\n%b\r\n%b--\r\n" % (last, delimiter, attachment.encode(), delimiter)
        return replace(
            self, mime_block=_MIME_VERSION + verify_headers([content_type]), delimiters=(first, *between, last)
        )

    def _chunks(self, personal_headers: Iterable[str], values: Mapping[str, str]) -> tuple[bytes, ...]:
        block = self.shared_block + verify_headers(personal_headers) + self.mime_block
        body = self._body(values)
        if self.signer is None:
            return block, b"\r\n", *body
        return self.signer.signature_header(block, body, at=self.headers.date), block, b"\r\n", *body

    def _body(self, values: Mapping[str, str]) -> list[bytes]:
        chunks = [self.delimiters[0]]
        for part, delimiter in zip(self.parts, self.delimiters[1:], strict=True):
            chunks += (*part.fill(values), delimiter)
        return chunks


def prepare_message(edition: Edition, headers: EditionHeaders, signer: DkimSigner | None = None) -> PreparedMessage:
    """Encode what all mails of an edition share. Raises ``UnsafeHeaders`` if its headers are malformed."""
    verify_headers(recipient_headers(headers, _sample_recipient(headers)))
    text = encode_text(edition.text, headers.placeholders, escape=str)
    markup, images = extract_images(edition.html)
    page = encode_text(markup, headers.placeholders, escape=html.escape)
    # "=_" occurs in neither encoding, so that no text can contain the boundary.
    edition_hash = _edition_hash(edition)
    boundary, related_boundary = f"=_{edition_hash}", f"=_r{edition_hash}"
    before_page, after_page = multipart_related(images, related_boundary)
    content_type = fold_header("Content-Type", ["multipart/alternative;", f'boundary="{boundary}"'])
    return PreparedMessage(
        headers=headers,
        shared_block=verify_headers(shared_headers(edition, headers)),
        mime_block=_MIME_VERSION + verify_headers([content_type]),
        parts=(text, page),
        delimiters=(
            f"--{boundary}\r\n{_part_headers('plain', text)}\r\n".encode(),
            b"\r\n--%b\r\n%b%b\r\n" % (boundary.encode(), before_page, _part_headers("html", page).encode()),
            b"%b\r\n--%b--\r\n" % (after_page, boundary.encode()),
        ),
        signer=signer,
    )


def _sample_recipient(headers: EditionHeaders) -> Recipient:
    mailbox = Mailbox.at(f"nobody@{headers.sender.domain}")
    return Recipient(mailbox=mailbox, message_id=f"<{mailbox.address}>", values=_unfilled(headers))


def _unfilled(headers: EditionHeaders) -> Mapping[str, str]:
    return {placeholder: placeholder for placeholder in headers.placeholders}


def preview_message(edition: Edition, newsletter: Newsletter) -> bytes:
    """The edition as a mail without a recipient."""
    mailbox = newsletter.sender or Mailbox.at("digest@preview.invalid", newsletter.title)
    headers = EditionHeaders(sender=mailbox, list_id=newsletter.id, title=newsletter.title, date=edition.slot.due)
    return prepare_message(edition, headers).preview(f"<{_edition_hash(edition)}@{mailbox.domain}>")


def _part_headers(subtype: str, part: EncodedText) -> str:
    content_type = fold_header("Content-Type", [f"text/{subtype};", "charset=utf-8"])
    return content_type + fold_header("Content-Transfer-Encoding", [part.encoding])


def _edition_hash(edition: Edition) -> str:
    """The same for the same edition, and for no other."""
    key = (edition.newsletter_id, edition.slot.key, edition.audience, str(edition.revision), edition.subject)
    text = "\0".join((*key, edition.html, edition.text))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
