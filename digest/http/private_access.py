"""Which private addresses may be fetched for whom: an address that the user allowed is not everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from yarl import URL

from digest.http.ssrf import is_allowed, is_public
from digest.model.errors import PrivateAddressError


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateAccess:
    """Private addresses that the requests for one source may reach; by default none.

    A source whose own address is allowed may reach all allowed ones. Any other source may reach none: a public feed
    could link or redirect to a page of the internal network, and its text would be mailed.
    """

    #: ``host:port``
    allow: tuple[str, ...] = ()
    #: Host and port of the source's own address.
    own: tuple[str, int] = ("", 0)

    @classmethod
    def for_source(cls, address: str, allow: tuple[str, ...]) -> Self:
        """The access of the source at this address, if the user allowed those addresses."""
        try:
            url = URL(address.strip())
            names, port = {url.host or "", url.raw_host or ""}, url.port or 0
        except ValueError:  # no address; the client reports it
            return cls()
        is_own_allowed = any(is_allowed(name, port, allow) for name in names)
        return cls(allow=allow if is_own_allowed else (), own=(url.host or "", port))

    def check(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Raise ``PrivateAddressError`` unless the host is allowed, or all its IP addresses are public."""
        if is_allowed(host, port, self.allow):
            return
        for address in addresses:
            if not is_public(address):
                where = f"{host} is" if address == host else f"{host} is at {address},"
                raise PrivateAddressError(f"{where} not on the public Internet{self._advice(host, port)}")

    def _advice(self, host: str, port: int) -> str:
        if not self.allow and (host, port) != self.own:
            return ", and only a source whose own address is allowed may lead there"
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return f": permit it with --allow {place} or in fetch.allow"
