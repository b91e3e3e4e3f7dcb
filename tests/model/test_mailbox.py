"""Mailboxes: an address is parsed as meant, or refused with a reason; never changed into another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.mailbox import AddressError, Mailbox

RIGHT = {
    "plain": ("office@harbour.example", "office@harbour.example", ""),
    "capitals": ("Office@Harbour.Example", "Office@harbour.example", ""),
    "spaces around": ("  office@harbour.example ", "office@harbour.example", ""),
    "final dot": ("office@harbour.example.", "office@harbour.example", ""),
    "a host alone": ("root@localhost", "root@localhost", ""),
    "tag": ("office+news@harbour.example", "office+news@harbour.example", ""),
    "international domain": ("info@MÜLLEREI.example", "info@xn--mllerei-n2a.example", ""),
    "sharp s": ("info@straße.example", "info@xn--strae-oqa.example", ""),
    "international name": ("büro@harbour.example", "büro@harbour.example", ""),
    "quoted": ('"the office"@harbour.example', '"the office"@harbour.example', ""),
    "quoted for nothing": ('"office"@harbour.example', "office@harbour.example", ""),
    "an @ in quotes": ('"a@b"@harbour.example', '"a@b"@harbour.example', ""),
    "address literal": ("office@[192.0.2.1]", "office@[192.0.2.1]", ""),
    "IPv6 literal": ("office@[ipv6:2001:DB8::1]", "office@[IPv6:2001:db8::1]", ""),
    "name": ("The Office <office@harbour.example>", "office@harbour.example", "The Office"),
    "name with a comma": ("Office, the <office@harbour.example>", "office@harbour.example", "Office, the"),
    "quoted name": ('"Office, the" <office@harbour.example>', "office@harbour.example", "Office, the"),
    "name with quotes": (
        '"the \\"old\\" office" <office@harbour.example>',
        "office@harbour.example",
        'the "old" office',
    ),
    "brackets alone": ("<office@harbour.example>", "office@harbour.example", ""),
    "comment after": ("office@harbour.example (ground floor)", "office@harbour.example", ""),
    "comment before": ("(ground floor) office@harbour.example", "office@harbour.example", ""),
    "parentheses in quotes": ('"a (b)"@harbour.example', '"a (b)"@harbour.example', ""),
}
WRONG = {
    "empty": "",
    "no @": "office",
    "nothing before": "@harbour.example",
    "nothing after": "office@",
    "two @": "office@harbour@example.org",
    "space within": "the office@harbour.example",
    "space in the domain": "office@har bour.example",
    "more after": "office@harbour.example office",
    "comma": "office,press@harbour.example",
    "two addresses": "office@harbour.example, press@harbour.example",
    "semicolon": "office@harbour.example; press@harbour.example",
    "two dots": "of..fice@harbour.example",
    "dot first": ".office@harbour.example",
    "dot last": "office.@harbour.example",
    "empty label": "office@harbour..example",
    "hyphen": "office@-harbour.example",
    "long local part": "x" * 65 + "@harbour.example",
    "long label": "office@" + "x" * 64 + ".example",
    "long domain": "office@" + "x." * 130 + "example",
    "no such domain": "office@☃.example",
    "no such number": "office@[300.1.1.1]",
    "open bracket": "Office <office@harbour.example",
    "closed bracket": "office@harbour.example>",
    "two brackets": "Office <office@harbour.example> <press@harbour.example>",
    "line break": "office@harbour.example\r\nBcc: all@harbour.example",
    "line break in quotes": '"a\r\nb"@harbour.example',
    "bidi": "off\u202eice@harbour.example",
    "zero width": "office\u200b@harbour.example",
    "no-break space": "office\u00a0@harbour.example",
    "NUL": "office\0@harbour.example",
    "lone surrogate": "office\ud800@harbour.example",
    "route": "<@relay.example:office@harbour.example>",
    "group": "offices: office@harbour.example;",
    "mailto": "mailto:office@harbour.example",
}


@pytest.mark.parametrize(("text", "address", "name"), RIGHT.values(), ids=RIGHT)
def test_names_and_addresses_are_parsed(text: str, address: str, name: str) -> None:
    assert Mailbox.parse(text) == Mailbox(address=address, name=name)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_an_invalid_address_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(AddressError, match="is no address: "):
        Mailbox.parse(text)


@pytest.mark.parametrize("text", [text for text, *_ in RIGHT.values()], ids=RIGHT)
def test_parsing_is_idempotent(text: str) -> None:
    address = Mailbox.parse(text).address

    assert Mailbox.parse(address).address == Mailbox.at(address).address == address


@pytest.mark.parametrize(
    ("address", "needed"),
    [("office@harbour.example", False), ("info@müllerei.example", False), ("büro@harbour.example", True)],
    ids=["ascii", "domain", "name"],
)
def test_only_an_international_local_part_needs_smtputf8(address: str, needed: bool) -> None:
    assert Mailbox.at(address).needs_smtputf8 is needed


@given(st.text(max_size=80) | st.from_regex(r"[a\"\\ ()<>,;:.@é\n-]{1,30}", fullmatch=True))
def test_any_text_gives_one_valid_address_or_a_reason(text: str) -> None:
    try:
        mailbox = Mailbox.parse(text)
    except AddressError:
        return

    assert Mailbox.at(mailbox.address).address == mailbox.address
    assert mailbox.address.isprintable()
    assert mailbox.name.isprintable()
