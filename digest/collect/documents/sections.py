"""Sections under which a source files an item: a feed's categories, a page's section, tags. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape

#: A longer list holds tags, each of which says little about the item.
_MAX_SECTIONS = 3
#: Characters of a section's name, at most.
_MAX_LENGTH = 80


def declared_sections(names: Iterable[str]) -> tuple[str, ...]:
    """The names, plain and sorted; none if there are so many that they are tags."""
    plain = {" ".join(unescape(name).split()) for name in names}
    sections = sorted(name for name in plain if name)
    return tuple(name for name in sections if len(name) <= _MAX_LENGTH) if len(sections) <= _MAX_SECTIONS else ()
