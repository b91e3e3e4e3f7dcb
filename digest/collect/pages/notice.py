"""Kinds of pages that are no articles."""

from __future__ import annotations

import enum
import re

from digest.model.errors import SourceError
from digest.text.lazy_regex import lazy_compile


class Notice(enum.Enum):
    """Kind of page that is no article, with the reason in a message."""

    BOT_CHECK = "it refuses access, or checks whether its visitor is a robot"
    LOGIN = "it asks for a login"
    CONSENT = "it asks for consent to cookies or advertising"
    PAYWALL = "its text is for subscribers only"
    NOT_FOUND = "it says that there is no such page"
    PARKED = "its domain is for sale, or its server shows a placeholder"
    NEEDS_SCRIPT = "it shows its text only with JavaScript"
    OUT_OF_ORDER = "it says that its site is out of order"
    DIRECTORY = "it lists files in a directory"
    CHANNEL = "it is the page of a channel or an account, with its posts"
    LIST = "this page lists articles, and leads to no feed or site map"
    EMPTY = "there is no article text in this page"


_ADVICE = {
    Notice.NOT_FOUND: "check the address",
    Notice.PARKED: "check the address",
    Notice.OUT_OF_ORDER: "try later",
    Notice.DIRECTORY: "give the address of a file",
    Notice.LIST: "give the address of a feed, or of one article",
    Notice.EMPTY: "look for its feed, or give the source a selector",
}
#: A later try may give the article.
_TEMPORARY = {Notice.BOT_CHECK, Notice.OUT_OF_ORDER}


def no_article_error(notice: Notice) -> SourceError:
    """The error of a page that is no article."""
    advice = _ADVICE.get(notice, "look for its feed, or for one of its articles that is open to all")
    return SourceError(f"no article here: {notice.value}: {advice}", temporary=notice in _TEMPORARY)


def compile_phrases(alternatives: str) -> re.Pattern[str]:
    """Compile alternatives that are separated by " | "; line ends count as spaces."""
    return lazy_compile("|".join(" ".join(alternatives.split()).split(" | ")))
