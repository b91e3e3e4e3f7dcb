"""Labels and characters agree with the WHATWG Encoding Standard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.web_encodings import STATEFUL_ENCODINGS, decode_as, encoding_name

#: The standard's encodings and their labels.
LABELS = """
utf-8: unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
ibm866: 866 cp866 csibm866 ibm866
iso-8859-2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e
    iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
    iso_8859-7:1987 sun_eu_greek
iso-8859-8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598
    iso_8859-8 iso_8859-8:1988 visual
iso-8859-8-i: csiso88598i iso-8859-8-i logical
iso-8859-10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13: iso-8859-13 iso8859-13 iso885913
iso-8859-14: iso-8859-14 iso8859-14 iso885914
iso-8859-15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16: iso-8859-16
koi8-r: cskoi8r koi koi8 koi8-r koi8_r
koi8-u: koi8-ru koi8-u
macintosh: csmacintosh mac macintosh x-mac-roman
windows-874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
windows-1250: cp1250 windows-1250 x-cp1250
windows-1251: cp1251 windows-1251 x-cp1251
windows-1252: ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591
    iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252
windows-1253: cp1253 windows-1253 x-cp1253
windows-1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
    windows-1254 x-cp1254
windows-1255: cp1255 windows-1255 x-cp1255
windows-1256: cp1256 windows-1256 x-cp1256
windows-1257: cp1257 windows-1257 x-cp1257
windows-1258: cp1258 windows-1258 x-cp1258
x-mac-cyrillic: x-mac-cyrillic x-mac-ukrainian
gbk: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk
gb18030: gb18030
big5: big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp: cseucpkdfmtjapanese euc-jp x-euc-jp
iso-2022-jp: csiso2022jp iso-2022-jp
shift_jis: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
euc-kr: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601
    windows-949
utf-16be: unicodefffe utf-16be
utf-16le: csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
x-user-defined: x-user-defined
"""
#: The first characters of the SHA-256 of each encoding's non-ASCII characters, in the order of the standard's indexes.
SINGLE_BYTE_CHECKSUMS = {
    "ibm866": "2e3f89d51df1d1b9",
    "koi8-r": "25a9da95cf2db39e",
    "koi8-u": "79b0a6e96024f61a",
    "macintosh": "94dcdcc19412eb48",
    "x-mac-cyrillic": "ab39a8a69bbbd008",
    "windows-874": "4bb5efdc1a2832ec",
    "iso-8859-2": "da4d3b2f8f06435d",
    "iso-8859-3": "c1d9ce25d3762a52",
    "iso-8859-4": "54140e6e75ba62ce",
    "iso-8859-5": "5372981566958051",
    "iso-8859-6": "2b716bc800e7bfe3",
    "iso-8859-7": "8d94b0308cf418c9",
    "iso-8859-8": "ade2c0790e86ddc8",
    "iso-8859-10": "129e084c5bc4da60",
    "iso-8859-13": "20a9bcd406361c31",
    "iso-8859-14": "80050213abdb4257",
    "iso-8859-15": "b9a4a2394ee58552",
    "iso-8859-16": "c2bb18a77fe0cd90",
    "windows-1250": "52665a0c49e77322",
    "windows-1251": "153baf169d84e269",
    "windows-1252": "9ba654722668eee9",
    "windows-1253": "fa630499b7db169e",
    "windows-1254": "612d01246f4b5106",
    "windows-1255": "16925d6a9d5cff62",
    "windows-1256": "ae636a90722c9d75",
    "windows-1257": "abd51531663d43f8",
    "windows-1258": "ded84db6d51e3143",
}


def labels() -> list[tuple[str, str]]:
    rows = " ".join(LABELS.replace("\n    ", " ").split("\n")).split()
    pairs, encoding = [], ""
    for word in rows:
        if word.endswith(":"):
            encoding = word[:-1]
        else:
            pairs.append((word, encoding))
    return pairs


def checksum(characters: Iterable[str]) -> str:
    return hashlib.sha256("".join(characters).encode()).hexdigest()[:16]


def defined(characters: Iterable[str]) -> list[str]:
    """Only the characters of complete codes that have one."""
    return [character for character in characters if "\ufffd" not in character]


def test_every_label_of_the_standard_means_its_encoding() -> None:
    assert len(labels()) == 222  # 228 without those that browsers refuse
    assert [(label, encoding_name(label)) for label, _ in labels()] == labels()
    assert {encoding_name(f" {label.upper()}\t") for label, _ in labels()} == {name for _, name in labels()}


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("windows1251", "windows-1251"),
        ("win-1250", "windows-1250"),
        ("cp-1252", "windows-1252"),
        ("utf8mb4", "utf-8"),
        ("cp932", "shift_jis"),
        ("ms936", "gbk"),
        ("latin_1", "windows-1252"),
        ("latin9", "iso-8859-15"),
        ("cp437", "cp437"),
        ("hz-gb-2312", "hz"),
        ("iso-2022-kr", "iso2022_kr"),
        *((name, "") for name in ("", "no such", "rot13", "base64", "utf-7", "idna", "unicode_escape", "\0", "ćé")),
    ],
)
def test_usual_misspellings_are_understood_and_codecs_that_are_no_text_ignored(label: str, encoding: str) -> None:
    assert encoding_name(label) == encoding


@pytest.mark.parametrize("encoding", SINGLE_BYTE_CHECKSUMS)
def test_all_characters_of_a_single_byte_are_those_of_the_standard(encoding: str) -> None:
    characters = [decode_as(bytes([byte]), encoding) for byte in range(0x80, 0x100)]

    assert checksum(characters) == SINGLE_BYTE_CHECKSUMS[encoding]


@pytest.mark.parametrize(
    ("encoding", "leads", "trails", "expected"),
    [
        pytest.param(
            "big5", range(0x87, 0xFF), (*range(0x40, 0x7F), *range(0xA1, 0xFF)), "e7920b36af3300c6", id="big5"
        ),
        pytest.param("euc-kr", range(0x81, 0xFE), range(0x41, 0xFF), "f49bf642f090c1ce", id="euc-kr"),
        pytest.param(
            "gb18030",
            range(0x81, 0xFF),
            (*range(0x40, 0x7F), *range(0x80, 0xFF)),
            "85373408efe24c65",
            id="gb18030",
        ),
        pytest.param("euc-jp", range(0xA1, 0xFF), range(0xA1, 0xFF), "a217d8755e0832bc", id="euc-jp"),
    ],
)
def test_all_characters_of_two_bytes_are_those_of_the_standard(
    encoding: str, leads: Iterable[int], trails: Iterable[int], expected: str
) -> None:
    characters = [decode_as(bytes([lead, trail]), encoding) for lead in leads for trail in trails]

    assert checksum(defined(characters)) == expected


def test_characters_of_jis_x_0212_are_those_of_the_standard() -> None:
    codes = [bytes([0x8F, lead, trail]) for lead in range(0xA1, 0xFF) for trail in range(0xA1, 0xFF)]

    assert checksum(defined(decode_as(code, "euc-jp") for code in codes)) == "6ad3bfa0c33c357e"


def test_encodings_of_japanese_share_their_characters() -> None:
    codes = [bytes([lead, trail]) for lead in range(0xA1, 0xFF) for trail in range(0xA1, 0xFF)]
    by_euc = [decode_as(code, "euc-jp") for code in codes]
    by_escapes = [decode_as(b"\x1b$B%c%c\x1b(B" % (code[0] & 0x7F, code[1] & 0x7F), "iso-2022-jp") for code in codes]

    assert by_escapes == by_euc
    for character in set(defined(by_euc)):
        assert decode_as(character.encode("cp932"), "shift_jis") == character


@pytest.mark.parametrize(
    ("encoding", "data", "text"),
    [
        pytest.param("euc-jp", b"\xb9\xc1\xa4<p>\xc9\xd6\xff\xc6\xac", "港�<p>埠�頭", id="EUC-JP"),
        pytest.param("euc-jp", b"\x8e\xb1 \x8f\xa2\xb7 \xad\xa1\xff", "ｱ ～ ①�", id="EUC-JP, other widths"),
        pytest.param("shift_jis", b"\x8d`\x82<p>\x87\x40\xff", "港�<p>①\uf8f3", id="Shift_JIS"),
        pytest.param("big5", b"\xb4\xe4\xa4<p>\xa1\x45\xff\xb4", "港�<p>‧��", id="Big5"),
        pytest.param("big5", b"\x88\x62 \x87\x7a \xa3\xc0 \xf9\xfe", "Ê̄ 㡵 ␀ ￭", id="Hong Kong's Big5"),
        pytest.param("gbk", b"\xb8\xdb \x80 \xff<p>", "港 € �<p>", id="GBK"),
        pytest.param("euc-kr", b"\xc7\xd7\xb1<p>\xff", "항�<p>�", id="EUC-KR"),
        pytest.param("iso-2022-jp", b"\x1b$B9A\x1b(B <p>\x1b$B-!\x1b(B \xff", "港 <p>① �", id="ISO-2022-JP"),
        pytest.param("iso-2022-jp", b'\x1b$B9A\n<p>\x1b(I1\x1b(B \x1b$(D"7', "港\n<p>ｱ ～", id="lost escapes"),
        pytest.param("windows-1252", b"caf\xe9 \x81 \x93", "café \x81 “", id="Windows-1252"),
        pytest.param("koi8-u", b"\xd7 \xae", "в ў", id="KOI8-U"),
        pytest.param("windows-874", b"\xa1\xdb\x80", "ก�€", id="Thai"),
    ],
)
def test_a_wrong_byte_costs_itself_only(encoding: str, data: bytes, text: str) -> None:
    assert decode_as(data, encoding) == text


@pytest.mark.parametrize("encoding", ["euc-jp", "big5", "gbk", "iso-2022-jp"])
def test_large_data_with_a_wrong_byte_keeps_the_rest(encoding: str) -> None:
    data = "港の埠頭".encode({"big5": "big5hkscs"}.get(encoding, encoding.replace("-", "_"))) * 150_000

    assert decode_as(data + b"\xff", encoding) == "港の埠頭" * 150_000 + "�"


@given(st.binary(max_size=60), st.sampled_from(sorted({name for _, name in labels()} | STATEFUL_ENCODINGS)))
def test_any_bytes_are_decoded(data: bytes, encoding: str) -> None:
    decode_as(data, encoding)
