"""Addresses of folders on an IMAP server, as in the settings."""

from __future__ import annotations

import pytest

from digest.model.imap_address import ImapAddress, ImapAddressError


@pytest.mark.parametrize(
    ("text", "shown", "security"),
    [
        ("imaps://me@mail.example.org/News", "imaps://me@mail.example.org/News", "tls"),
        ("IMAPS://me@example.org@mail.example.org", "imaps://me@example.org@mail.example.org/INBOX", "tls"),
        ("imaps://me%40example.org@mail.example.org/", "imaps://me@example.org@mail.example.org/INBOX", "tls"),
        ("imaps://me@mail.example.org:1993/A/B%20c", "imaps://me@mail.example.org:1993/A/B%20c", "tls"),
        ("imap://me@mail.example.org/News", "imap://me@mail.example.org/News", "starttls"),
        ("imap://me@127.0.0.1:1143/News", "imap://me@127.0.0.1:1143/News", "none"),
        ("imap://me@[::1]/Zpět", "imap://me@[::1]/Zp%C4%9Bt", "none"),
    ],
)
def test_an_address_is_parsed_and_shown(text: str, shown: str, security: str) -> None:
    address = ImapAddress.parse(text)

    assert (str(address), address.security) == (shown, security)
    assert ImapAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("imaps://mail.example.org/News", "names no user"),
        ("imaps://me:hunter2secret@mail.example.org/News", "password_file"),
        ("https://me@mail.example.org/", "expected an address like"),
        ("imaps://me@mail.example.org:99999/", "no port 99999"),
        ("imaps://me@mail.example.org/a%0d%0ab", "control characters"),
        ("imaps://me@/News", "expected an address like"),
    ],
)
def test_a_wrong_address_is_explained_without_its_password(text: str, message: str) -> None:
    with pytest.raises(ImapAddressError, match=message) as caught:
        ImapAddress.parse(text)

    assert "hunter2" not in str(caught.value)
