"""What a document is: told from its own bytes, since names and declared types are often wrong. Pure."""

from __future__ import annotations

import enum
import re

from digest.text.charset import decode, detect_wide_encoding

_HEAD = 16_384
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, sound or film"),
    (b"PK\x03\x04", "an archive or office document"),
    (b"\x1f\x8b", "a packed file"),
    (b"BZh", "a packed file"),
    (b"\xfd7zXZ", "a packed file"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(rss|feed|rdf|channel|opml|urlset|sitemapindex|html|head|body|article|section|div|p|h[1-6])\b|<!doctype\s+(html)\b",
    re.IGNORECASE,
)
_JSON_FEED = re.compile(r'jsonfeed\.org/version|"items"\s*:\s*\[')
_FEEDS = {"rss", "feed", "rdf", "channel"}
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
_TEXT = (".txt", ".text", ".asc")


class DocumentKind(enum.Enum):
    """What can be done with a document."""

    FEED = "feed"
    JSON = "json"
    OPML = "opml"
    SITEMAP = "sitemap"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    BINARY = "binary"


def detect_kind(data: bytes, *, content_type: str = "", name: str = "") -> DocumentKind:
    """What the document is; ``name`` (of a file) or the declared type settles what its bytes leave open."""
    if describe_binary(data):
        return DocumentKind.BINARY
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix in _MARKDOWN or content_type.startswith("text/markdown"):
        return DocumentKind.MARKDOWN
    if suffix in _TEXT:
        return DocumentKind.TEXT
    head = decode(data[:_HEAD], content_type).lstrip()
    if head.startswith(("{", "[")) and ("json" in content_type or suffix == ".json" or _JSON_FEED.search(head)):
        return DocumentKind.JSON
    root = _ROOT.search(strip_comments(head))
    name = (root.group(1) or root.group(2)).lower() if root else ""
    if name in _FEEDS:
        return DocumentKind.FEED
    if name == "opml":
        return DocumentKind.OPML
    if name in {"urlset", "sitemapindex"}:
        return DocumentKind.SITEMAP
    if name or "html" in content_type or "htm" in suffix:
        return DocumentKind.HTML
    # XML of another kind: what reads feeds says that it is none.
    return DocumentKind.FEED if head.startswith("<?xml") else DocumentKind.TEXT


def strip_comments(text: str, opener: str = "<!--", closer: str = "-->") -> str:
    """Linear, where a regular expression would look for the end of each unclosed comment anew."""
    kept, at = [], 0
    while (start := text.find(opener, at)) >= 0:
        end = text.find(closer, start)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + len(closer)
    return "".join(kept) + text[at:].replace(opener, "")


def describe_binary(data: bytes) -> str:
    """What kind of thing that isn't text this is, for a person to read; empty for text."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return what
    head = data[:_HEAD]
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or detect_wide_encoding(head):
        return ""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    # A stray NUL or two is a fault of text; packed or compiled data has one control in nine bytes.
    return "a binary file" if controls > len(head) * 0.04 else ""
