"""Bytes to text, whatever the source says they are. Pure."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What browsers take these labels for (WHATWG Encoding).
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
#: Besides, some of Python's are for its own use, and UTF-7 hides markup.
_NOT_DECLARED = ("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw-unicode", "undefined", "mbcs", "oem")
_HIGH = bytes(range(0x80, 0x100))
_STATEFUL = {"iso2022_jp", "iso2022_kr", "hz"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HALVES = re.compile(r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|5[67]\d{3}));?", re.IGNORECASE)
_WITHIN = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)"
)


def decode(data: bytes, content_type: str = "") -> str:
    """The text in ``data``: by its byte order mark, else UTF-8 if it is that, else as declared, else a guess."""
    return _decoded(data, content_type)[0]


def to_utf8(data: bytes, content_type: str = "") -> bytes:
    """The same text in UTF-8, as most is already."""
    text, encoding = _decoded(data, content_type)
    return data if encoding == "utf-8" else text.encode("utf-8", errors="replace")


def _decoded(data: bytes, content_type: str) -> tuple[str, str]:
    """The text, and the encoding that all of ``data`` is in; empty where there is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), ""
    declared = _declared(data, content_type)
    for encoding in (
        declared if declared in _STATEFUL else "",
        detect_wide_encoding(data),
        _ebcdic(data),
        "utf-8",
        declared,
    ):
        try:
            if encoding:
                return data.decode(encoding), encoding
        except (UnicodeError, LookupError):
            continue
    return _guessed(data), ""


def utf8_for_recovery(data: bytes, content_type: str = "") -> bytes:
    """The XML as UTF-8 for lxml's recovering parser, which would let half a letter through and choke on it later."""
    text = _DECLARATION.sub("", decode(data, content_type).replace("\0", ""))
    return _HALVES.sub("", text).strip().encode("utf-8", "replace")


def _declared(data: bytes, content_type: str) -> str:
    """The Python name of the encoding that the header or the document itself names; empty if none is known."""
    header, within = _CHARSET.search(content_type), _WITHIN.search(data[:2048])
    label = header.group(1) if header else (within.group(1) or within.group(2)).decode() if within else ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    # One that was read as ASCII can't be UTF-16, and a codec like rot13 or base64 is none for text.
    return "" if name.startswith(_NOT_DECLARED) or not _is_text(name) else _MEANT.get(name, name)


def _is_text(name: str) -> bool:
    try:
        return isinstance(b"".decode(name), str)
    except (LookupError, UnicodeError):
        return False


def detect_wide_encoding(data: bytes) -> str:
    """The name of the UTF-16 or UTF-32 that ``data`` seems to be in, without a mark that says so; else empty."""
    head = data[:512]
    zeros = [head[at::4].count(0) for at in range(4)]
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if len(head) < 8 or max(even, odd) < len(head) * 0.3:
        return ""
    if sum(zeros) > len(head) * 0.7:
        return "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be"
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else ""


def _ebcdic(data: bytes) -> str:
    """The EBCDIC of an XML document (XML 1.0, appendix F); its declaration can be read in any of them."""
    if not data.startswith(b"\x4c\x6f\xa7\x94"):
        return ""
    label = re.search(r"encoding\s*=\s*[\"']([\w.:-]+)", data[:200].decode("cp037"))
    try:
        named = label is not None and data[:4].decode(label[1]) == "<?xm"
    except (LookupError, UnicodeError):
        named = False
    return label[1] if label and named else "cp037"


def _guessed(data: bytes) -> str:
    """Neither UTF-8 nor declared: Western where most of it is ASCII, else what its letters look like."""
    from charset_normalizer import from_bytes

    head = data[:20_000]
    high = len(head) - len(head.translate(None, _HIGH))
    best = from_bytes(head).best() if high > len(head) * 0.3 else None
    try:
        return data.decode(best.encoding if best else "cp1252")
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", errors="replace")
