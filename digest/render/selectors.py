"""CSS selectors: simple ones are matched once for each kind of element, others by lxml.

Premailer searches the whole page for each selector, which takes half of its time. For a selector of tags and classes
within one another, an element's *kind* decides: its tag, its classes, and the kind of its parent. A page of thirty
stories has few kinds, and so have all pages of a template, so the answers are cached by kind.
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
#: ``td``, ``.lead``, ``td.lead``, and descendants such as ``.lead a``.
_SIMPLE_SELECTOR = re.compile(rf"{_COMPOUND}(?: +{_COMPOUND})*", re.ASCII)
_TAG_OR_CLASS = re.compile(rf"\.?{_NAME}", re.ASCII)
#: Cached kinds; a template has a few dozen.
_MAX_KINDS = 4096


@functools.lru_cache(maxsize=1024)
def compile_selector(css: str) -> Selector:
    """A function from a page to the elements that the selector matches, grouped by kind."""
    if not _SIMPLE_SELECTOR.fullmatch(css):
        return cast(Selector, CSSSelector(css))
    compounds = tuple(frozenset(_TAG_OR_CLASS.findall(compound)) for compound in css.split())
    return lambda page: [
        element for kind, elements in _elements_by_kind(page).items() if kind.matches(compounds) for element in elements
    ]


def clear_page_cache() -> None:
    """Release the page that was matched last."""
    _elements_by_kind.cache_clear()


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Elements that no simple selector can tell apart."""

    #: The tag, and the classes with their dots.
    names: frozenset[str]
    parent: _Kind | None
    _cache: dict[tuple[frozenset[str], ...], bool] = field(default_factory=dict)

    def matches(self, compounds: tuple[frozenset[str], ...]) -> bool:
        """Does a selector of these compounds, the outermost first, match elements of this kind?"""
        cached = self._cache.get(compounds)
        if cached is None:
            cached = self._cache[compounds] = self._matches(compounds)
        return cached

    def _matches(self, compounds: tuple[frozenset[str], ...]) -> bool:
        *outer, last = compounds
        ancestor = self.parent if last <= self.names else None
        while outer and ancestor:
            if outer[-1] <= ancestor.names:
                outer.pop()
            ancestor = ancestor.parent
        return last <= self.names and not outer


@functools.lru_cache(maxsize=_MAX_KINDS)
def _kind(parent: _Kind | None, tag: str, classes: str | None) -> _Kind:
    return _Kind(frozenset((tag, *(f".{name}" for name in (classes or "").split()))), parent)


@functools.lru_cache(maxsize=1)
def _elements_by_kind(page: Element) -> dict[_Kind, list[Element]]:
    """The page's elements. While they are referenced, lxml returns the same objects for them."""
    by_kind: dict[_Kind, list[Element]] = {}
    kinds: dict[Element, _Kind] = {}
    for element in page.iter("*"):
        kind = kinds[element] = _kind(kinds.get(element.getparent()), element.tag, element.get("class"))
        by_kind.setdefault(kind, []).append(element)
    return by_kind
