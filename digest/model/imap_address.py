"""Address of a folder on an IMAP server, ``imaps://user@host/Folder``, and the account that may read it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import quote, unquote

from digest.model.secret import Secret

_ADDRESS = re.compile(
    r"(?P<scheme>imaps?)://(?:(?P<user>[^/]*)@)?(?P<host>\[[\da-f:.]+\]|[^\s/@:\[\]]+)(?::(?P<port>\d{1,5}))?"
    r"(?:/(?P<folder>[^?#]*))?",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_EXAMPLE = "'imaps://user@mail.example.org/Newsletters'"
_INBOX = "INBOX"
_PORTS = {"imaps": 993, "imap": 143}


class ImapAddressError(ValueError):
    """The address is invalid; the message says why, and holds no password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAddress:
    """A folder of an account on an IMAP server. There is no password in it."""

    username: str
    host: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    folder: str = _INBOX

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address, with the user's name and the folder percent-encoded or not. Raises ``ImapAddressError``.

        ``imap://`` stands for STARTTLS; on this machine, for a connection without TLS.
        """
        match = _ADDRESS.fullmatch(text.strip())
        if match is None:
            raise ImapAddressError(f"expected an address like {_EXAMPLE}")
        user, folder = unquote(match["user"] or ""), unquote((match["folder"] or "").strip("/"))
        if not user:
            raise ImapAddressError(f"it names no user: write an address like {_EXAMPLE}")
        if ":" in (match["user"] or ""):
            raise ImapAddressError("a password doesn't belong into the address: set password, or password_file")
        if _CONTROLS.search(user + folder):
            raise ImapAddressError("the user's name or the folder has control characters")
        scheme, host = match["scheme"].lower(), match["host"].strip("[]")
        port = int(match["port"] or _PORTS[scheme])
        if not 0 < port <= 65_535:
            raise ImapAddressError(f"there is no port {port}")
        security: Literal["tls", "starttls", "none"] = "starttls"
        if scheme == "imaps" or _is_loopback(host):
            security = "tls" if scheme == "imaps" else "none"
        return cls(username=user, host=host, port=port, security=security, folder=folder or _INBOX)

    def __str__(self) -> str:
        """The address as it is shown, and written into settings."""
        scheme = "imaps" if self.security == "tls" else "imap"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[scheme] else f":{self.port}"
        return f"{scheme}://{quote(self.username, safe='@+')}@{host}{port}/{quote(self.folder)}"

    @property
    def server(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """A folder with the password for it."""

    address: ImapAddress
    password: Secret
    #: Section of the settings in which host, port and folder have a key each; empty if they stand in ``mailbox``.
    section: str = ""

    @property
    def name(self) -> str:
        """Identifies account and folder in the store."""
        return f"{self.address.username}@{self.address.server}/{self.address.folder}"

    def setting(self, key: str) -> str:
        """The place in the settings to change one of them, for hints."""
        return f"{self.section} {key}" if self.section else f"the {key} in mailbox"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
