"""Private addresses that a source may reach, by its own address."""

from __future__ import annotations

import pytest

from digest.http.private_access import PrivateAccess
from digest.model.errors import PrivateAddressError

ALLOW = ("wiki.example:80", "127.0.0.1:8080", "[::1]:8080", "müller.example:443")


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("http://wiki.example/feed", True),
        ("http://WIKI.example:80/", True),
        ("http://reader:password@127.0.0.1:8080/feed", True),
        ("http://[::1]:8080/", True),
        ("https://müller.example/", True),
        ("https://xn--mller-kva.example/", True),
        ("https://wiki.example/feed", False),
        ("http://wiki.example:81/", False),
        ("http://wiki.example.evil.example/", False),
        ("http://wiki.example@evil.example/", False),
        ("http://evil.example/#@wiki.example/", False),
        ("http://evil.example\\@127.0.0.1:8080/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_a_source_may_reach_allowed_addresses_if_its_own_is_one(address: str, is_allowed: bool) -> None:
    access = PrivateAccess.for_source(address, ALLOW)

    assert access.allow == (ALLOW if is_allowed else ())


@pytest.mark.parametrize(
    ("access", "message"),
    [
        (PrivateAccess.for_source("http://news.example/", ("10.0.0.1:80",)), "only a source whose own address"),
        (PrivateAccess.for_source("http://10.0.0.1/", ()), "permit it with --allow 10.0.0.1:80 or in fetch.allow"),
        (PrivateAccess(allow=("10.0.0.2:80",)), "permit it with --allow 10.0.0.1:80 or in fetch.allow"),
    ],
    ids=["of a public source", "the source's own", "not yet allowed"],
)
def test_a_refusal_says_what_helps(access: PrivateAccess, message: str) -> None:
    with pytest.raises(PrivateAddressError, match=message):
        access.check("10.0.0.1", 80, ["10.0.0.1"])


def test_public_and_allowed_addresses_are_not_refused() -> None:
    PrivateAccess().check("news.example", 443, ["93.184.215.14"])
    PrivateAccess(allow=("10.0.0.1:80",)).check("10.0.0.1", 80, ["10.0.0.1"])
