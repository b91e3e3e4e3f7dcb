"""Elements of a feed as the strict parser reads them: their texts and their categories. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from digest.collect.documents.sections import declared_sections
from digest.collect.feeds.namespaces import ATOM, DC

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

_CATEGORIES = ("category", f"{DC}subject", f"{ATOM}category")
#: Children of an element by tag.
Children = Mapping[str, Sequence["_Element"]]


class AmbiguousError(Exception):
    """The feed has something that the parsers may read differently."""


def untyped_text(element: _Element) -> str:
    """Return the text of an element that has no type attribute and no child elements."""
    if len(element) or element.get("type") is not None or element.get("mode"):
        raise AmbiguousError
    return (element.text or "").strip()


def typed_text(element: _Element) -> str:
    """Return the text of an element of type text or HTML without child elements."""
    if len(element) or element.get("type") not in {None, "text", "html"}:
        raise AmbiguousError
    return (element.text or "").strip()


def categories(children: Children) -> tuple[str, ...]:
    """Return the names of the categories."""
    elements = [element for tag in _CATEGORIES for element in children.get(tag, ())]
    return declared_sections(map(_category, elements)) if elements else ()


def _category(element: _Element) -> str:
    name, text = element.get("label") or element.get("term") or "", untyped_text(element)
    if name and text:
        raise AmbiguousError
    return name or text
