"""Corrections: sentences that an edition quoted, and that their article no longer has."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

#: An article is compared for so long after an edition quoted it first.
WATCH_PERIOD = timedelta(days=14)


class CorrectionKind(enum.StrEnum):
    """What the outlet did."""

    #: It changed the sentence.
    CHANGED = "changed"
    #: It removed the sentence.
    REMOVED = "removed"
    #: It changed the headline.
    TITLE = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A sentence or headline as an edition quoted it, and as the article has it now; both verbatim."""

    #: In the store; 0 until it is stored.
    id: int = 0
    article_id: str
    source_id: str
    kind: CorrectionKind
    before: str
    #: Empty if the sentence was removed.
    after: str
    #: The outlet's own note about its correction, as it stands on the page; empty without one.
    note: str
    #: Headline, address, outlet and language of the article.
    title: str
    url: str
    source: str
    language: str
    #: When an edition quoted it first, and when the change was found.
    told: datetime
    found: datetime
    #: Why no edition reports it: too many of its source's articles changed at once. Empty if nothing is held.
    held: str = ""
