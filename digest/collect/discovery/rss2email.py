"""Feeds of rss2email 3: its configuration, ``rss2email.cfg``. Pure.

Version 2 kept its feeds in ``feeds.dat``, a pickle, which may run code when it is read: its own export as OPML is asked
for instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser, Error, SectionProxy
from dataclasses import dataclass

from digest.collect.discovery.address import parse_web_address
from digest.collect.discovery.opml import FeedList, with_ids
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.text.credentials import without_credentials
from digest.text.urls import is_web_url

_SECTION = "feed."
#: First bytes of a pickle: protocol 2 and later, and lists or dictionaries of 0 and 1.
_PICKLE = (b"\x80", b"(l", b"(d", b"]q", b"}q", b"ccopy_reg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rss2Email:
    """Configuration of rss2email, as far as it is taken over."""

    feeds: FeedList
    #: The address that it mails to, as written; empty if there is none.
    to: str = ""


def read_rss2email(data: bytes) -> Rss2Email:
    """Parse ``rss2email.cfg``. Raises ``SourceError`` if it is another file or lists no active feed."""
    if data.startswith(_PICKLE):
        raise SourceError("this is feeds.dat of rss2email 2: export it with 'r2e opmlexport', and import that as OPML")
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(data.decode("utf-8-sig", "replace"))
    except Error as error:
        raise SourceError("this is no configuration of rss2email (rss2email.cfg)") from error
    problems: list[str] = []
    sources = {source.url: source for source in _sources(parser, problems)}
    if not sources:
        raise SourceError("there is no active feed in this configuration of rss2email")
    feeds = FeedList(sources=with_ids(sources.values()), problems=tuple(problems))
    return Rss2Email(feeds=feeds, to=parser.defaults().get("to", "").partition(",")[0].strip())


def _sources(parser: ConfigParser, problems: list[str]) -> Iterator[Source]:
    for name in parser.sections():
        if not name.startswith(_SECTION):
            continue
        section, title = parser[name], name.removeprefix(_SECTION)
        url = parse_web_address(section.get("url", ""))
        if not _is_active(section):
            problems.append(f"{title} is left out: it is paused there")
        elif not is_web_url(without_credentials(url)):
            problems.append(f"{title} is left out: no web address")
        else:
            yield Source(id=url, url=url, title="".join(filter(str.isprintable, title)))


def _is_active(section: SectionProxy) -> bool:
    try:
        return section.getboolean("active", fallback=True)
    except ValueError:
        return True
