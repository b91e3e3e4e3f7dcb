"""Reads a document of any kind (feed, page, text) into entries. Pure: bytes in, values out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from itertools import chain
from typing import TYPE_CHECKING

from digest.collect.documents.dates import parse_date
from digest.collect.documents.front_matter import FrontMatter, split_front_matter, split_title
from digest.collect.documents.kind import DocumentKind, describe_binary, detect_kind
from digest.collect.documents.sections import declared_sections
from digest.model.articles import BodyFormat, Entry, Image
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.text.charset import decode
from digest.text.sentence_end import ends_sentence
from digest.text.urls import is_web_url, outlet_domain

if TYPE_CHECKING:
    from digest.collect.pages.metadata import PageMetadata

#: Characters. Parsing Markdown takes unbounded time, so a longer text is read as plain text.
_MAX_MARKDOWN = 300_000
#: Code within a line of Markdown: it is plain text.
_CODE = re.compile(r"`[^`]+`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes with their origin and metadata."""

    data: bytes
    #: ``https://…`` or ``file://…``
    url: str
    #: Unique among the source's documents.
    guid: str
    #: Publisher's name, unless the document names its own.
    outlet: str
    #: File name; empty for the web.
    name: str = ""
    content_type: str = ""
    #: Modification time of the file; None for the web.
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Entries read from a document."""

    entries: tuple[Entry, ...]
    #: The feed's own title; empty for other kinds.
    title: str = ""
    #: Parts that could not be read, one line each.
    problems: tuple[str, ...] = ()


#: Opens the front matter of a file.
_FENCES = (b"---\n", b"---\r\n", b"+++\n", b"+++\r\n")


def read_document(document: Document, source: Source, *, seen: datetime) -> Contents:
    """The document's entries. Raises ``SourceError`` if it has none."""
    kind = detect_kind(document.data, content_type=document.content_type, name=document.name)
    if kind is DocumentKind.MAIL:
        return _mail(document, source, seen)
    if kind in {DocumentKind.FEED, DocumentKind.JSON}:
        return _feed(document, source, kind, seen)
    if kind is DocumentKind.HTML and not document.data.startswith(_FENCES):  # a static site's post: no whole page
        return Contents(entries=(_page(document, source, seen),))
    if kind in {DocumentKind.HTML, DocumentKind.TEXT, DocumentKind.MARKDOWN}:
        return Contents(entries=(_text(document, source, kind, seen),))
    raise SourceError(_unreadable(kind, document.data))


def _unreadable(kind: DocumentKind, data: bytes) -> str:
    if kind is DocumentKind.BINARY:
        return f"{describe_binary(data)}, not an article: give text, Markdown, HTML or a feed"
    if kind is DocumentKind.OPML:
        return "a list of feeds (OPML), not an article: give it by itself, or `digest sources import` it"
    return "a site map, not an article: give its address on the web"


def _feed(document: Document, source: Source, kind: DocumentKind, seen: datetime) -> Contents:
    from digest.collect.feeds.json_feed import read_json_feed
    from digest.collect.feeds.parser import drop_unreadable, feed_entries, limit_feed, read_feed
    from digest.text.html import plain_text

    if kind is DocumentKind.JSON:
        feed = read_json_feed(document.data, content_type=document.content_type, url=document.url)
    else:
        feed = read_feed(document.data, content_type=document.content_type, url=document.url)
    feed, unreadable_note = drop_unreadable(feed, source)
    feed, limit_note = limit_feed(feed)
    entries, duplicates_note = feed_entries(feed, source, url=document.url, seen=seen)
    problems = tuple(filter(None, (unreadable_note, limit_note, duplicates_note)))
    return Contents(entries=entries, title=plain_text(feed.title), problems=problems)


def _mail(document: Document, source: Source, seen: datetime) -> Contents:
    from digest.collect.mails.eml_files import read_eml

    mail = read_eml(document.data, source, place=document.guid, modified=document.modified, seen=seen)
    return Contents(entries=mail.entries, problems=mail.problems)


def _page(document: Document, source: Source, seen: datetime) -> Entry:
    from digest.collect.documents.standfirst import with_standfirst
    from digest.collect.pages.extract import read_page
    from digest.collect.pages.notice import no_article_error

    page = read_page(document.data, content_type=document.content_type, url=document.url, selector=source.selector)
    if page.notice is not None:
        raise no_article_error(page.notice)
    metadata = _without_foreign_identity(page.metadata, document.url)
    return Entry(
        source_id=source.id,
        guid=document.guid,
        url=metadata.url or document.url,
        title=metadata.title,
        body=with_standfirst(page.body, escape(metadata.description, quote=False)),
        form=BodyFormat.HTML,
        seen=seen,
        source=metadata.site or outlet_domain(metadata.url) or document.outlet,
        author=metadata.author,
        published=metadata.published or document.modified,
        language=metadata.language,
        image=metadata.image,
        sections=metadata.sections,
    )


def _without_foreign_identity(metadata: PageMetadata, url: str) -> PageMetadata:
    """Drop the address and the site's name if a page on the web names another site as its own.

    Any page may claim to be another outlet's article. A file on this machine has no site of its own.
    """
    is_foreign = is_web_url(url) and metadata.url and outlet_domain(metadata.url) != outlet_domain(url)
    return replace(metadata, url="", site="") if is_foreign else metadata


def _text(document: Document, source: Source, kind: DocumentKind, seen: datetime) -> Entry:
    fields, body = split_front_matter(decode(document.data, document.content_type))
    title = _first(fields, "title")
    if kind is DocumentKind.MARKDOWN:
        heading, remaining = split_title(body)
        title, body = (title or heading), (remaining if title in {"", heading} else body)
    # A text without front matter has no title yet: `clean` finds it, since it can tell a headline from boilerplate.
    if not body.strip():
        raise SourceError("the file is empty: put an article in it")
    declared = next(filter(is_web_url, fields.get("url", ())), "")
    body = _with_description(_first(fields, "description"), body)
    is_markdown = kind is DocumentKind.MARKDOWN and len(body) < _MAX_MARKDOWN
    author = _first(fields, "author")
    form = BodyFormat.HTML if kind is DocumentKind.HTML else BodyFormat.MARKDOWN if is_markdown else BodyFormat.TEXT
    if form is not BodyFormat.TEXT:  # the titles and authors of markup are HTML
        author = escape(author, quote=False)
        title = escape(title, quote=False) if "title" in fields else _escape_code(title)
    return Entry(
        source_id=source.id,
        guid=document.guid,
        url=declared or document.url,
        title=title,
        body=body,
        form=form,
        seen=seen,
        source=_first(fields, "source") or outlet_domain(declared) or document.outlet,
        author=author,
        published=next(filter(None, map(parse_date, fields.get("date", ()))), document.modified),
        language=_first(fields, "language"),
        image=_image(fields),
        sections=tuple(
            chain.from_iterable(declared_sections(names.split(",")) for names in fields.get("sections", ()))
        ),
    )


def _image(fields: FrontMatter) -> Image | None:
    url = next(filter(is_web_url, fields.get("image", ())), "")
    if not url:
        return None
    from digest.collect.pages.metadata import parse_pixels  # imports lxml

    width, height = (parse_pixels(_first(fields, f"image_{side}")) for side in ("width", "height"))
    return Image(url=url, alt=_first(fields, "image_alt"), width=width, height=height)


def _first(fields: FrontMatter, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _with_description(description: str, body: str) -> str:
    """The text with its description as the first paragraph, if that is whole sentences and not in the text."""
    is_whole = ends_sentence(description) and not description.endswith(("...", "…"))
    if not is_whole or " ".join(description.split()) in " ".join(body.split()):
        return body
    return f"{description}\n\n{body.lstrip()}"


def _escape_code(heading: str) -> str:
    return _CODE.sub(lambda code: escape(code[0], quote=False), heading)
