"""Delivery tokens: identify the delivery that a bounce or an unsubscribe mail is about.

A token is the local part of a delivery's Message-ID: the edition's random token, the subscriber's id, and a signature.
Every subscriber of the edition knows the edition's token and can guess ids; the signature, an HMAC with
``[web] secret`` or with the store's own key, proves that the program made the token.

    4f1c…9a.7.mfrggzdf…    in the Message-ID, in the return address (VERP), and in the subject of an unsubscribe mail
    4f1c…9a.7              in Message-IDs of earlier versions, whose other tokens are signed
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
_SIGNATURE_LENGTH = 12
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
        token, number, *signature = message_id.strip("<>").partition("@")[0].split(".")
        return cls(edition_token=token, subscriber_id=int(number), signature="".join(signature))

    def __str__(self) -> str:
        return ".".join(filter(None, (self.edition_token, str(self.subscriber_id), self.signature)))

    def message_id(self, host: str) -> str:
        """The delivery's Message-ID, as the ledger stores it."""
        return f"<{self}@{host}>"

    def signed(self, key: str) -> DeliveryToken:
        """The token with its signature by that key, which must not be empty."""
        text = f"{self.edition_token}.{self.subscriber_id}".encode()
        # "mark" stays: mails in the past carry signatures made with it.
        hmac_bytes = hmac.digest(key.encode("utf-8", "replace"), b"mark " + text, hashlib.sha256)
        return replace(self, signature=b32encode(hmac_bytes[:10])[:_SIGNATURE_LENGTH].decode().lower())

    def is_signed_with(self, *keys: str) -> bool:
        """Whether the signature was made with one of the keys; an empty key signs nothing."""
        return bool(self.signature) and any(
            hmac.compare_digest(self.signature, self.signed(key).signature) for key in filter(None, keys)
        )


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
