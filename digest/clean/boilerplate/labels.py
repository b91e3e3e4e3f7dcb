"""What a line of a document is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum


class Verdict(StrEnum):
    """What a line is; all but ``BODY`` are furniture."""

    BODY = "body"
    TITLE = "title"
    HEADING = "heading"
    #: It stands in most of the source's articles.
    KNOWN = "known"
    LINKS = "links"
    CREDIT = "credit"
    CAPTION = "caption"
    SITE = "site"
    #: It ends as no sentence does: a heading, a caption, a label.
    UNFINISHED = "unfinished"
    REPEATED = "repeated"
    KEY_POINT = "key point"


#: The commonest by far: an enumeration's members are slow to look up.
BODY = Verdict.BODY

#: Lines, by their places, and what they turn out to be.
Marks = Iterator[tuple[int, Verdict]]
