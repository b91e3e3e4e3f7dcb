"""Link tokens: what a link to a page proves about the subscriber who holds it, and for what.

    7.12.0.69c8f3a0.main.5f2e81c4.<32 hexadecimal digits>
    │ │  │ │        │    │        └ HMAC-SHA-256 over all of it and the purpose, cut to 128 bits
    │ │  │ │        │    └ id of the key, so that keys can be replaced
    │ │  │ │        └ newsletter
    │ │  │ └ time of issue, seconds in hexadecimal digits
    │ │  └ version of the subscriber's links, raised to revoke those of before
    │ └ edition, 0 for none
    └ subscriber

The purpose isn't written: a link that unsubscribes can't be made into one that changes preferences.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_KEY_ID_BYTES, _MAC_BYTES = 4, 16
#: Numbers fit into the stores' columns.
_TOKEN = re.compile(
    r"(?P<subscriber>0|[1-9]\d{0,17})\.(?P<edition>0|[1-9]\d{0,17})\.(?P<version>0|[1-9]\d{0,8})"
    r"\.(?P<issued>[0-9a-f]{1,10})\.(?P<newsletter>[\w.-]{1,100}|~[0-9a-f]{0,800})"
    rf"\.(?P<key_id>[0-9a-f]{{{_KEY_ID_BYTES * 2}}})\.(?P<mac>[0-9a-f]{{{_MAC_BYTES * 2}}})",
    re.ASCII,
)
_PLAIN_ID = re.compile(r"[\w.-]+", re.ASCII)
#: Before everything that is signed: no other signature of the same key can be taken for one of these.
_CONTEXT = "digest link token"


class Purpose(enum.StrEnum):
    """What a link is for."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    READ = "read"
    #: Votes on the stories of an edition.
    FEEDBACK = "feedback"
    #: Confirms a request to subscribe; the number is the request's.
    CONFIRM = "confirm"
    #: Declines a request to subscribe, whose number it has, or further mails like the one in place of the edition.
    DECLINE = "decline"
    #: Undoes an unsubscribe, shortly after.
    RETURN = "return"
    #: Agrees, at the present address, to another one; as of the next two, the number is the account request's.
    ADDRESS = "address"
    #: Proves the other address.
    NEW_ADDRESS = "new address"
    #: Takes the change of an address back, from the former one.
    UNDO_ADDRESS = "undo address"
    #: Erases the subscriber; the number is the account request's.
    ERASE = "erase"
    #: Confirms a request to subscribe by answering its mail; the number is the request's.
    REPLY = "reply"
    #: Shows and decides a draft; the number is the draft's, the version its editor's address (``draft_links.py``).
    DRAFT = "draft"
    #: When a form was shown; about nobody.
    FORM = "form"
    #: An operator's session; the number is the session's.
    OPERATOR_SESSION = "operator session"
    #: When a form of the operator's pages was shown; the numbers are the session's and a random one.
    OPERATOR_FORM = "operator form"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkToken:
    """The content of a token; proven if ``read_token`` returned it."""

    purpose: Purpose
    issued: datetime
    #: The subscriber's id; of ``CONFIRM`` and ``DECLINE``, the request's.
    subscriber_id: int = 0
    newsletter_id: str = ""
    edition_id: int = 0
    version: int = 0

    def signed(self, key: str) -> str:
        """The token's text, for an address."""
        sign = signer(self.purpose, key, issued=self.issued, newsletter_id=self.newsletter_id)
        return sign(self.subscriber_id, self.edition_id, self.version)


def signer(purpose: Purpose, key: str, *, issued: datetime, newsletter_id: str = "") -> Callable[[int, int, int], str]:
    """A function from subscriber, edition and version to a token's text: for the many mails of an edition."""
    key_bytes = key.encode("utf-8", "replace")
    tail = f"{int(issued.timestamp()):x}.{_quoted(newsletter_id)}.{_key_id(key_bytes)}"
    context = f"{_CONTEXT} {purpose} "

    def sign(subscriber_id: int, edition_id: int, version: int) -> str:
        text = f"{subscriber_id}.{edition_id}.{version}.{tail}"
        mac = hmac.digest(key_bytes, f"{context}{text}".encode(), hashlib.sha256)
        return f"{text}.{mac[:_MAC_BYTES].hex()}"

    return sign


def read_token(text: str, purpose: Purpose, keys: Iterable[str]) -> LinkToken | None:
    """The token, if one of the keys signed it for that purpose; whether it is too old is for the caller to say."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    signed_text, _, mac = text.rpartition(".")
    for key in filter(None, keys):
        key_bytes = key.encode("utf-8", "replace")
        if not hmac.compare_digest(match["key_id"], _key_id(key_bytes)):
            continue
        expected = hmac.digest(key_bytes, f"{_CONTEXT} {purpose} {signed_text}".encode(), hashlib.sha256)
        if hmac.compare_digest(mac, expected[:_MAC_BYTES].hex()):
            return LinkToken(
                purpose=purpose,
                issued=datetime.fromtimestamp(int(match["issued"], 16), UTC),
                subscriber_id=int(match["subscriber"]),
                newsletter_id=_unquoted(match["newsletter"]),
                edition_id=int(match["edition"]),
                version=int(match["version"]),
            )
    return None


def _key_id(key: bytes) -> str:
    """Tells keys apart, and nothing about them."""
    return hmac.digest(key, b"digest key id", hashlib.sha256)[:_KEY_ID_BYTES].hex()


def _quoted(newsletter_id: str) -> str:
    """The id as it is, or its UTF-8 in hexadecimal digits, since an address is ASCII; ``~`` for none."""
    return newsletter_id if _PLAIN_ID.fullmatch(newsletter_id) else f"~{newsletter_id.encode().hex()}"


def _unquoted(text: str) -> str:
    return bytes.fromhex(text[1:]).decode("utf-8", "replace") if text.startswith("~") else text
