"""Which elements a CSS selector selects: looked up for what style sheets mostly consist of, else asked of lxml.

Premailer searches the whole page for each selector, which is half of its time. But for tags and classes within one
another all that counts of an element is its *kind*: its tag, its classes, and the kind of what it stands in. A page of
thirty stories has few kinds, and so have all pages of a template: whether a selector selects one is asked once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]  # it has no types

Element = Any  # lxml has no types
Selector = Callable[[Element], Sequence[Element]]
_NAME = r"-?[A-Za-z_][\w-]*"
_COMPOUND = rf"(?:{_NAME}|\.{_NAME})(?:\.{_NAME})*"
#: ``td``, ``.lead``, ``td.lead``, and one within another.
_SIMPLE = re.compile(rf"{_COMPOUND}(?: +{_COMPOUND})*", re.ASCII)
_PART = re.compile(rf"\.?{_NAME}", re.ASCII)
#: Kinds remembered; a template has a few dozen.
_KINDS = 4096


@functools.lru_cache(maxsize=1024)
def selector(css: str) -> Selector:
    """Gives the elements of a page that the selector selects, kind by kind."""
    if not _SIMPLE.fullmatch(css):
        return cast(Selector, CSSSelector(css))
    wanted = tuple(frozenset(_PART.findall(compound)) for compound in css.split())
    return lambda page: [
        element for kind, elements in _by_kind(page).items() if kind.is_selected(wanted) for element in elements
    ]


def forget() -> None:
    """The page is done."""
    _by_kind.cache_clear()


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Elements that no simple selector can tell apart."""

    #: The tag, and the classes with their dots.
    names: frozenset[str]
    within: _Kind | None
    _asked: dict[tuple[frozenset[str], ...], bool] = field(default_factory=dict)

    def is_selected(self, wanted: tuple[frozenset[str], ...]) -> bool:
        known = self._asked.get(wanted)
        if known is None:
            known = self._asked[wanted] = self._is_selected(wanted)
        return known

    def _is_selected(self, wanted: tuple[frozenset[str], ...]) -> bool:
        *outer, last = wanted
        above = self.within if last <= self.names else None
        while outer and above:
            if outer[-1] <= above.names:
                outer.pop()
            above = above.within
        return last <= self.names and not outer


@functools.lru_cache(maxsize=_KINDS)
def _kind(within: _Kind | None, tag: str, classes: str | None) -> _Kind:
    return _Kind(frozenset((tag, *(f".{one}" for one in (classes or "").split()))), within)


@functools.lru_cache(maxsize=1)
def _by_kind(page: Element) -> dict[_Kind, list[Element]]:
    """The page's elements; as long as they are held, lxml gives the same objects for them."""
    found: dict[_Kind, list[Element]] = {}
    kinds: dict[Element, _Kind] = {}
    for element in page.iter("*"):
        kind = kinds[element] = _kind(kinds.get(element.getparent()), element.tag, element.get("class"))
        found.setdefault(kind, []).append(element)
    return found
