"""Delivery tokens: identify the delivery that a bounce or an unsubscribe mail is about.

A token is the local part of a delivery's Message-ID: the edition's token and the subscriber's id. Every subscriber of
the edition knows the edition's token, so a token alone proves nothing. Its signature, an HMAC with ``[web] secret``,
proves that the program made it.

    4f1c…9a.7              in each Message-ID
    4f1c…9a.7.mfrggzdf…    in the return address (VERP), and in the subject of an unsubscribe mail
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote

from digest.text.lazy_regex import lazy_compile

_TOKEN = lazy_compile(
    r"(?<![0-9a-z])([0-9a-f]{24})\.([1-9][0-9]{0,17})(?:\.([a-z2-7]{12}))?(?![0-9a-z.])", re.IGNORECASE
)
#: Maximum length of an address's local part (RFC 5321, section 4.5.3.1.1).
_MAX_LOCAL_PART = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryToken:
    """Identifies the delivery of one edition to one subscriber."""

    edition_token: str
    subscriber_id: int
    #: Empty if unsigned.
    signature: str = ""

    @classmethod
    def from_message_id(cls, message_id: str) -> Self:
        """The token in a Message-ID from the ledger."""
        token, _, number = message_id.strip("<>").partition("@")[0].partition(".")
        return cls(edition_token=token, subscriber_id=int(number))

    def __str__(self) -> str:
        return ".".join(filter(None, (self.edition_token, str(self.subscriber_id), self.signature)))

    def signed(self, secret: str) -> DeliveryToken:
        """The token with its signature; unsigned if the secret is empty."""
        if not secret:
            return self
        text = f"{self.edition_token}.{self.subscriber_id}".encode()
        # "mark" stays: mails in the past carry signatures made with it.
        hmac_bytes = hmac.digest(secret.encode("utf-8", "replace"), b"mark " + text, hashlib.sha256)
        return replace(self, signature=b32encode(hmac_bytes)[:12].decode().lower())

    def is_signed_with(self, secret: str) -> bool:
        return bool(secret and self.signature) and hmac.compare_digest(self.signature, self.signed(secret).signature)


def find_delivery_tokens(text: str) -> Iterator[DeliveryToken]:
    """The tokens in a text, in lower case: mail servers may have changed it."""
    for token, subscriber_id, signature in _TOKEN.findall(text):
        yield DeliveryToken(edition_token=token.lower(), subscriber_id=int(subscriber_id), signature=signature.lower())


def return_address(address: str, token: DeliveryToken) -> str:
    """Envelope sender with the token as its tag (VERP); the plain address if the result would be invalid."""
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if len(tagged) <= _MAX_LOCAL_PART and not local.endswith('"') else address


def unsubscribe_mailto(address: str, token: DeliveryToken | str) -> str:
    """A ``mailto:`` link for List-Unsubscribe; ``token`` may be a placeholder."""
    return f"mailto:{quote(address, safe='@+')}?subject=unsubscribe%20{token}"
