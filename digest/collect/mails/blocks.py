"""Blocks of a mail's text with their links: what HTML and plain text are converted to. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``row``: the short cells of a table of data; ``rule``: a line across the mail; ``image``: a picture.
MailBlockKind = Literal["prose", "item", "heading", "row", "rule", "image"]

#: Blocks of a mail that are read, at most: a long newsletter has a thousand, and cleaning reads as many of an article.
MAX_BLOCKS = 5_000
#: Size of text without a size of its own, in pixels.
DEFAULT_SIZE = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLink:
    """A link's text and address, as in the mail."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBlock:
    """A paragraph, heading, item, line or picture of a mail. Its text is one line, repaired."""

    text: str
    kind: MailBlockKind = "prose"
    links: tuple[MailLink, ...] = ()
    #: Shares of its characters in links and in bold, from 0 to 1.
    link_share: float = 0.0
    bold_share: float = 0.0
    #: Text in bold that it begins with.
    lead: str = ""
    #: Of most of its characters, in pixels.
    size: float = DEFAULT_SIZE
    #: It goes on in the line below its title, or is another line of the same paragraph.
    follows_directly: bool = False
    #: Width and height of a picture, in pixels.
    width: int = 0
    height: int = 0

    @property
    def words(self) -> int:
        return self.text.count(" ") + bool(self.text)
