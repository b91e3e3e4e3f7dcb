"""Options of rendering: template, brand, links and optional lists; no content."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from digest.model.newsletters import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Links of the footer; an empty link is not shown. They may contain ``TOKEN_PLACEHOLDERS``."""

    web: str = ""
    preferences: str = ""
    unsubscribe: str = ""
    #: The page of all editions.
    archive: str = ""
    #: The page on which others subscribe.
    subscribe: str = ""
    #: Below it are the pages of stories with all their updates. Not in the footer.
    stories: str = ""
    #: The page on which a subscriber says which stories were useful; a story's own page is below it. Not in the footer.
    feedback: str = ""

    def __bool__(self) -> bool:
        return bool(self.web or self.preferences or self.unsubscribe or self.archive or self.subscribe)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """Options for one newsletter's editions."""

    #: A template's name, or the path of a template's folder.
    template: str | Path = "briefing"
    #: Folders searched for templates by name, before the shipped templates.
    folders: tuple[Path, ...] = ()
    brand: Brand = field(default_factory=Brand)
    links: Links = Links()
    #: Why the subscriber gets this mail: one sentence in the footer.
    subscription_reason: str = ""
    #: List the articles that were left out, with reasons.
    show_left_out: bool = False
    #: List the sources that could not be read.
    show_failures: bool = False
