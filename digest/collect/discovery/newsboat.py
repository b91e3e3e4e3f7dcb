"""Feeds of newsboat (and newsbeuter): its file ``urls``. Pure.

Each line has an address and its tags, in quotation marks where they have spaces; a tag ``~Title`` names the feed, a tag
that starts with ``!`` hides it in newsboat's list. ``#`` starts a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.collect.discovery.address import parse_web_address
from digest.collect.discovery.opml import FeedList, with_ids
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.text.credentials import without_credentials
from digest.text.urls import is_web_url

#: Quoted, with escaped characters inside; or up to the next space.
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\S+)')
_ESCAPED = re.compile(r"\\(.)")
#: Addresses that are no feeds: what they stand for.
_UNREADABLE = {
    "query": "a search in newsboat's own articles",
    "exec": "the output of a command",
    "filter": "a feed behind a command",
    "file": "a file: name its folder or the file itself as a source",
}
_MAX_TITLE = 500


def read_newsboat(data: bytes) -> FeedList:
    """Parse ``urls``: the first tag becomes the section. Raises ``SourceError`` if it lists no feed."""
    sources: dict[str, Source] = {}
    problems: list[str] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        tokens = [*_tokens(line)]
        if not tokens:
            continue
        source = _source(tokens[0], tokens[1:])
        if source is None:
            problems.append(f"line {number} is left out: {_reason(tokens[0])}")
        else:
            sources.setdefault(source.url, source)
    if not sources:
        raise SourceError("there is no feed in this list of newsboat: check that its lines start with web addresses")
    return FeedList(sources=with_ids(sources.values()), problems=tuple(problems))


def _tokens(line: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line):
        if match[2] and match[2].startswith("#"):
            return
        yield _ESCAPED.sub(r"\1", match[1]) if match[2] is None else match[2]


def _source(address: str, tags: Sequence[str]) -> Source | None:
    scheme = address.partition(":")[0].lower()
    url = "" if scheme in _UNREADABLE else parse_web_address(address)
    if not is_web_url(without_credentials(url)):
        return None
    titles = [tag[1:] for tag in tags if tag.startswith("~")]
    sections = [tag for tag in tags if tag and tag[0] not in "~!"]
    return Source(id=url, url=url, title=_one_line([*titles, ""][0]), section=_one_line([*sections, ""][0]))


def _reason(address: str) -> str:
    return _UNREADABLE.get(address.partition(":")[0].lower(), "no web address")


def _one_line(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))[:_MAX_TITLE]
