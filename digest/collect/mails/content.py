"""Content of a newsletter's mail: an entry for each of its stories, with title, link, sender, date and text. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import getaddresses
from html import escape

from digest.collect.mails.blocks import MailBlock
from digest.collect.mails.headers import MailHeaders, header_text, read_headers
from digest.collect.mails.html_blocks import blocks_of_html
from digest.collect.mails.links import Reader, clean_link
from digest.collect.mails.parts import MailParts, mails_within, no_article, parse_message, read_parts
from digest.collect.mails.phrases import is_service
from digest.collect.mails.plain_blocks import blocks_of_text
from digest.collect.mails.stories import MailStory, split_stories
from digest.collect.mails.story_body import clean_text, story_html, story_image
from digest.collect.mails.strip import without_boilerplate
from digest.model.articles import BodyFormat, Entry
from digest.model.newsletters import Source
from digest.text.urls import canonical_url

#: Mails within a mail that are read, at most: a mailing list's digest has a day's.
_MAX_MAILS = 50
#: Stories of a mail, at most: the longest round-ups have some hundred.
_MAX_STORIES = 300
#: Headers with the addresses that a mail was sent to.
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "X-Forwarded-To")
_ADDRESS = re.compile(r"<\s*(https?://[^<>\s]+)\s*>")
_FORWARDED = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i|enc|doorst|fs)\s*:\s*", re.IGNORECASE)
#: "Ann Roe from The Quay": the author, and the newsletter.
_AUTHOR = re.compile(r"(?P<author>[^,|]{3,60}?)\s+(?:from|at|von|bei|de|chez|van|da)\s+(?P<outlet>[^a-z].{1,80})")
#: Words of a mail's HTML beside its plain text, at least: HTML with less is only a note.
_MIN_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContents:
    """Entries read from a mail."""

    entries: tuple[Entry, ...] = ()
    #: The mail's subject.
    title: str = ""
    #: Why it has no entries, or fewer than it seems to have; one line each.
    problems: tuple[str, ...] = ()


def read_mail(mail: bytes | Message, source: Source, *, seen: datetime) -> MailContents:
    """Read the mail into entries of ``source``; never raises on any input.

    An essay is one entry, a round-up of links one for each story. The address of an entry is the page's own, without
    anything that names the reader; it is empty where the mail has none.
    """
    message = parse_message(mail) if isinstance(mail, bytes) else mail
    if message is None:
        return MailContents(problems=("a mail is left out: it has too many parts, or they are nested too deep",))
    headers = read_headers(message)
    title = headers.subject or "(no subject)"
    if kind := no_article(message):
        return MailContents(title=headers.subject, problems=(f"{title}: {kind}, no article",))
    messages = mails_within(message)[:_MAX_MAILS] or (message,)
    reader = _reader(message)
    entries = [entry for inner in messages for entry in _entries(inner, headers, source, seen=seen, reader=reader)]
    problems = () if entries else (f"{title}: the mail has no text of its own",)
    return MailContents(entries=tuple(entries), title=headers.subject, problems=problems)


def _reader(message: Message) -> Reader:
    headers = [header_text(message, name, decoded=False) for name in _RECIPIENTS]
    addresses = [address for _, address in getaddresses([header for header in headers if header])]
    return Reader.of(addresses, _ADDRESS.findall(header_text(message, "List-Unsubscribe", decoded=False)))


def _entries(
    message: Message, outer: MailHeaders, source: Source, *, seen: datetime, reader: Reader
) -> Iterator[Entry]:
    headers, parts = read_headers(message), read_parts(message)
    title = _FORWARDED.sub("", headers.subject or outer.subject)
    outlet, author = _outlet_and_author(headers if headers.sender_address else outer, source)
    blocks = _blocks(parts)
    stories = split_stories(without_boilerplate(blocks))[:_MAX_STORIES]
    guid = _guid(headers, parts)
    for story in stories:
        url = _story_url(story, reader) if story.title else _own_url(blocks, title, reader)
        body = story_html(story, reader)
        if not body and not (url and story.title):
            continue
        yield Entry(
            source_id=source.id,
            guid=f"{guid}#{_story_id(url, story.title)}" if story.title else guid,
            url=url,
            title=escape(clean_text(story.title or title, reader), quote=False),  # the titles of markup are HTML
            body=body,
            form=BodyFormat.HTML,
            seen=seen,
            source=escape(outlet, quote=False),
            author="" if story.title else escape(author, quote=False),
            published=headers.sent or outer.sent,
            language=headers.language,
            image=story_image(story, reader),
            sections=(clean_text(story.section, reader),) if story.section else (),
        )


def _blocks(parts: MailParts) -> tuple[MailBlock, ...]:
    """The blocks of the HTML, or of the plain text if the HTML has little of it."""
    blocks = blocks_of_html(parts.html) if parts.html.strip() else ()
    if not parts.text.strip():
        return blocks
    words = sum(block.words for block in blocks if block.kind != "image")
    plain = blocks_of_text(parts.text) if words < 200 or not blocks else ()
    return plain if words < _MIN_SHARE * sum(block.words for block in plain) else blocks


def _outlet_and_author(headers: MailHeaders, source: Source) -> tuple[str, str]:
    name = headers.sender_name
    if match := _AUTHOR.fullmatch(name):
        return match["outlet"], match["author"]
    return name or headers.sender_address.rpartition("@")[2] or source.title or source.id, name


def _story_url(story: MailStory, reader: Reader) -> str:
    return next(filter(None, (clean_link(link.url, reader) for link in story.links[:5])), "")


def _own_url(blocks: Sequence[MailBlock], title: str, reader: Reader) -> str:
    """The public address of the mail's essay: of a link that is its title, or of its web version."""
    wanted = _normalized(title)
    links = [link for block in blocks for link in block.links if block.kind != "image"]
    titled = [link for link in links if wanted and _normalized(link.text) == wanted]
    web = [link for block in blocks if is_service(block.text) for link in block.links]
    return next(filter(_is_article, (clean_link(link.url, reader) for link in (*titled[:3], *web[:5]))), "")


def _is_article(url: str) -> bool:
    """Does the address name an article, not a site or an action on it?"""
    path = url.partition("//")[2].partition("/")[2]
    return len(path.strip("/")) > 2 and canonical_url(url) == url


def _normalized(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _story_id(url: str, title: str) -> str:
    return hashlib.sha256((url or title).encode(errors="replace")).hexdigest()[:16]


def _guid(headers: MailHeaders, parts: MailParts) -> str:
    """The Message-ID; of a mail without one a hash of its content."""
    if headers.message_id:
        return headers.message_id
    content = "\0".join((headers.subject, headers.sender_address, str(headers.sent), parts.html, parts.text))
    return "sha256:" + hashlib.sha256(content.encode(errors="replace")).hexdigest()
