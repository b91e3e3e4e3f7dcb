"""Marks: what tells whose mail it is that comes back, or who leaves by mail.

A mark is what stands before the @ of a delivery's Message-ID: the edition's token and the subscriber's number. Every
reader of the edition knows its token, so a mark alone proves nothing. With a seal at its end, made with ``[web]
secret``, it is proof: nobody else can have made it.

    4f1c…9a.7              in each Message-ID
    4f1c…9a.7.mfrggzdf…    in the address that bounces go to, and in the subject of a mail that unsubscribes
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

_MARK = re.compile(r"(?<![0-9a-z])([0-9a-f]{24})\.([1-9][0-9]{0,17})(?:\.([a-z2-7]{12}))?(?![0-9a-z.])", re.IGNORECASE)
#: The longest that may stand before an @ (RFC 5321, section 4.5.3.1.1).
_LOCAL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryToken:
    """One reader's copy of one edition."""

    edition_token: str
    subscriber_id: int
    #: Empty where there is none.
    signature: str = ""

    @classmethod
    def from_message_id(cls, message_id: str) -> Self:
        """The mark of a Message-ID of the ledger's."""
        token, _, number = message_id.strip("<>").partition("@")[0].partition(".")
        return cls(edition_token=token, subscriber_id=int(number))

    def __str__(self) -> str:
        return ".".join(filter(None, (self.edition_token, str(self.subscriber_id), self.signature)))

    def signed(self, secret: str) -> DeliveryToken:
        """The mark with its seal; without a secret there is none."""
        if not secret:
            return self
        text = f"{self.edition_token}.{self.subscriber_id}".encode()
        made = hmac.digest(secret.encode("utf-8", "replace"), b"mark " + text, hashlib.sha256)
        return DeliveryToken(
            edition_token=self.edition_token,
            subscriber_id=self.subscriber_id,
            signature=b32encode(made)[:12].decode().lower(),
        )

    def is_signed_with(self, secret: str) -> bool:
        """Was it sealed with this secret?"""
        return bool(secret and self.signature) and hmac.compare_digest(self.signature, self.signed(secret).signature)


def find_delivery_tokens(text: str) -> Iterator[DeliveryToken]:
    """The marks that stand in a text; mail servers may have changed their case."""
    for token, subscriber_id, seal in _MARK.findall(text):
        yield DeliveryToken(edition_token=token.lower(), subscriber_id=int(subscriber_id), signature=seal.lower())


def return_address(address: str, mark: DeliveryToken) -> str:
    """Where the mail comes back to, if it does: the address with the mark as its tag (VERP)."""
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+{mark}"
    return f"{tagged}@{domain}" if len(tagged) <= _LOCAL and not local.endswith('"') else address


def unsubscribe_mailto(address: str, mark: DeliveryToken | str) -> str:
    """A ``mailto:`` for List-Unsubscribe: a mail that unsubscribes the reader; the mark may be filled in later."""
    return f"mailto:{quote(address, safe='@+')}?subject=unsubscribe%20{mark}"
