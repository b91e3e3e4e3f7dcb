"""Checks of requests, and headers of responses, that every page needs."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

#: Largest body of a request, in bytes.
MAX_BODY = 64 * 1024
#: Only our own style sheet, pictures and forms; no script, nothing inline, nothing of others.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A response's own header of the same name stays.
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",  # tokens in addresses must not get to the sites that a page links to
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Longest name of an operator, in characters.
_MAX_USER = 200
_DEFAULT_PORTS = {"http": 80, "https": 443}


@functools.lru_cache(maxsize=64)  # nearly all requests come under one name
def is_expected_host(host: str, url: str) -> bool:
    """Whether a request's Host header names the public address; others may be DNS rebinding or cache poisoning."""
    try:
        parts, actual = urlsplit(url), urlsplit(f"//{host.strip()}")
        port = actual.port or _DEFAULT_PORTS[parts.scheme]
        is_bare = not (actual.path or actual.query or actual.fragment or actual.username is not None)
    except ValueError:
        return False
    expected_port = parts.port or _DEFAULT_PORTS[parts.scheme]
    return is_bare and actual.hostname == parts.hostname and port == expected_port


def client_address(peer: str, forwarded_for: Sequence[str], proxies: Iterable[str]) -> str:
    """The client's IP address: the peer's, or the last in X-Forwarded-For that is no proxy of ours.

    Anyone can send the header; only what a listed proxy added is believed.
    """
    networks = [ipaddress.ip_network(proxy) for proxy in proxies]
    address = peer
    for forwarded in reversed([part.strip() for value in forwarded_for for part in value.split(",")]):
        if not _is_in(address, networks):
            break
        if _parse(forwarded) is None:
            break
        address = forwarded
    return address


def client_network(address: str) -> str:
    """The network of an address as one client: ``/24``, or ``/64`` in IPv6; empty if it is no address."""
    parsed = _parse(address)
    if parsed is None:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


def proxy_user(peer: str, values: Sequence[str], proxies: Iterable[str]) -> str:
    """The user whom a listed proxy names in a header; empty from anybody else, and where the header comes twice."""
    if len(values) != 1 or not _is_in(peer, [ipaddress.ip_network(proxy) for proxy in proxies]):
        return ""
    name = values[0].strip()
    return name if name.isprintable() and len(name) <= _MAX_USER else ""


def is_same_origin(origin: str, fetch_site: str, url: str) -> bool:
    """Whether a form was sent from the page at ``url``'s origin, by the headers that scripts can't set.

    Browsers send Origin with every POST, and newer ones Sec-Fetch-Site; without either it is no browser of today.
    """
    if fetch_site not in {"", "same-origin"}:
        return False
    if not origin:
        return fetch_site == "same-origin"
    try:
        sent, own = urlsplit(origin), urlsplit(url)
        ports = [parts.port or _DEFAULT_PORTS[parts.scheme] for parts in (sent, own)]
    except (ValueError, KeyError):  # "null", and what is no origin
        return False
    is_bare = not (sent.path or sent.query or sent.fragment or sent.username is not None)
    return is_bare and (sent.scheme, sent.hostname) == (own.scheme, own.hostname) and ports[0] == ports[1]


def forwarded_scheme(peer: str, forwarded_proto: str, proxies: Iterable[str]) -> str:
    """The scheme that the client used, as a listed proxy says; empty if none says it."""
    is_proxy = _is_in(peer, [ipaddress.ip_network(proxy) for proxy in proxies])
    return forwarded_proto.rpartition(",")[2].strip().lower() if is_proxy else ""


def missing_headers(present: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The security headers that a response lacks."""
    names = {name.lower() for name in present}
    return ((name, value) for name, value in SECURITY_HEADERS.items() if name.lower() not in names)


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _is_in(address: str, networks: Iterable[_Network]) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return None
