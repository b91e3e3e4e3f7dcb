"""What the program asks of its replaceable parts; each has two implementations or more.

A part is named in the settings by a short name; ``app.py`` puts the named one in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.model import Article, Entry, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What is remembered of a source; first what its server gave to ask "has it changed?" with (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""
    #: Where they were given, if not at the source's own address: its feed as discovered, or where it moved for good.
    url: str = ""
    #: Its server asked not to be visited before then.
    not_before: datetime | None = None
    #: The guids of the entries that it brought before.
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one visit to one source brought."""

    source: Source
    entries: tuple[Entry, ...]
    #: The source's own title, as published; empty if it has none.
    title: str = ""
    validators: Validators = Validators()
    #: The server said that nothing changed since the last visit.
    unchanged: bool = False
    #: Parts of the source that could not be read, one line each (a file in a folder, say).
    problems: tuple[str, ...] = ()


class Collector(Protocol):
    """Visits one source. Raises ``sources.SourceError`` with one clear line if it can't be read."""

    async def __call__(self, source: Source, validators: Validators) -> Collected: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long a brief may be: at most ``words`` if set, else ``sentences``; sentences are never cut."""

    sentences: int = 3
    words: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that a brief may use, and where it stands."""

    text: str
    article: Article
    #: 0 for the article's first sentence.
    position: int
    #: 0 for the article's first paragraph.
    paragraph: int


class Summarizer(Protocol):
    """Chooses the sentences that tell a story, in reading order, none twice, within the budget."""

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]: ...
