"""Recognises mails that unsubscribe: the delivery token stands behind "unsubscribe" in the subject or the recipient.

Mail programs send them for a List-Unsubscribe link, some marked as automatic replies (Apple Mail), some with an encoded
subject, and gateways and lists put prefixes before the subject. An out-of-office reply to such a mail does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from urllib.parse import unquote

from digest.model.delivery_token import DeliveryToken, find_delivery_tokens

#: Headers with the address that the mail was sent to: it may be a return address with a delivery token.
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
#: Headers with the author's address; a mailing list replaces From.
_AUTHOR_HEADERS = ("From", "Reply-To", "X-Original-From", "X-Original-Sender")
#: Put before the subject by mailing lists and by gateways, on mails from outside.
SUBJECT_TAG = (
    r"(?:[\[({][^\[\](){}]{1,60}[\])}][\s:]*|(?:external|extern[ea]?|ext)(?: (?:e-?mail|sender|message))?\s*[:>-]+\s*)"
)
_REPLY_PREFIX = r"(?:re|fwd?|aw|wg|sv|vs|tr|rv|res|enc|odp|ynt)\s*:\s*"
_COMMAND = r"(?:unsubscribe|leave)[\s:=+-]+(\S{26,200})\s*$"
_SUBJECT = re.compile(rf"\s*(?:{SUBJECT_TAG}|{_REPLY_PREFIX}){{0,6}}{_COMMAND}", re.IGNORECASE)
_SUBJECT_OF_MACHINE = re.compile(rf"\s*{SUBJECT_TAG}{{0,6}}{_COMMAND}", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"\b(?:unsubscribe|leave)[=+-](\S{26,200})", re.IGNORECASE)
#: ``model/link_token.py`` checks it.
_LINK_TOKEN = re.compile(r"\d{1,18}\.\d{1,18}\.[\w.~-]{40,200}", re.ASCII)
#: A mail of no more words than these, sent to a return address, that asks to unsubscribe.
_REQUEST = re.compile(r"\bunsubscribe\b", re.IGNORECASE)
_MAX_REQUEST = 200


def unsubscribe_tokens(message: Message, *, text: str, is_automatic: bool) -> Iterator[DeliveryToken]:
    """Tokens of the deliveries that the mail unsubscribes from; ``text`` is its own text, without quotations."""
    pattern = _SUBJECT_OF_MACHINE if is_automatic else _SUBJECT
    for subject in message.get_all("Subject", []):
        if command := pattern.match(decoded_header(subject)):
            yield from find_delivery_tokens(command[1])
    addresses = [unquote(str(value)) for name in RECIPIENT_HEADERS for value in message.get_all(name, [])]
    for address in addresses:
        if not is_automatic:
            yield from (token for part in _IN_ADDRESS.findall(address) for token in find_delivery_tokens(part))
    if not is_automatic and len(text) <= _MAX_REQUEST and _REQUEST.search(text):
        yield from (token for address in addresses for token in find_delivery_tokens(address))


def unsubscribe_link_token(message: Message, *, is_automatic: bool) -> str:
    """The token of a page's link behind "unsubscribe" in the subject, as in a confirmation mail; empty without one."""
    pattern = _SUBJECT_OF_MACHINE if is_automatic else _SUBJECT
    commands = (pattern.match(decoded_header(subject)) for subject in message.get_all("Subject", []))
    return next((command[1] for command in commands if command and _LINK_TOKEN.fullmatch(command[1])), "")


def author_addresses(message: Message) -> list[str]:
    """The addresses that the mail gives for its author; they are not verified."""
    values = [str(value)[:2_000] for name in _AUTHOR_HEADERS for value in message.get_all(name, [])[:1]]
    return [address for _, address in getaddresses(values)][:8]


def decoded_header(value: object) -> str:
    """A header's text, with RFC 2047 words and percent-encoding decoded, on one line."""
    text = str(value)[:2_000]
    with suppress(HeaderParseError, LookupError, ValueError):  # an unknown charset, or broken base64
        text = str(make_header(decode_header(text)))
    return " ".join(unquote(text).split())
