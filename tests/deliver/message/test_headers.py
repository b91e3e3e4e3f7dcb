"""Headers contain any text as text: no injection, no loss, no long lines."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.message.headers import UnsafeHeaders, fold_header, verify_headers
from digest.deliver.message.prepare import prepare_message
from digest.model.mailbox import Mailbox
from digest.text.mail_header import MAX_LENGTH, clean_header
from tests.support.messages import (
    ANY_TEXT,
    HOSTILE,
    PLACEHOLDER,
    TOKEN,
    edition_headers,
    head,
    parsed,
    prepared,
    recipient,
)
from tests.support.values import edition

NAMES = [
    "From", "Subject", "Date", "List-Id", "List-Post", "List-Archive", "Feedback-ID", "Auto-Submitted", "Precedence",
    "X-Auto-Response-Suppress", "Content-Language", "To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type",
]  # fmt: skip
ENCODED = re.compile(r"=\?utf-8\?[qb]\?[^ ?]*\?=")

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def mail_with(text: str) -> bytes:
    """A mail with the text in every header that takes outside text."""
    sender = Mailbox.at("harbour@example.org", text)
    return prepared(subject=text, sender=sender, title=text).content_for(recipient(name=text))


def display_name(phrase: str) -> str:
    """The name before an address, decoded by the older and stricter of Python's two parsers."""
    text = re.sub(r"\s*<[^<]*>$", "", phrase)
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return str(make_header(decode_header(text)))


def check_headers(text: str) -> None:
    raw = mail_with(text)
    mail, expected = parsed(raw), clean_header(text)
    unfolded = dict(line.split(": ", 1) for line in "\n".join(head(raw)).replace("\n ", " ").split("\n"))

    assert list(mail.keys()) == NAMES
    assert mail["Subject"] == (expected or "harbour")
    assert mail["From"].addresses[0].addr_spec == "harbour@example.org"
    assert [address.addr_spec for address in mail["To"].addresses] == ["reader@example.net"]
    for name in ("From", "To", "List-Id") if expected else ():
        assert display_name(unfolded[name]) == expected
        # Python's newer parser adds a space between encoded words in a name.
        if name != "List-Id" and len(ENCODED.findall(unfolded[name])) <= 1:
            assert mail[name].addresses[0].display_name == expected
    assert max(map(len, head(raw))) <= 78
    assert all(len(word) <= 75 for word in ENCODED.findall(raw.decode()))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@hostile
def test_hostile_text_stays_text(text: str) -> None:
    check_headers(text)


@given(ANY_TEXT)
def test_any_text_is_read_back_as_it_was_cleaned(text: str) -> None:
    check_headers(text)


@given(ANY_TEXT)
def test_cleaning_leaves_one_line_of_text_and_nothing_to_clean(text: str) -> None:
    once = clean_header(text)

    assert clean_header(once) == once
    assert len(once) <= MAX_LENGTH
    assert once == once.strip()
    assert "  " not in once
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", once)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_cleaning_changes_no_plain_word(text: str) -> None:
    assert clean_header(text) == text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Harbour Letter", "To: Harbour Letter <reader@example.net>"),
        ("Harbour, Letter", 'To: "Harbour, Letter" <reader@example.net>'),
        ('The "Harbour" \\', r'To: "The \"Harbour\" \\" <reader@example.net>'),
        ("J. Harbour", 'To: "J. Harbour" <reader@example.net>'),
        ("Häfen", "To: =?utf-8?q?H=C3=A4fen?= <reader@example.net>"),
        ("港のたより", "To: =?utf-8?b?5riv44Gu44Gf44KI44KK?= <reader@example.net>"),
        ("=?utf-8?q?x?=", "To: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <reader@example.net>"),
        ("", "To: reader@example.net"),
        ('"' * 40, f"To: =?utf-8?b?{'IiIi' * 13}Ig==?="),
    ],
    ids=["atoms", "comma", "quotes", "dot", "German", "Japanese", "encoded word", "no name", "nothing but quotes"],
)
def test_a_name_is_written_in_the_plainest_way(name: str, line: str) -> None:
    assert line in head(prepared().content_for(recipient(name=name)))


@pytest.mark.parametrize(
    ("fields", "absent"),
    [
        ({"unsubscribe": ""}, {"List-Unsubscribe-Post"}),
        ({"unsubscribe_mail": ""}, set()),
        ({"unsubscribe": "http://news.example/unsubscribe"}, {"List-Unsubscribe-Post"}),
        ({"unsubscribe": "http://127.0.0.1:8000/unsubscribe"}, set()),
        ({"unsubscribe": "", "unsubscribe_mail": ""}, {"List-Unsubscribe", "List-Unsubscribe-Post"}),
        ({"archive": ""}, {"List-Archive"}),
    ],
    ids=["no pages", "no mailbox", "unprotected pages", "pages of this machine", "neither", "no archive"],
)
def test_headers_of_missing_links_are_left_out(fields: dict[str, Any], absent: set[str]) -> None:
    mail = parsed(prepared(**fields).content_for(recipient()))

    assert set(NAMES) - set(mail.keys()) == absent


def test_links_are_neither_encoded_nor_folded_however_long() -> None:
    value = "t" * 400
    mail = prepared().content_for(recipient(values={PLACEHOLDER: value}))

    assert f"List-Unsubscribe: <https://news.example.org/unsubscribe/{value}>," in head(mail)
    assert f" <mailto:leave@example.org?subject={value}>" in head(mail)


def test_one_click_accompanies_the_https_link() -> None:
    mail = parsed(prepared().content_for(recipient()))

    assert mail["List-Unsubscribe"] == (
        f"<https://news.example.org/unsubscribe/{TOKEN}>, <mailto:leave@example.org?subject={TOKEN}>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("value", ["a b", "a>b", "a\r\nBcc: x", "ä", "", "\0"], ids=repr)
def test_a_value_cannot_break_out_of_its_link(value: str) -> None:
    mail = prepared(unsubscribe_mail="")

    if value in {"", "ä"}:
        assert list(parsed(mail.content_for(recipient(values={PLACEHOLDER: value}))).keys()) == NAMES
    else:
        with pytest.raises(UnsafeHeaders):
            mail.content_for(recipient(values={PLACEHOLDER: value}))


@pytest.mark.parametrize(
    "fields", [{"unsubscribe": "https://a b/"}, {"archive": "https://a.example/" + "x" * 990}], ids=str
)
def test_an_invalid_link_is_reported_before_the_first_mail(fields: dict[str, str]) -> None:
    with pytest.raises(UnsafeHeaders) as caught:
        prepared(**fields)
    assert "[web] url" in caught.value.hint


@pytest.mark.parametrize(
    "message_id", ["<a@example.org>\r\nBcc: x@example.com", "<a b@example.org>\n", "", "<\0@example.org>"], ids=repr
)
def test_no_header_is_injected_by_a_message_id(message_id: str) -> None:
    with pytest.raises(UnsafeHeaders):
        prepared().content_for(recipient(message_id=message_id))


MALFORMED = {
    "two": "Subject: a\r\nBcc: b\r\n",
    "body": "Subject: a\r\n\r\nbody\r\n",
    "line feed": "Subject: a\n",
    "no end": "Subject: a",
    "nothing": "Subject:\r\n",
    "a space": "Subject: \r\n",
    "nul": "Subject: a\0\r\n",
    "next line": "Subject: a\x85Bcc: b\r\n",
    "line separator": "Subject: a\u2028Bcc: b\r\n",
    "lone surrogate": "Subject: a\ud83d\r\n",
    "blank line": "Subject: a\r\n \r\n",
    "no name": " a\r\n",
    "empty": "",
    "long": f"Subject: {'a' * 990}\r\n",
}


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_header_is_refused(line: str) -> None:
    with pytest.raises(UnsafeHeaders):
        verify_headers(["From: a@b.example\r\n", line])


def test_the_malformed_header_is_reported() -> None:
    with pytest.raises(UnsafeHeaders, match=re.escape(r"'To: \ud83d <a@b.example>\r\n'")):
        verify_headers(["From: a@b.example\r\n", "To: \ud83d <a@b.example>\r\n", "Subject: b\r\n"])


def test_a_line_of_the_maximum_length_is_accepted() -> None:
    assert verify_headers([fold_header("Subject", ["a" * 989])])


@pytest.mark.parametrize(
    ("list_id", "sender", "expected"),
    [
        ("harbour", "harbour@example.org", "The Harbour Letter <harbour.example.org>"),
        ("hafen-brief_2.0", "h@bücher.example", "The Harbour Letter <hafen-brief_2.0.xn--bcher-kva.example>"),
        ("häfen", "h@example.org", "The Harbour Letter <xn--hfen-loa.example.org>"),
        ("a....b.", "h@example.org", "The Harbour Letter <a.b.example.org>"),
        ("a", "h@[192.0.2.1]", "The Harbour Letter <a.192.0.2.1>"),
    ],
    ids=["plain", "international domain", "international id", "dots", "no domain"],
)
def test_a_list_id_is_made_of_atoms(list_id: str, sender: str, expected: str) -> None:
    mail = parsed(prepared(list_id=list_id, sender=Mailbox.at(sender)).content_for(recipient()))

    assert mail["List-Id"] == expected


@pytest.mark.parametrize("domain", ["a.de", "example.org", "news.of.the.harbour.example.org"])
def test_a_feedback_id_names_the_sender_last_in_5_to_15_characters(domain: str) -> None:
    mail = parsed(prepared(sender=Mailbox.at(f"h@{domain}")).content_for(recipient()))

    campaign, newsletter, kind, sender = str(mail["Feedback-ID"]).split(":")
    assert (campaign, newsletter, kind) == ("2026-03-29", "harbour", "digest")
    assert 5 <= len(sender) <= 15


@pytest.mark.parametrize(("language", "expected"), [("de", "de"), ("und", None), ("de\r\nBcc: x", None), ("", None)])
def test_a_known_language_is_named(language: str, expected: str | None) -> None:
    mail = parsed(prepare_message(edition(language=language), edition_headers()).content_for(recipient()))

    assert mail["Content-Language"] == expected


def test_the_same_edition_and_recipient_give_the_same_bytes() -> None:
    assert prepared().content_for(recipient()) == prepared().content_for(recipient())


def test_recipients_never_see_each_other() -> None:
    message = prepared()
    first = message.content_for(recipient("one@example.net", "One"))
    second = message.content_for(
        recipient("two@example.net", "Two", message_id="<8@example.org>", values={PLACEHOLDER: "other"})
    )

    assert b"two" not in first.lower()
    assert b"one@" not in second.lower()
    assert TOKEN.encode() not in second
