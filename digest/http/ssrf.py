"""SSRF protection: tells public IP addresses, so that a feed can't make us read an internal network. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")
#: Contains all public IPv6 addresses; `is_global` alone includes site-local and other obsolete ranges.
_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")
#: Public range, but within Azure it is the host's own control server.
_CLOUD_INTERNAL = frozenset({IPv4Address("168.63.129.16")})


def is_public(address: str) -> bool:
    """Whether an IP address is public, including any IPv4 address embedded in it."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(inner) for inner in _destinations(parsed))


def _destinations(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses that packets to ``address`` may reach: itself, or those embedded in it."""
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
        return address not in _CLOUD_INTERNAL
    return address in _UNICAST and address not in _DOCUMENTATION


def is_allowed(host: str, port: int, allow: tuple[str, ...]) -> bool:
    """Whether the user allowed this ``host:port``."""
    name = host.strip("[]").lower()
    return (name, str(port)) in _allowed_pairs(allow)


@lru_cache(maxsize=8)
def _allowed_pairs(allow: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(map(_split, allow))


def _split(host_port: str) -> tuple[str, str]:
    host, _, port = host_port.strip().lower().rpartition(":")
    return host.strip("[]"), port
