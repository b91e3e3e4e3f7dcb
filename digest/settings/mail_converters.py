"""Converters of settings about mail: mailboxes, folders on a server, senders, and the server that is believed."""

from __future__ import annotations

import re

from digest.model.imap_address import ImapAddress, ImapAddressError
from digest.model.mailbox import AddressError, Mailbox
from digest.settings.value_checks import InvalidValue, matching


def parse_mailbox(value: str) -> Mailbox | None:
    expected = "expected a mailbox like 'Name <name@example.org>'"
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise InvalidValue(f"{expected}, found {value!r}")
    try:
        return Mailbox.parse(value) if value else None
    except AddressError as error:
        raise InvalidValue(f"{expected}: {error}") from error


def parse_imap_address(value: str) -> ImapAddress | None:
    try:
        return ImapAddress.parse(value) if value else None
    except ImapAddressError as error:
        raise InvalidValue(str(error)) from error


_SENDER = matching(
    r"[^\s@<>\x00-\x1f\x7f]*@[^\s@<>\x00-\x1f\x7f]+|\*",
    "a sender like 'news@example.org', all of a domain like '@example.org', or '*' for anybody",
)


def parse_sender(value: str) -> str:
    """A sender in lower case, as it is compared."""
    return str(_SENDER(value)).lower()


AUTHSERV_ID = matching(r"[^\s;()\"]{0,253}", "the name that your mail server writes, like 'mx.example.org'")


def parse_subscribe_address(value: str) -> Mailbox | None:
    mailbox = parse_mailbox(value)
    if mailbox and mailbox.address.partition("@")[0].lower() != "subscribe":
        domain = mailbox.address.rpartition("@")[2]
        raise InvalidValue(f"expected an address like 'subscribe@{domain}', found {value!r}", f"subscribe@{domain}")
    return mailbox
