"""Which elements a CSS selector selects: looked up for what style sheets mostly consist of, else asked of lxml.

Premailer searches the whole page for each selector, which is half of its time.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]  # it has no types

Element = Any  # lxml has no types
Selector = Callable[[Element], Sequence[Element]]
_NAME = r"-?[A-Za-z_][\w-]*"
_COMPOUND = rf"(?:{_NAME}|\.{_NAME})(?:\.{_NAME})*"
#: ``td``, ``.lead``, ``td.lead``, and one within another.
_SIMPLE = re.compile(rf"{_COMPOUND}(?: +{_COMPOUND})*", re.ASCII)
_PART = re.compile(rf"\.?{_NAME}", re.ASCII)


@functools.lru_cache(maxsize=1024)
def selector(css: str) -> Selector:
    """Gives the elements of a page that the selector selects, in the order of the page."""
    if not _SIMPLE.fullmatch(css):
        return cast(Selector, CSSSelector(css))
    *outer, last = (frozenset(_PART.findall(compound)) for compound in css.split())
    return lambda page: _Index.of(page).select(last, outer)


def forget() -> None:
    """The page is done."""
    _Index.of.cache_clear()


class _Index:
    """A page's elements by tag and by class; as long as it lives, lxml gives the same objects for them."""

    def __init__(self, page: Element) -> None:
        self._names: dict[Element, frozenset[str]] = {}
        self._by_name: dict[str, list[Element]] = {}
        for element in page.iter("*"):
            classes = element.get("class")
            names = {element.tag, *(f".{one}" for one in classes.split())} if classes else {element.tag}
            self._names[element] = frozenset(names)
            for name in names:
                self._by_name.setdefault(name, []).append(element)

    @staticmethod
    @functools.lru_cache(maxsize=1)
    def of(page: Any) -> _Index:
        return _Index(page)

    def select(self, last: frozenset[str], outer: Sequence[frozenset[str]]) -> list[Element]:
        rows = [self._by_name.get(name, []) for name in last]
        found = [element for element in min(rows, key=len) if last <= self._names[element]]
        return [element for element in found if self._is_within(element, outer)] if outer else found

    def _is_within(self, element: Element, outer: Sequence[frozenset[str]]) -> bool:
        wanted = list(outer)
        for above in element.iterancestors():
            if not wanted:
                break
            if wanted[-1] <= self._names[above]:
                wanted.pop()
        return not wanted
