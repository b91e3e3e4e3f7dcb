"""Which addresses may be visited: a feed must not talk the program into reading the inside of a network. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")
#: All of the public IPv6 Internet is in here; `is_global` alone also says yes to site-local and other dead ranges.
_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")
#: Public by number, but inside its cloud it is the host's own control server.
_INSIDE_BY_CUSTOM = frozenset({IPv4Address("168.63.129.16")})


def is_public(address: str) -> bool:
    """Does a literal IP address lead to the public Internet, whatever it is wrapped in?"""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(inner) for inner in _unwrapped(parsed))


def _unwrapped(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses that packets to ``address`` may end at: itself, or those it carries."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return address not in _INSIDE_BY_CUSTOM
    return address in _UNICAST and address not in _DOCUMENTATION


def is_allowed(host: str, port: int, allow: tuple[str, ...]) -> bool:
    """Did the person permit this ``host:port`` by name?"""
    name = host.strip("[]").lower()
    return (name, str(port)) in _permitted(allow)


@lru_cache(maxsize=8)
def _permitted(allow: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(map(_split, allow))


def _split(permitted: str) -> tuple[str, str]:
    host, _, port = permitted.strip().lower().rpartition(":")
    return host.strip("[]"), port
