"""Document kind detection by content, since file names and declared types are often wrong. Pure."""

from __future__ import annotations

import enum
import re

from digest.text.charset import decode, detect_wide_encoding

#: Bytes at the beginning of a document by which its kind is detected.
_HEAD_SIZE = 16_384
#: Magic numbers of binary formats, with their names in messages.
_MAGIC_NUMBERS = (
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
_ROOT_ELEMENT = re.compile(
    r"<(?:[\w.-]+:)?(rss|feed|rdf|channel|opml|urlset|sitemapindex|html|head|body|article|section|div|p|h[1-6])\b",
    re.IGNORECASE,
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
#: A feed's root with what follows it, or an item: a page has neither, but a page's start may stand before them.
_FEED_START = re.compile(
    r"<rss\b[^<>]*>\s*<(?:channel|item)\b|<(?:[\w.-]+:)?(?:feed|entry|rdf)\s[^<>]*xmlns[^<>]*>\s*<"
    r"|<channel\b[^<>]*>\s*<(?:title|link|item|description)\b|<item\b[^<>]*>\s*<(?:title|link|guid|pubdate|description)\b",
    re.IGNORECASE,
)
#: A feed that was escaped as a whole, as the text of an element of a web service.
_ESCAPED_FEED = re.compile(r"(?:<\?xml[^<>]*\?>\s*)?(?:<string\b[^<>]*>\s*)?&lt;(?:\?xml|rss|feed)\b", re.IGNORECASE)
_PAGE_PARTS = ("<script", "<main", "<article", "<nav", "<header")
_JSON_FEED = re.compile(r'jsonfeed\.org/version|"items"\s*:\s*\[')
_FEED_ROOTS = {"rss", "feed", "rdf", "channel"}
_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
_TEXT_SUFFIXES = (".txt", ".text", ".asc")


class DocumentKind(enum.Enum):
    """Kind of document, by the parser that it needs."""

    FEED = "feed"
    JSON = "json"
    OPML = "opml"
    SITEMAP = "sitemap"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    MAIL = "mail"
    BINARY = "binary"


def detect_kind(data: bytes, *, content_type: str = "", name: str = "") -> DocumentKind:
    """Detect a document's kind by its content; the file ``name`` or declared type decides where that is ambiguous."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if kind := _kind_by_name(data, suffix, content_type):
        return kind
    head = decode(data[:_HEAD_SIZE], content_type).lstrip()
    if head.startswith(("{", "[")) and ("json" in content_type or suffix == ".json" or _JSON_FEED.search(head)):
        return DocumentKind.JSON
    if _ESCAPED_FEED.match(head):
        return DocumentKind.FEED
    root_name = _root_name(strip_comments(head))
    if root_name in _FEED_ROOTS:
        return DocumentKind.FEED
    if root_name == "opml":
        return DocumentKind.OPML
    if root_name in {"urlset", "sitemapindex"}:
        return DocumentKind.SITEMAP
    if root_name or "html" in content_type or "htm" in suffix:
        return DocumentKind.HTML
    # Other XML counts as a feed: the feed parser reports that it is none.
    return DocumentKind.FEED if head.startswith("<?xml") else DocumentKind.TEXT


def _kind_by_name(data: bytes, suffix: str, content_type: str) -> DocumentKind | None:
    """The kind of data that are binary, or of a kind that only the name or declared type tells; else None."""
    if suffix == ".eml" and not data.startswith(tuple(magic for magic, _ in _MAGIC_NUMBERS)):
        return DocumentKind.MAIL  # its attachments may be binary
    if describe_binary(data):
        return DocumentKind.BINARY
    if suffix in _MARKDOWN_SUFFIXES or content_type.startswith("text/markdown"):
        return DocumentKind.MARKDOWN
    return DocumentKind.TEXT if suffix in _TEXT_SUFFIXES else None


def _root_name(head: str) -> str:
    """Return the name of the root element; empty if it is no known one."""
    if feed := _FEED_START.search(head):
        # A warning of PHP or another document's type may stand before it.
        before = head[: feed.start()].lower()
        if not any(part in before for part in _PAGE_PARTS):
            return "feed"
    root = _ROOT_ELEMENT.search(head)
    return root.group(1).lower() if root else "html" if _HTML_DOCTYPE.search(head) else ""


def strip_comments(text: str, opener: str = "<!--", closer: str = "-->") -> str:
    """Remove comments in linear time; a regular expression is quadratic in unclosed comments."""
    pieces, position = [], 0
    while (start := text.find(opener, position)) >= 0:
        end = text.find(closer, start)
        if end < 0:
            break
        pieces.append(text[position:start])
        position = end + len(closer)
    return "".join(pieces) + text[position:].replace(opener, "")


def describe_binary(data: bytes) -> str:
    """Name the format of binary data for messages, such as "a PDF"; empty for text."""
    for magic, description in _MAGIC_NUMBERS:
        if data.startswith(magic):
            return description
    head = data[:_HEAD_SIZE]
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or detect_wide_encoding(head):
        return ""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    # Text may have a stray NUL or two; in compressed or compiled data about one byte in nine is a control.
    return "a binary file" if controls > len(head) * 0.04 else ""
