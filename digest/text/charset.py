"""Charset detection: bytes to text, by byte order mark, content and declaration. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from digest.text.web_encodings import STATEFUL_ENCODINGS, decode_as, encoding_name

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Can't be right where a declaration is readable as ASCII.
_WIDE = ("utf-16", "utf-32")
_LATIN_1 = "windows-1252"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SURROGATE_REFERENCES = re.compile(
    r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|5[67]\d{3}));?", re.IGNORECASE
)
#: In bytes. A page's declaration should be within the first 1,024, and browsers look further.
_HEAD_SIZE = 8_192
_DOCUMENT_CHARSET = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)",
    re.IGNORECASE,
)
#: Japanese in seven bits; browsers know it by its label only, but it is valid UTF-8 that nobody can read.
_ISO_2022_JP = re.compile(rb"\x1b\$[@B](?:[\x21-\x7e]{2})+\x1b\([BJ]")

# Bytes that are not UTF-8, as the surrogates by which Python's "surrogateescape" stands for them.
#: A byte of Windows-1252 among ASCII, without those that are usually the rest of a cut character.
_LONE_BYTE = re.compile("(?<![^\0-\x7f])[\udc80-\udcc1\udcc4-\udce1\udce3-\udcff](?![^\0-\x7f])")
#: An astral character as two surrogates of three bytes each (CESU-8, which some databases write).
_SURROGATE_PAIR = re.compile("\udced[\udca0-\udcaf][\udc80-\udcbf]\udced[\udcb0-\udcbf][\udc80-\udcbf]")
#: A pair, or a character cut after two or three bytes (quotation mark, dash, euro sign, emoji): the rest is UTF-8.
_SIGN_OF_UTF8 = re.compile(
    f"{_SURROGATE_PAIR.pattern}|\udce2[\udc80-\udc84]|\udcf0\udc9f[\udc80-\udcbf]?|[\udcc2-\udcf4][\udc80-\udcbf]{{0,2}}\\Z"
)
#: So many wrong bytes are repaired one by one; a document with more may be made to be slow.
_MAX_REPAIRED = 10_000
_WRONG_BYTES = re.compile("[\udc80-\udcff]+")

#: Guessed where nothing is declared; no encoding of a terminal or of mainframes.
_GUESSED_ENCODINGS = (
    *(f"windows-{number}" for number in range(1250, 1259)),
    *("iso-8859-2", "iso-8859-5", "iso-8859-7", "koi8-r", "koi8-u", "cp874"),
    *("shift_jis", "cp932", "euc-jp", "gb18030", "big5", "big5hkscs", "euc-kr", "cp949"),
)
#: Bytes of text with non-ASCII characters from which the encoding is guessed.
_SAMPLE_SIZE = 20_000
#: So few letters tell no European encoding from another.
_FEW_LETTERS = 3
_TEXT_RUN = re.compile(rb"[^<>\n]+")
_ACCENTED = re.compile(r"(?=\w)[^\0-\x7f]")
#: A letter of another script, alone and beside a Latin one.
_OTHER_SCRIPT = re.compile(r"(?=\w)[\u0370-\u1dff\u2c00-\U0010ffff]")
_MIXED_SCRIPTS = re.compile(rf"(?<=[a-zA-Z]){_OTHER_SCRIPT.pattern}|{_OTHER_SCRIPT.pattern}(?=[a-zA-Z])")
#: Shows that the text is not in Windows-1252: a symbol within a word, or a rare one.
_SUSPECT = re.compile(r"(?<=[^\W\d_])(?:[^\w\s’‘´`'·\xad–—-]|[²³¹¼½¾ªº])(?=[^\W\d_])|[ƒˆ˜†‡‰]")


def decode(data: bytes, content_type: str = "") -> str:
    """Decode ``data``: by its byte order mark, or else as UTF-8 if valid, or else as declared, or else by a guess.

    A wrong byte or a cut character costs itself only (U+FFFD).
    """
    return _decode(data, content_type)[0]


def to_utf8(data: bytes, content_type: str = "") -> bytes:
    """Convert to UTF-8; data that is UTF-8 already is returned unchanged."""
    text, is_utf8 = _decode(data, content_type)
    return data if is_utf8 else text.encode("utf-8", errors="replace")


def _decode(data: bytes, content_type: str) -> tuple[str, bool]:
    """Return the text, and whether ``data`` is valid UTF-8 without a byte order mark."""
    for bom, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(bom):
            body = data[len(bom) :]
            return _repair_utf8(body) if encoding == "utf-8" else body.decode(encoding, "replace"), False
    if encoding := detect_wide_encoding(data) or _detect_ebcdic(data):
        return data.decode(encoding, "replace"), False
    if encoding := _detect_stateful(data, content_type):
        return decode_as(data, encoding), False
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        return _decode_invalid_utf8(data, _declared(data, content_type)), False


def _decode_invalid_utf8(data: bytes, declared: tuple[str, ...]) -> str:
    """Decode as damaged UTF-8 if most of it is valid, or else as declared, or else by a guess."""
    legacy = [name for name in declared if name != "utf-8"]
    # Text in another encoding has few sequences that are valid UTF-8; Japanese has the most, up to one half.
    if _valid_share(data) >= (0.7 if legacy else 0.55):
        return _repair_utf8(data)
    return decode_as(data, legacy[0] if legacy else _guess(data))


def _valid_share(data: bytes) -> float:
    """Return the share of non-ASCII bytes that are valid UTF-8, without signs of UTF-8 among the others."""
    escaped = data.decode("utf-8", "surrogateescape")
    valid = data.decode("utf-8", "ignore").encode()
    wrong = len(_SIGN_OF_UTF8.sub("", escaped).encode("utf-8", "surrogateescape")) - len(valid)
    right = len(valid) - len(valid.decode("ascii", "ignore"))
    return right / (right + wrong) if wrong else 1.0


def _repair_utf8(data: bytes) -> str:
    """Decode UTF-8; lone bytes are read as Windows-1252, and other wrong ones become U+FFFD."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
    if len(text) - len(data.decode("utf-8", "ignore")) > _MAX_REPAIRED:
        return data.decode("utf-8", "replace")
    text = _LONE_BYTE.sub(lambda byte: decode_as(_escaped_bytes(byte[0]), _LATIN_1), text)
    text = _SURROGATE_PAIR.sub(lambda pair: _join_surrogates(_escaped_bytes(pair[0])), text)
    return _WRONG_BYTES.sub(lambda run: _escaped_bytes(run[0]).decode("utf-8", "replace"), text)


def _escaped_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _join_surrogates(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def utf8_for_recovery(data: bytes, content_type: str = "") -> bytes:
    """Prepare XML in UTF-8 for lxml's recovering parser, without the lone surrogates that break its output."""
    text = _DECLARATION.sub("", decode(data, content_type).replace("\0", ""))
    return _SURROGATE_REFERENCES.sub("", text).strip().encode("utf-8", "replace")


def _declared(data: bytes, content_type: str) -> tuple[str, ...]:
    """Return the encodings that the header and the document declare, the more likely first.

    The header counts first, but many servers send Latin-1 with everything.
    """
    header, document = _CHARSET.search(content_type), _DOCUMENT_CHARSET.search(data[:_HEAD_SIZE])
    labels = [header[1]] if header else []
    labels += [(document[1] or document[2]).decode()] if document else []
    names = [name for label in labels if (name := encoding_name(label)) and not name.startswith(_WIDE)]
    return tuple(sorted(names, key=lambda name: name == _LATIN_1))


def _detect_stateful(data: bytes, content_type: str) -> str:
    """Return the encoding whose escape sequences the data has: a declared one, or else ISO-2022-JP; empty if none."""
    has_escapes = b"\x1b" in data
    if not has_escapes and not (b"~" in data and b"~{" in data):  # one byte is found faster than two
        return ""
    declared = _declared(data, content_type)
    if declared and declared[0] in STATEFUL_ENCODINGS:
        return declared[0]
    return "iso-2022-jp" if has_escapes and _ISO_2022_JP.search(data) else ""


def detect_wide_encoding(data: bytes) -> str:
    """Detect UTF-16 or UTF-32 without a byte order mark, by the places of zero bytes; empty for other encodings."""
    if data.startswith((b"<\0?\0", b"<\0!\0")):
        return "utf-16-le"
    if data.startswith((b"\0<\0?", b"\0<\0!")):
        return "utf-16-be"
    head = data[:512]
    zeros = [head[offset::4].count(0) for offset in range(4)]
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if len(head) < 8 or max(even, odd) < len(head) * 0.3:
        return ""
    if sum(zeros) > len(head) * 0.7:
        return "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be"
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else ""


def _detect_ebcdic(data: bytes) -> str:
    """Detect the EBCDIC variant of an XML document (XML 1.0, appendix F): all of them can read its declaration."""
    if not data.startswith(b"\x4c\x6f\xa7\x94"):
        return ""
    label = re.search(r"encoding\s*=\s*[\"']([\w.:-]+)", data[:200].decode("cp037"))
    try:
        is_valid = label is not None and data[:4].decode(label[1]) == "<?xm"
    except (LookupError, UnicodeError):
        is_valid = False
    return label[1] if label and is_valid else "cp037"


def _guess(data: bytes) -> str:
    """Guess the encoding from the pieces of text that are not ASCII; a few European characters are Windows-1252."""
    from chardet import detect  # takes 0.05 s to import

    sample = b"\n".join(_sample(data))
    latin = decode_as(sample, _LATIN_1)
    if len(_ACCENTED.findall(latin)) <= _FEW_LETTERS and not _SUSPECT.search(latin):
        return _LATIN_1
    answer = detect(sample, include_encodings=_GUESSED_ENCODINGS, compat_names=False)
    guess = encoding_name(answer["encoding"] or "") or _LATIN_1
    return _LATIN_1 if _mixes_scripts(decode_as(sample, guess)) else guess


def _mixes_scripts(text: str) -> bool:
    """Do most letters of another script stand beside a Latin letter? If so, they are accented Latin ones."""
    return 2 * len(_MIXED_SCRIPTS.findall(text)) > len(_OTHER_SCRIPT.findall(text))


def _sample(data: bytes) -> Iterator[bytes]:
    size = 0
    for run in _TEXT_RUN.finditer(data):
        if not run[0].isascii():
            yield run[0][: _SAMPLE_SIZE - size]
            size += len(run[0])
            if size >= _SAMPLE_SIZE:
                return
