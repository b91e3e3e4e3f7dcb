"""Mailbox addresses: normalised, or rejected with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.mailbox import AddressError, Mailbox
from tests.support.messages import ANY_TEXT, head, parsed, prepared, recipient


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("reader@example.org", "reader@example.org"),
        ("  reader@example.org ", "reader@example.org"),
        ("Reader.One+news@Example.ORG", "Reader.One+news@example.org"),
        ("o'neill/office=1@example.org", "o'neill/office=1@example.org"),
        ('"reader"@example.org', "reader@example.org"),
        ('"a reader"@example.org', '"a reader"@example.org'),
        (r'"a\"b\\c"@example.org', r'"a\"b\\c"@example.org'),
        ('"a@b"@example.org', '"a@b"@example.org'),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("reader@BÜCHER.example", "reader@xn--bcher-kva.example"),
        ("reader@例え.テスト", "reader@xn--r8jz45g.xn--zckzah"),
        ("reader@example.org.", "reader@example.org"),
        ("reader@[192.0.2.1]", "reader@[192.0.2.1]"),
        ("reader@[IPv6:2001:DB8::1]", "reader@[IPv6:2001:db8::1]"),
        ("reader@localhost", "reader@localhost"),
        ("reader@a_b.example.org", "reader@a_b.example.org"),
        ("leserin.müller@example.org", "leserin.müller@example.org"),
        ("読者@example.org", "読者@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address_is_normalised(text: str, address: str) -> None:
    assert Mailbox.at(text).address == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no @"),
        ("reader", "no @"),
        ("@example.org", "before the @"),
        ("reader@", "nothing stands after"),
        ("a reader@example.org", "before the @"),
        ("reader.@example.org", "before the @"),
        ("a..b@example.org", "before the @"),
        ("reader(comment)@example.org", "before the @"),
        ("Reader <reader@example.org>", "before the @"),
        ("<reader@example.org>", "before the @"),
        ("one@example.org, two@example.org", "before the @"),
        ("reader@exam ple.org", "no domain"),
        ("reader@-example.org", "no domain"),
        ("reader@example..org", "no domain"),
        ("reader@exa\u202emple.org", "no domain"),
        ("reader@[192.0.2]", "no domain"),
        ("reader@" + "a" * 64 + ".org", "no domain"),
        ("reader@" + "ab." * 90 + "org", "no domain"),
        ("a" * 65 + "@example.org", "too long"),
        ("reader\r\nBcc:x@example.org", "before the @"),
        ("reader@example.org\r\nBcc: x", "no domain"),
        ("rea\u202eder@example.org", "unprintable"),
        ("rea\ud83dder@example.org", "unprintable"),
        ('"a\r\nb"@example.org', "before the @"),
        ('""@example.org', "empty"),
        ("=??Q??=@example.org", "unprintable"),
    ],
)
def test_an_invalid_address_is_rejected_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        Mailbox.at(text)


@given(ANY_TEXT, st.sampled_from(["", "@example.org", "@bücher.example"]))
def test_any_text_is_an_address_or_is_rejected(local: str, domain: str) -> None:
    try:
        mailbox = Mailbox.at(local + domain)
    except AddressError:
        return

    mail = parsed(prepared().content_for(recipient(local + domain)))
    assert Mailbox.at(mailbox.address) == mailbox
    assert mail.keys().count("To") == 1
    if not mailbox.needs_smtputf8:
        assert [address.addr_spec for address in mail["To"].addresses] == [mailbox.address]


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Main <main@example.org>", "Main", "main@example.org"),
        ("main@example.org", "", "main@example.org"),
        ('"Main, and more" <main@example.org>', "Main, and more", "main@example.org"),
        ("Hafenbrief für alle <brief@bücher.example>", "Hafenbrief für alle", "brief@xn--bcher-kva.example"),
        ('"a b"@example.org', "", '"a b"@example.org'),
        (r'"The \"Main\" <one>" <main@example.org>', 'The "Main" <one>', "main@example.org"),
        ("=?utf-8?q?Main?= <main@example.org>", "=?utf-8?q?Main?=", "main@example.org"),
        ("Main: the paper, daily <main@example.org>", "Main: the paper, daily", "main@example.org"),
    ],
)
def test_a_mailbox_is_parsed(text: str, name: str, address: str) -> None:
    assert Mailbox.parse(text) == Mailbox(name=name, address=address)


@pytest.mark.parametrize(
    "text", ["", "Main", "Main <main>", "a@example.org, b@example.org", "Main <a@b c>", "<>", "a <b> <c@d>"]
)
def test_an_invalid_mailbox_is_rejected(text: str) -> None:
    with pytest.raises(AddressError):
        Mailbox.parse(text)


@pytest.mark.parametrize(
    ("address", "needed"),
    [("reader@example.org", False), ("reader@bücher.example", False), ("läser@example.org", True)],
)
def test_only_a_non_ascii_local_part_needs_smtputf8(address: str, needed: bool) -> None:
    mailbox = Mailbox.at(address)

    assert mailbox.needs_smtputf8 is needed
    assert prepared().content_for(recipient(address)).isascii() is not needed
    assert f"To: {mailbox.address}" in head(prepared().content_for(recipient(address)))
