"""Encoded text parts: decoded unchanged, in short lines, with every gap filled."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.deliver.message.encoding import encode_text
from digest.text.mail_header import clean_header
from tests.support.messages import ANY_TEXT, HOSTILE, PLACEHOLDER, TOKEN, parsed, prepared, recipient

LANGUAGES = {
    "English": "The harbour opens again on Saturday, the port authority said.\n\nShips return.\n",
    "German": "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich.\nVom 12. Juni an fährt wieder ein Zug.\n",
    "Arabic": "ميناء المدينة يفتح أبوابه من جديد بعد عامين من العمل.\n",
    "Japanese": "港が二年の工事を終えて再び開き、最初の船が土曜日の朝に入港した。\n",
    "Hindi": "बंदरगाह दो साल के काम के बाद फिर से खुल गया है।\n",
    "Greek": "Το λιμάνι ανοίγει ξανά το Σάββατο.\n",
    "emoji": "⛴️ 🌊 👩‍👩‍👧‍👦\n",
    "signs": "a=b =3D =\n.\n..\nFrom here\n--\n-- \n=_x\n--=_x--\n",
    "spaces": "  two at the beginning,  two within, two at the end  \n\t tab\t\n \n",
    "one long line": "a" * 5000 + "\n",
    "one long line of spaces": "a " * 2500 + "\n",
    "one long line with dots": ". " * 2500 + "." * 2500 + "\n",
    "carriage returns": "a\r\nb\rc\n",
    "nothing": "",
}


def bodies(mail: bytes) -> list[str]:
    """The decoded text of each part."""
    return [str(part.get_content()) for part in parsed(mail).iter_parts()]


def as_lines(text: str) -> str:
    """The text as a mail preserves it: with CRLF, without NUL and lone surrogates."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")
    return re.sub("\r\n?|\n", "\r\n", text).rstrip("\r\n") + "\r\n"


@pytest.mark.parametrize("text", LANGUAGES.values(), ids=LANGUAGES)
def test_text_in_any_language_is_decoded_unchanged(text: str) -> None:
    decoded = bodies(prepared(text=text * 40 or "\n", html=text * 40 or "\n").content_for(recipient()))

    assert decoded == [as_lines(text * 40)] * 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_decoded_as_text(text: str) -> None:
    decoded = bodies(prepared(text=f"{text}.", html=f"{text}.").content_for(recipient()))

    assert decoded == [as_lines(f"{text}.")] * 2


PIECES = st.sampled_from([PLACEHOLDER, "\n", " ", "ä", "港", "a" * 70, "=", ".", "\t", "From "])
TEMPLATES = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)


@given(TEMPLATES, ANY_TEXT)
def test_every_gap_is_filled_with_any_value(template: str, value: str) -> None:
    mail = prepared(text=template or ".", html=template or ".").content_for(recipient(values={PLACEHOLDER: "x"}))
    part = encode_text(template, [PLACEHOLDER], escape=html.escape)
    filled = b"".join(part.fill({PLACEHOLDER: value}))
    header = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n" % part.encoding.encode()

    expected = as_lines(template).replace(PLACEHOLDER, html.escape(clean_header(value)))
    assert parsed(header + filled).get_content() == expected
    assert bodies(mail) == [as_lines(template or ".").replace(PLACEHOLDER, "x")] * 2


@example("ä" + "a" * 70 + PLACEHOLDER, "b" * 76)
@given(TEMPLATES, st.text(max_size=200))
def test_lines_are_short_ascii_and_in_canonical_form(template: str, value: str) -> None:
    filled = b"".join(encode_text(template, [PLACEHOLDER], escape=str).fill({PLACEHOLDER: value}))

    assert filled.isascii()
    assert max(map(len, filled.split(b"\r\n"))) <= 76
    assert not re.search(rb"[ \t]\r\n|[ \t]{2}|\t|(?<!\r)\n|\r(?!\n)", filled)
    assert not re.search(rb"(?m)^\.|^From ", filled)


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("English", "quoted-printable"), ("German", "quoted-printable"), ("Arabic", "base64"), ("Japanese", "base64")],
)
def test_the_shorter_encoding_is_chosen(language: str, encoding: str) -> None:
    assert encode_text(LANGUAGES[language], (), escape=str).encoding == encoding


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_is_personal_in_both_parts(language: str) -> None:
    link = f"https://news.example.org/unsubscribe/{PLACEHOLDER}?a=1&b=2"
    text = LANGUAGES[language] + link
    page = f'{LANGUAGES[language]}<a href="{html.escape(link)}">x</a>'

    plain, rich = bodies(prepared(text=text, html=page).content_for(recipient()))

    assert f"https://news.example.org/unsubscribe/{TOKEN}?a=1&b=2" in plain
    assert f'href="https://news.example.org/unsubscribe/{TOKEN}?a=1&amp;b=2"' in rich


def test_a_name_in_a_gap_is_escaped_in_html_alone() -> None:
    values = {PLACEHOLDER: 'Ä <b>"&\r\nBcc: x'}
    plain, rich = bodies(prepared(text=f"Hello {PLACEHOLDER}!", html=f"<p>{PLACEHOLDER}</p>", unsubscribe="",
                                  unsubscribe_mail="").content_for(recipient(values=values)))  # fmt: skip

    assert plain == 'Hello Ä <b>"& Bcc: x!\r\n'
    assert rich == "<p>Ä &lt;b&gt;&quot;&amp; Bcc: x</p>\r\n"


def test_no_text_can_contain_the_boundary() -> None:
    boundary = parsed(prepared(text="a", html="b").content_for(recipient())).get_boundary()
    hostile = f"--{boundary}\r\n\r\n--{boundary}--\r\nContent-Type: text/html\r\n\r\nx"

    assert bodies(prepared(text=hostile, html=hostile).content_for(recipient())) == [as_lines(hostile)] * 2
