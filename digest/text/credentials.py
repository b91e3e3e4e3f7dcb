"""Removal of passwords from addresses and from text for people: messages, logs, listings. Pure.

Every address with ``name:password@`` is shown without it, and values of query parameters like ``token`` as ``***``. In
doubt too much is removed, since passwords may hold any character, unescaped ``/``, ``@`` and ``?`` too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from digest.text.lazy_regex import lazy_compile

_MASK = "***"
_MIN_SECRET = 4
#: Query parameters that stand for a login.
_SECRET_PARAMETER = lazy_compile(
    r"([?&;](?:[\w.-]*(?:token|passw(?:or)?d|secret|api[_-]?key|auth)|key|pass|pwd|sig|signature)=)[^&;#\s\"'<>)\]},]+",
    re.IGNORECASE,
)
#: A host that can be on the Internet, on this machine, or an address in numbers, with its port.
_LIKELY_HOST = lazy_compile(
    r"(?:[\w-]+(?:\.[\w-]+)+\.?|localhost|\[[\da-f:.]+\])(?::\d{1,5})?(?=[/?#\s\"'<>)\],;:]|$)", re.IGNORECASE
)
_AUTHORITY = lazy_compile(r"[^/?#\s]*")
#: A colon in the authority that no port follows: the rest of a password, then.
_NO_PORT = lazy_compile(r"(?:\[[^\]]*\]|[^:\[]*):(?!\d{0,5}(?:[\"'<>)\],;:.]|$))")
#: ``name:password@host`` without a scheme.
_WITHOUT_SCHEME = lazy_compile(r"(?!mailto:)[^\s/:@]+:\S+@(?=[\w\[])")


@lru_cache(maxsize=4096)
def without_credentials(url: str) -> str:
    """The address for people: without name and password, the values of secret query parameters masked."""
    scheme, separator, rest = ("", "//", url[2:]) if url.startswith("//") else url.partition("://")
    if not separator:
        login = _WITHOUT_SCHEME.match(url)
        return url[login.end() :] if login else url
    return f"{scheme}{separator}{mask_parameters(_cut(rest, scheme or 'https'))}"


def redact(text: str) -> str:
    """A text for people, with the credentials of all addresses in it removed."""
    if "://" not in text:
        return mask_parameters(text)
    parts = text.split("://")
    shown = [_cut_in_text(part, scheme) for scheme, part in pairwise(parts)]
    return mask_parameters("://".join([parts[0], *shown]))


def mask(text: str, *secrets: str) -> str:
    """The text with these passwords masked; short ones would be found within words."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _MIN_SECRET:
            text = text.replace(secret, _MASK)
    return text


def url_passwords(url: str) -> tuple[str, ...]:
    """The password in an address, as it is written and as it is meant; longest first."""
    from urllib.parse import unquote  # imported only for an error

    rest, shown = url.partition("://")[2], without_credentials(url).partition("://")[2]
    login = rest.removesuffix(shown).removesuffix("@") if rest != shown else ""
    password = login.partition(":")[2] or login
    return tuple(sorted({password, unquote(password)} - {""}, key=len, reverse=True))


def _cut_in_text(part: str, scheme: str) -> str:
    """Text after ``://``: the address ends at a space, or at the line's end if its password may hold a space."""
    word = re.match(r"\S*", part)
    end = word.end() if word else 0
    if "@" not in part[:end] and _NO_PORT.match(_authority(part)):
        end = next((match.start() for match in re.finditer("\n", part)), len(part))
    return _cut(part[:end], scheme) + part[end:]


def _cut(rest: str, scheme: str) -> str:
    """The part of an address after ``://``, without name and password; a name alone is secret on the web only."""
    authority = _authority(rest)
    if "@" not in authority and not (_NO_PORT.match(authority) and "@" in rest):
        return rest
    positions = [match.start() for match in re.finditer("@", rest)]
    candidates = [position for position in positions if position >= authority.rfind("@")]
    at = next((position for position in candidates if _LIKELY_HOST.match(rest, position + 1)), positions[-1])
    query = re.search(r"[?#]", rest[at:])
    path_end = at + query.start() if query else len(rest)
    later = [position for position in positions if at < position < path_end and rest[position - 1] != "/"]
    end = later[-1] if later else at
    is_name = ":" not in rest[:end] and not scheme.lower().endswith(("http", "https"))
    return rest if is_name or rest[:end].endswith(f":{_MASK}") else rest[end + 1 :]


def _authority(rest: str) -> str:
    match = _AUTHORITY.match(rest)
    return match[0] if match else ""


def mask_parameters(text: str) -> str:
    """The text with the values of secret query parameters masked."""
    return _SECRET_PARAMETER.sub(rf"\1{_MASK}", text) if "=" in text else text
