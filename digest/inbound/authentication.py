"""Authentication-Results (RFC 8601): whose DKIM signatures a receiving server has verified.

Anyone can write such a header into a mail. Only the topmost one with the trusted server's name is read: that server
puts its own above everything that came with the mail, and removes those from outside that bear its name (section 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.text.domains import registrable_domain

_MAX_LENGTH = 8_000
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_COMMENT_MARK = re.compile(rf"{_QUOTED}|\\.|[()]", re.DOTALL)
_PARTS = re.compile(rf"(?:{_QUOTED}|[^;\"])+", re.DOTALL)
_SERVER = re.compile(rf"\s*({_QUOTED}|[^\s;]+)(?:\s+\d+)?\s*")
_DKIM_PASS = re.compile(r"\s*dkim(?:\s*/\s*\d+)?\s*=\s*pass(?=\s|$)", re.IGNORECASE)
_DOMAIN = re.compile(rf"(?<!\S)header\s*\.\s*([di])\s*=\s*({_QUOTED}|\S+)", re.IGNORECASE)


def is_signed_by_author(headers: Sequence[str], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server says that a DKIM signature of the author's own domain is valid.

    ``headers`` are the mail's Authentication-Results, the topmost first. Aligned as in DMARC's relaxed mode.
    """
    if not authserv_id or not domain:
        return False
    author = registrable_domain(domain)
    return any(registrable_domain(signer) == author for signer in verified_domains(headers, authserv_id))


def verified_domains(headers: Sequence[str], authserv_id: str) -> frozenset[str]:
    """The domains of the valid DKIM signatures, by the server's topmost header."""
    for header in headers:
        parts = _parts(header)
        if parts and _server_name(parts[0]) == authserv_id.strip().lower():
            return frozenset(domain for part in parts[1:] for domain in _signers(part))
    return frozenset()


def server_name(header: str) -> str:
    """The name of the server that wrote the header; empty if it is malformed."""
    parts = _parts(header)
    return _server_name(parts[0]) if parts else ""


def _parts(header: str) -> list[str]:
    """The server's name, and each of its results; empty if the header is malformed."""
    text = _without_comments(header[:_MAX_LENGTH])
    if text is None or text.count('"') % 2:
        return []
    return _PARTS.findall(text)


def _without_comments(text: str) -> str | None:
    """The text without comments, which nest; None if one doesn't end."""
    kept: list[str] = []
    depth = position = 0
    for mark in _COMMENT_MARK.finditer(text):
        if mark[0] == "(":
            kept.append(text[position : mark.start()] if depth == 0 else "")
            depth += 1
        elif mark[0] == ")" and depth:
            depth -= 1
            position = mark.end()
    return None if depth else "".join((*kept, text[position:]))


def _server_name(text: str) -> str:
    match = _SERVER.fullmatch(text)
    return _unquoted(match[1]).lower() if match else ""


def _signers(result: str) -> Iterator[str]:
    if not _DKIM_PASS.match(result):
        return
    properties = {name.lower(): _unquoted(value) for name, value in _DOMAIN.findall(result)}
    signer = properties.get("d") or properties.get("i", "").rpartition("@")[2]
    if signer:
        yield signer.lower().rstrip(".")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
