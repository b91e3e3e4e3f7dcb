"""Charset detection: byte order marks, content, declarations and guesses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.charset import decode, detect_wide_encoding, to_utf8
from tests.support.language_texts import TEXTS

FEED = (
    "<?xml version='1.0'{label}?><rss version='2.0'><channel><title>News</title><link>https://example.org/</link>"
    "<item><title>{title}</title><link>https://example.org/some/article-17.html</link></item></channel></rss>"
)


def feed(title: str, label: str = "") -> str:
    return FEED.format(title=title, label=f" encoding='{label}'" if label else "")


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        pytest.param("“Quay” is “wide”. So".encode()[:-4] + b"<", "“Quay” is “wide”<", id="whole"),
        pytest.param("“Quay” is “wide".encode() + b"\xe2\x80<", "“Quay” is “wide�<", id="cut after two bytes"),
        pytest.param("Порт расширит прича".encode() + b"\xd0<", "Порт расширит прича�<", id="cut after one byte"),
        pytest.param("Порт ".encode() + b"\xd1\xff" + "асширит".encode(), "Порт ��асширит", id="a wrong byte"),
        pytest.param("港の埠".encode() + b"\xe9\xa0", "港の埠�", id="cut at the end"),
        pytest.param("ship ⛴ ".encode() + b"\xf0\x9f\x9a.", "ship ⛴ �.", id="a cut emoji"),
        pytest.param("a “quay” – said ".encode() + b"Zo\xeb, it\x92s \x96", "a “quay” – said Zoë, it’s –", id="mixed"),
        pytest.param("“go” ".encode() + b"\xed\xa0\xbd\xed\xb8\x80", "“go” 😀", id="an emoji as two surrogates"),
        pytest.param("“é” ".encode() + b"\xc0\x80.", "“é” ��.", id="overlong"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "", "text/html; charset=iso-8859-1"])
def test_a_wrong_byte_in_utf8_costs_itself_only(damaged: bytes, text: str, content_type: str) -> None:
    assert decode(damaged, content_type) == text
    assert decode(b"\xef\xbb\xbf" + damaged, content_type) == text
    assert to_utf8(damaged, content_type) == text.encode()


def test_only_a_cut_character_is_not_ascii() -> None:
    assert decode(b"The \xe2\x80 quay", "text/html; charset=utf-8") == "The � quay"
    assert decode(b"The quay \xed\xa0\xbd\xed\xb8\x80", "text/html; charset=utf-8") == "The quay 😀"


@pytest.mark.parametrize(
    ("encoding", "label", "title"),
    [
        ("cp932", "Shift_JIS", "港の①番埠頭〜㈱"),
        ("cp932", "x-sjis", "港の埠頭を拡張へ"),
        ("cp932", "Windows-31J", "髙橋さん"),
        ("euc_jp", "x-euc-jp", "港の埠頭を拡張へ"),
        ("gbk", "gb2312", "朱镕基的码头"),
        ("gbk", "x-gbk", "港口的码头"),
        ("big5hkscs", "big5", "港口嘅碼頭"),
        ("cp949", "ks_c_5601-1987", "항구의 부두 뷁"),
        ("cp1252", "iso-8859-1", "Café “Zoë”"),
        ("cp1252", "us-ascii", "Café “Zoë”"),
        ("cp1254", "iso-8859-9", "“İskele” açılıyor"),
        ("cp874", "tis-620", "ท่าเรือ “ใหม่”"),
        ("mac_cyrillic", "x-mac-cyrillic", "Причал порта"),
        ("koi8-u", "koi8-u", "Причал їхній"),
        ("utf-8", "unicode-1-1-utf-8", "Причал"),
    ],
)
def test_declared_labels_mean_what_browsers_read(encoding: str, label: str, title: str) -> None:
    data = feed(title, label).encode(encoding, "ignore")
    expected = data.decode(encoding).replace("〜", "～")  # Python maps it by JIS, browsers by Windows

    assert decode(data) == expected
    assert decode(data.replace(label.encode(), b"utf-8"), f"text/xml; charset={label}") == expected.replace(
        label, "utf-8"
    )
    page = f"<html><head>{'<!-- -->' * 300}<meta charset={label}></head><p>{title}".encode(encoding, "ignore")
    assert decode(page).endswith(expected.partition("<item><title>")[2].partition("<")[0])


@pytest.mark.parametrize(
    ("content_type", "label", "encoding"),
    [
        pytest.param("text/xml; charset=iso-8859-1", "windows-1251", "cp1251", id="a server's default for all"),
        pytest.param("text/xml; charset=utf-8", "windows-1251", "cp1251", id="the header is wrong"),
        pytest.param("text/xml; charset=windows-1251", "utf-8", "cp1251", id="the document is wrong"),
        pytest.param("text/xml; charset=koi8-r", "windows-1251", "koi8-r", id="converted on the way"),
        pytest.param("text/xml; charset=utf-16", "windows-1251", "cp1251", id="impossible"),
        pytest.param("text/xml; charset=windows-1251", "koi8-r", "utf-8", id="UTF-8, whatever is declared"),
    ],
)
def test_of_two_declarations_the_more_likely_counts(content_type: str, label: str, encoding: str) -> None:
    text = feed("Порт расширит причал", label)

    assert decode(text.encode(encoding), content_type) == text


@pytest.mark.parametrize("bom", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_counts_before_all_declarations(bom: str) -> None:
    text = feed("Порт расширит причал", "koi8-r")

    assert decode(text.encode(bom), "text/xml; charset=windows-1251") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_encodings_are_detected_without_a_mark_and_may_be_cut(encoding: str) -> None:
    text = "<?xml version='1.0'?><a>" + "港の埠頭を拡張へ" * 60

    assert decode(text.encode(encoding)[:-1]) == text[:-1] + "�"
    assert detect_wide_encoding(text.encode(encoding)) == encoding


#: Encodings of texts without a label, by language.
UNDECLARED = {
    **dict.fromkeys(("da", "de", "es", "fi", "fr", "it", "nl", "no", "pt", "sv"), ("cp1252",)),
    **dict.fromkeys(("cs", "hu", "pl", "sk"), ("cp1250", "iso-8859-2")),
    "ru": ("cp1251", "koi8-r", "iso-8859-5"),
    "uk": ("cp1251", "koi8-u"),
    "el": ("cp1253", "iso-8859-7"),
    "he": ("cp1255",),
    "ar": ("cp1256",),
    "th": ("cp874",),
    "ko": ("cp949",),
    "zh": ("gb18030", "big5"),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
}


@pytest.mark.parametrize(("language", "encoding"), [(key, name) for key, names in UNDECLARED.items() for name in names])
def test_an_encoding_without_a_label_is_guessed_among_much_ascii(language: str, encoding: str) -> None:
    data = feed(TEXTS[language]).encode(encoding, "ignore")

    assert decode(data) == data.decode(encoding)


@pytest.mark.parametrize(
    "text",
    ["Café", "naïve “café”", "price: £20", "El Niño", "25 °C", "Müller • Café", "Café “Zoë”", "São Paulo, © 2026"],
)
def test_few_accents_are_those_of_western_europe(text: str) -> None:
    assert decode(feed(text).encode("cp1252")) == feed(text)


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp1251", "Новости"), ("cp932", "ニュース"), ("cp1250", "Ceny spadły")]
)
def test_few_letters_that_western_europe_lacks_are_guessed(encoding: str, text: str) -> None:
    assert decode(feed(text).encode(encoding)) == feed(text)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xc3\xa9 \xff " * 200_000, id="wrong bytes beside valid ones"),
        pytest.param(b"\xff" * 1_000_000, id="only wrong bytes"),
        pytest.param(b"\xed\xa0\x80\xed\xb0\x80" * 200_000, id="surrogates"),
        pytest.param(b"\x1b$B" * 300_000, id="escape sequences"),
        pytest.param(b"<" * 1_000_000 + b"\xff", id="tags that never end"),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "euc-jp", "iso-2022-jp", "big5", ""])
def test_hostile_bytes_are_decoded_in_linear_time(data: bytes, charset: str) -> None:
    start = time.process_time()
    decode(data, f"text/xml; charset={charset}")

    assert time.process_time() - start < 2


@given(st.text(max_size=50), st.integers(0, 50))
def test_utf8_survives_a_cut_anywhere(text: str, cut: int) -> None:
    valid = "“Valid.” "
    data = (valid + text).encode("utf-8", "replace")
    damaged = data[: len(valid.encode()) + cut]

    assert decode(damaged, "text/html; charset=utf-8").startswith(valid)
