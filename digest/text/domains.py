"""Registrable domains by the Public Suffix List (https://publicsuffix.org), which ships with `publicsuffixlist`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """Return the part of a host name that its owner registered: ``www.news.example.co.uk`` → ``example.co.uk``.

    Suffixes of companies count too, so ``someone.github.io`` is a domain of its own. A host without a registrable
    part (an IP address, ``localhost``, ``co.uk``) is returned whole.
    """
    host = host.rstrip(".").lower()
    labels = host.split(".")
    if len(labels) < 3 or ":" in host or labels[-1].isdigit():
        return host
    suffix = _public_suffixes().publicsuffix(_unicode(host)) or ""
    return ".".join(labels[-suffix.count(".") - 2 :]) if suffix else host


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    # Without each suffix in Punycode as well, the list is read in a third of the time; hosts are decoded instead.
    return PublicSuffixList(accept_encoded_idn=False)


def _unicode(host: str) -> str:
    """Return an international name as the list spells it."""
    if "xn--" not in host:
        return host
    try:
        return host.encode().decode("idna")
    except UnicodeError:
        return host
