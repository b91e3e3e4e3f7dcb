"""What a person chooses about how an edition looks; no content."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from digest.model import Brand

#: Stands in links for the reader's mark until delivery fills it in. Neither HTML nor an address changes these
#: characters; nothing from outside can hold them in this order, or it could draw a reader's mark into its own link.
READER = "(reader.mark)"
#: Stands in the text for what a reader is greeted with.
GREETING = "(reader.greeting)"
#: What is kept out of all text from outside: a template may well put parentheses around it.
BARE_PLACEHOLDERS = tuple(one.strip("()") for one in (READER, GREETING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the footer leads; an empty one is not shown, so that no link is dead. They may hold ``READER``."""

    web: str = ""
    preferences: str = ""
    unsubscribe: str = ""
    #: The page of all editions.
    archive: str = ""

    def __bool__(self) -> bool:
        return bool(self.web or self.preferences or self.unsubscribe or self.archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an edition is dressed."""

    #: A template's name, or the path of a template's folder.
    template: str | Path = "briefing"
    #: Where templates are looked for by name, before the shipped ones.
    folders: tuple[Path, ...] = ()
    brand: Brand = field(default_factory=Brand)
    links: Links = Links()
    #: Why the reader gets this mail, one sentence for the footer.
    reason: str = ""
    #: List what was left out, and why: for the operator, or on request.
    show_left_out: bool = False
    #: List the sources that could not be read.
    show_failures: bool = False
