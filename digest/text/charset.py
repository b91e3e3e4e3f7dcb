"""Charset detection: bytes to text, by byte order mark, content and declaration. Pure."""

from __future__ import annotations

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Encodings that browsers use for these labels (WHATWG Encoding).
_LABEL_ENCODINGS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
#: Ignored in declarations: encodings that can't be right, those for Python's own use, and UTF-7, which hides markup.
_IGNORED_NAMES = ("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw-unicode", "undefined", "mbcs", "oem")
_NON_ASCII = bytes(range(0x80, 0x100))
_STATEFUL = {"iso2022_jp", "iso2022_kr", "hz"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SURROGATE_REFERENCES = re.compile(
    r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|5[67]\d{3}));?", re.IGNORECASE
)
_DOCUMENT_CHARSET = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)"
)


def decode(data: bytes, content_type: str = "") -> str:
    """Decode ``data``: by its byte order mark, or else as UTF-8 if valid, or else as declared, or else by a guess."""
    return _decode(data, content_type)[0]


def to_utf8(data: bytes, content_type: str = "") -> bytes:
    """Convert to UTF-8; data that is UTF-8 already is returned unchanged."""
    text, encoding = _decode(data, content_type)
    return data if encoding == "utf-8" else text.encode("utf-8", errors="replace")


def _decode(data: bytes, content_type: str) -> tuple[str, str]:
    """Return the text, and the encoding of all of ``data``; empty if guessed, or if there was a byte order mark."""
    for bom, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace"), ""
    declared = _declared(data, content_type)
    stateful = declared if declared in _STATEFUL else ""
    for encoding in (stateful, detect_wide_encoding(data), _detect_ebcdic(data), "utf-8", declared):
        try:
            if encoding:
                return data.decode(encoding), encoding
        except (UnicodeError, LookupError):
            continue
    return _decode_by_guess(data), ""


def utf8_for_recovery(data: bytes, content_type: str = "") -> bytes:
    """Prepare XML in UTF-8 for lxml's recovering parser, without the lone surrogates that break its output."""
    text = _DECLARATION.sub("", decode(data, content_type).replace("\0", ""))
    return _SURROGATE_REFERENCES.sub("", text).strip().encode("utf-8", "replace")


def _declared(data: bytes, content_type: str) -> str:
    """Return the Python name of the encoding that the header or the document declares; empty if unknown."""
    header, document = _CHARSET.search(content_type), _DOCUMENT_CHARSET.search(data[:2048])
    label = header.group(1) if header else (document.group(1) or document.group(2)).decode() if document else ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    # A declaration readable as ASCII can't be in UTF-16; codecs such as rot13 or base64 aren't text encodings.
    return "" if name.startswith(_IGNORED_NAMES) or not _is_text(name) else _LABEL_ENCODINGS.get(name, name)


def _is_text(name: str) -> bool:
    try:
        return isinstance(b"".decode(name), str)
    except (LookupError, UnicodeError):
        return False


def detect_wide_encoding(data: bytes) -> str:
    """Detect UTF-16 or UTF-32 without a byte order mark, by the places of zero bytes; empty for other encodings."""
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


def _decode_by_guess(data: bytes) -> str:
    """Decode as Windows-1252 if most bytes are ASCII, or else by the guess of charset-normalizer."""
    from charset_normalizer import from_bytes

    head = data[:20_000]
    non_ascii = len(head) - len(head.translate(None, _NON_ASCII))
    best = from_bytes(head).best() if non_ascii > len(head) * 0.3 else None
    try:
        return data.decode(best.encoding if best else "cp1252")
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", errors="replace")
