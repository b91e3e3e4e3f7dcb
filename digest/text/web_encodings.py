"""Decoders of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org): labels, and what browsers read. Pure.

Python's codecs differ from browsers in some labels and characters: Shift_JIS means Windows' code page 932, EUC-JP has
the characters of NEC and IBM, Big5 those of Hong Kong, and single bytes without a character are C1 controls.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

REPLACEMENT = "\ufffd"
#: Ignored labels: codecs for Python's own use, and UTF-7, which hides markup.
_IGNORED_CODECS = ("utf-7", "idna", "punycode", "unicode", "raw-unicode", "undefined", "mbcs", "oem")
#: Spellings of Windows code pages that no standard has.
_WINDOWS_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ms)[-_ ]?(125\d|874)")
#: Python's codecs that the standard knows by another name.
_LABELS_OF_CODECS = {"cp932": "shift_jis", "cp949": "euc-kr", "cp950": "big5", "big5hkscs": "big5"}
#: Encodings that escape sequences switch; browsers refuse the last three, which only mails and old pages have.
STATEFUL_ENCODINGS = frozenset({"iso-2022-jp", "iso2022_kr", "hz"})
#: Python's codecs that read what browsers read, but for the characters below.
_CODECS = {
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "iso-8859-8-i": "iso-8859-8",
    "x-user-defined": "cp1252",
    "windows-874": "cp874",
}
_SINGLE_BYTE = re.compile(r"(?:windows-\d+|iso-8859-[\d]+(?:-i)?|koi8-[ru]|ibm866|macintosh|x-mac-cyrillic)")
_SINGLE_BYTE_DIFFERENCES = {("koi8-u", 0xAE): "ў", ("koi8-u", 0xBE): "Ў", ("windows-1255", 0xCA): "\u05ba"}
#: Private characters by which GB 18030 of 2000 has those that are in Unicode since.
_GB18030_DIFFERENCES = str.maketrans(
    "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
    "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
    "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)
#: Japanese: signs that Python maps by JIS, and browsers by code page 932. In JIS X 0212 its tilde is ASCII.
_JIS_DIFFERENCES = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")
_FULL_WIDTH_TILDE = b"\x8f\xa2\xb7"
#: Big5: symbols for which browsers have code page 950's characters.
_BIG5_SYMBOLS = tuple(
    bytes.fromhex(code)
    for code in ("a145", "a14e", "a1c2", "a1e3", "a1f2", "a1f3", "a241", "a242", "a244", "a246", "a247", "a3e1")
)
#: Big5: characters of HKSCS-2008, and of other variants, which Python lacks.
_BIG5_DIFFERENCES = """
877a㡵 877b𡵓 877c𣚞 877d𦀡 877e㻬 87a1𥣞 87a2㫵 87a3竼 87a4龗 87a5𤅡 87a6𨤍 87a7𣇪 87a8𠪊 87a9𣉞 87aa䌊 87ab蒄
87ac龖 87ad鐯 87ae䤰 87af蘓 87b0墖 87b1靊 87b2鈘 87b3秐 87b4稲 87b5晠 87b6権 87b7袝 87b8瑌 87b9篅 87ba枂 87bb稬
87bc剏 87bd遆 87be㓦 87bf珄 87c0𥶹 87c1瓆 87c2鿇 87c3垳 87c4䤯 87c5呌 87c6䄱 87c7𣚎 87c8堘 87c9穲 87ca𧭥 87cb讏
87cc䚮 87cd𦺈 87ce䆁 87cf𥶙 87d0箮 87d1𢒼 87d2鿈 87d3𢓁 87d4𢓉 87d5𢓌 87d6鿉 87d7蔄 87d8𣖻 87d9䂴 87da鿊 87db䓡
87dc𪷿 87dd拁 87de灮 87df鿋 8e69箸 8e6f簆 8e7e糎 8eab緒 8eb4縝 8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦 8fcc覩
8ffe起 906d都 907a銹 90dc靜 90f1響 91bf鼖 9244蔃 92af兙 92b0兛 92b1兝 92b2兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗
9644靝 96ed瀞 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏
9cbc尐 9cbd秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏 a077拎 a0d5瑨
a0df煢 a0e4牐 c6cf廴 c6d3无 c6d5癶 c6d7隶 c6de〃 c6df仝 fa5f倩 fa66偽 fabd包 fac5卄 fad5卿 fb48嘅 fbb8婷 fbf3幵
fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜 fdb8渝 fdbb港 fdf1煮 fe52猪 fe6f瑜 feaa瓩 fedd砉
"""
#: In bytes. Larger data with wrong bytes is decoded by Python's codecs, which are thirty times as fast.
_MAX_BY_CHARACTER = 1_000_000
#: Runs of ASCII, characters of several bytes, and bytes that are none.
_EUC_JP = re.compile(rb"[\x00-\x7f]+|\x8e[\xa1-\xdf]|\x8f?[\xa1-\xfe]{2}|[\x80-\xff]")
_BIG5 = re.compile(rb"[\x00-\x7f]+|[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\x80-\xff]")
_GB18030 = re.compile(rb"[\x00-\x7f]+|[\x81-\xfe]\d[\x81-\xfe]\d|[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")
#: Escape sequences of ISO-2022-JP, each with the text after it.
_ISO_2022_JP = re.compile(rb"(\x1b(?:\$[@B]|\$\(D|\([BJI]))?([^\x1b]*|\x1b)")


def encoding_name(label: str) -> str:
    """Return the encoding that a label means: the standard's name, or else that of a Python codec; empty if none."""
    from webencodings import lookup  # type: ignore[import-untyped]  # webencodings brings no types

    label = label.strip().lower()
    if label.startswith(("utf-8", "utf8")):  # "utf8mb4" is MySQL's
        return "utf-8"
    if windows := _WINDOWS_CODE_PAGE.fullmatch(label):
        label = f"windows-{windows[1]}"
    encoding = lookup(label)
    if encoding is not None and encoding.name != "replacement":
        return str(encoding.name)
    try:
        codec = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    if codec.name.startswith(_IGNORED_CODECS) or not _is_text_codec(codec.name):
        return ""
    standard = lookup(_LABELS_OF_CODECS.get(codec.name, codec.name.replace("_", "-")))
    return codec.name if standard is None or standard.name == "replacement" else str(standard.name)


def _is_text_codec(name: str) -> bool:
    """Is it a text encoding? Python has others, such as rot13 and base64."""
    try:
        return isinstance(b"text".decode(name, "replace"), str)
    except (LookupError, ValueError):
        return False


def decode_as(data: bytes, encoding: str) -> str:
    """Decode by an ``encoding_name``; each wrong byte or cut character becomes U+FFFD."""
    if decoder := _DECODERS.get(encoding):
        return decoder(data)
    if _SINGLE_BYTE.fullmatch(encoding):
        return codecs.charmap_decode(data, "replace", _single_byte_table(encoding))[0]
    return data.decode(_CODECS.get(encoding, encoding), "replace")


@lru_cache
def _single_byte_table(encoding: str) -> str:
    """Return the 256 characters of an encoding; C1 controls, as in the standard, where it has none."""
    codec = _CODECS.get(encoding, encoding)
    return "".join(
        _SINGLE_BYTE_DIFFERENCES.get((encoding, byte))
        or bytes([byte]).decode(codec, "ignore")
        or (chr(byte) if byte < 0xA0 else REPLACEMENT)
        for byte in range(256)
    )


def _decode_by_codec(data: bytes, codec: str) -> str | None:
    """Decode by Python's codec: all of it if it has no wrong byte, or is too large to decode by character."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return data.decode(codec, "replace") if len(data) > _MAX_BY_CHARACTER else None


def _decode_characters(data: bytes, pattern: re.Pattern[bytes], character: Callable[[bytes], str]) -> str:
    return "".join(piece.decode() if piece[0] < 0x80 else character(piece) for piece in pattern.findall(data))


def _decode_euc_jp(data: bytes) -> str:
    text = _decode_by_codec(data, "euc_jp") if _FULL_WIDTH_TILDE not in data else None
    return _decode_characters(data, _EUC_JP, _euc_jp_character) if text is None else text.translate(_JIS_DIFFERENCES)


@lru_cache(maxsize=20_000)
def _euc_jp_character(code: bytes) -> str:
    if len(code) == 2 and code[0] >= 0xA1:
        return _jis_x_0208_character(code[0] - 0xA1, code[1] - 0xA1)
    if code == _FULL_WIDTH_TILDE:
        return "～"
    return _decode_strictly(code, "euc_jp") or REPLACEMENT


def _jis_x_0208_character(row: int, column: int) -> str:
    """Return the character of code page 932, which has those of NEC and IBM too."""
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = column + 0x9F if row % 2 else column + (0x40 if column < 63 else 0x41)
    return _decode_strictly(bytes((lead, trail)), "cp932") or REPLACEMENT


def _decode_strictly(code: bytes, codec: str) -> str:
    """Return one character; empty if the codec has none."""
    try:
        return code.decode(codec)
    except UnicodeDecodeError:
        return ""


def _decode_iso_2022_jp(data: bytes) -> str:
    text = _decode_by_codec(data, "iso2022_jp")
    if text is not None:
        return text.translate(_JIS_DIFFERENCES)
    pieces = []
    charset = b"\x1b(B"
    for escape, text in _ISO_2022_JP.findall(data):
        charset = escape or charset
        # Lines end in ASCII, also where the escape sequence back to it was lost.
        encoded, newline, ascii_text = text.partition(b"\n")
        pieces.append(_decode_iso_2022_jp_run(encoded, charset))
        if newline:
            charset = charset if charset in {b"\x1b(J", b"\x1b(I"} else b"\x1b(B"
            pieces.append("\n" + _decode_iso_2022_jp_run(ascii_text, charset))
    return "".join(pieces)


def _decode_iso_2022_jp_run(text: bytes, charset: bytes) -> str:
    if charset in {b"\x1b(B", b"\x1b(J"}:
        return text.decode("ascii", "replace")
    shifted = bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in text)
    if charset == b"\x1b(I":
        shifted = re.sub(rb"([\xa1-\xdf])", b"\x8e\\1", shifted)
    elif charset == b"\x1b$(D":
        shifted = re.sub(rb"([\xa1-\xfe]{2})", b"\x8f\\1", shifted)
    return _decode_euc_jp(shifted)


def _decode_big5(data: bytes) -> str:
    text = _decode_by_codec(data, "big5hkscs") if not any(code in data for code in _BIG5_SYMBOLS) else None
    return _decode_characters(data, _BIG5, _big5_character) if text is None else text


@lru_cache(maxsize=20_000)
def _big5_character(code: bytes) -> str:
    if len(code) == 1:
        return REPLACEMENT
    if code[0] == 0xA3 and 0xC0 <= code[1] <= 0xE0:  # pictures of the control characters
        return chr(0x2421 if code[1] == 0xE0 else 0x2400 + code[1] - 0xC0)
    if character := _big5_differences().get(code):
        return character
    first, second = ("cp950", "big5hkscs") if 0xA1 <= code[0] <= 0xA3 else ("big5hkscs", "cp950")
    character = _decode_strictly(code, first) or _decode_strictly(code, second)
    return character or REPLACEMENT + (chr(code[1]) if code[1] < 0x80 else "")


@lru_cache
def _big5_differences() -> dict[bytes, str]:
    return {bytes.fromhex(entry[:4]): entry[4:] for entry in _BIG5_DIFFERENCES.split()}


def _decode_gb18030(data: bytes) -> str:
    text = _decode_by_codec(data, "gb18030")
    text = _decode_characters(data, _GB18030, _gb18030_character) if text is None else text
    return text.translate(_GB18030_DIFFERENCES)


@lru_cache(maxsize=20_000)
def _gb18030_character(code: bytes) -> str:
    return "€" if code == b"\x80" else code.decode("gb18030", "replace")


_DECODERS: dict[str, Callable[[bytes], str]] = {
    "euc-jp": _decode_euc_jp,
    "iso-2022-jp": _decode_iso_2022_jp,
    "big5": _decode_big5,
    "gbk": _decode_gb18030,
    "gb18030": _decode_gb18030,
}
