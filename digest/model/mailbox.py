"""Mailboxes: parsing of names and addresses, and their form for headers and envelopes (RFC 5321, 5322)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from digest.model.errors import UsageError
from digest.text.mail_header import clean_header, encode_phrase

# A negated class: a list of all allowed characters would take re a hundred times as long.
_ATEXT = r"""[^\x00-\x20"(),.:;<>@\[\\\]\x7f-\xa0]"""
_DOT_ATOM = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
#: Needs no further check or quoting, as most local parts.
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_MAX_LOCAL = 64
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[ -~])*)"')
#: The standard library's parser turns ``a@b.c d`` into ``a@b.c``, and ``a b@c`` into ``"a b"@c``.
_NAMED = re.compile(r'(?P<name>[^<>]*|\s*"(?:[^"\\]|\\.)*"\s*)<(?P<address>[^<>]*)>\s*')
_COMMENT = re.compile(r"\([^()\\]*\)")
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")


class AddressError(UsageError):
    """The address is invalid; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A name and an address that mail can be sent to."""

    #: As in a header or an envelope: quoted if necessary, the domain in A-labels.
    address: str
    name: str = ""

    @classmethod
    def at(cls, address: str, name: str = "") -> Self:
        """From an address as entered. Raises ``AddressError``."""
        local, at, domain = address.strip().rpartition("@")
        try:
            if not at:
                raise ValueError("it has no @")
            return cls(address=f"{_local(local)}@{_domain(domain)}", name=clean_header(name))
        except ValueError as error:
            raise AddressError(f"{_excerpt(address)} is no address: {error}") from error

    @classmethod
    def parse(cls, text: str) -> Self:
        """``Name <name@example.org>``, or an address alone; comments are dropped. Raises ``AddressError``."""
        if '"' not in text:
            text = _COMMENT.sub("", text)
        named = _NAMED.fullmatch(text)
        return cls.at(named["address"], _unquoted(named["name"].strip())) if named else cls.at(text)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def needs_smtputf8(self) -> bool:
        """Only servers that offer SMTPUTF8 (RFC 6531) can take mail for it."""
        return not self.address.isascii()

    def words(self, *, room: int) -> list[str]:
        """Words of the mailbox in a header; the first fits into ``room`` characters."""
        return [*encode_phrase(self.name, first_width=room), f"<{self.address}>"] if self.name else [self.address]


def _local(local: str) -> str:
    """The local part, quoted only if necessary."""
    if len(local) <= _MAX_LOCAL and _SIMPLE_LOCAL.fullmatch(local):
        return local
    if not local:
        raise ValueError("nothing stands before the @")
    if _QUOTED.fullmatch(local):
        local = _unquoted(local)
    elif not _DOT_ATOM.fullmatch(local):
        raise ValueError(f"{_excerpt(local)} can't stand before the @")
    # A server or mail program on the way would decode an encoded word (=?…?=).
    length = len(local.encode("utf-8", "replace"))
    if not 1 <= length <= _MAX_LOCAL or clean_header(local) != local or "=?" in local:
        raise ValueError("what stands before the @ is empty, too long or unprintable")
    if _DOT_ATOM.fullmatch(local):
        return local
    return '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text


@lru_cache(maxsize=1024)  # most subscribers' addresses share a few domains
def _domain(domain: str) -> str:
    if not domain:
        raise ValueError("nothing stands after the @")
    domain = domain.rstrip(".")
    if domain.startswith("[") and domain.endswith("]"):
        return _literal(domain)
    if not domain.isascii():
        import idna  # only international names need it

        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f"{_excerpt(domain)} is no domain ({clean_header(str(error), 120)})") from error
    if not _HOST.fullmatch(domain) or len(domain) > 253:
        raise ValueError(f"{_excerpt(domain)} is no domain")
    return domain.lower()


def _literal(domain: str) -> str:
    """``[192.0.2.1]`` or ``[IPv6:2001:db8::1]``."""
    try:
        number = ipaddress.ip_address(re.sub(r"(?i)^ipv6:", "", domain[1:-1]))
    except ValueError as error:
        raise ValueError(f"{_excerpt(domain)} is no domain") from error
    return f"[{number}]" if number.version == 4 else f"[IPv6:{number}]"


def _excerpt(text: str) -> str:
    return repr(clean_header(text, 80))
