"""Features that a mail's HTML uses, and their support by mail programs in the Can I email data set.

The data comes with npm's package ``caniemail``. Features are found here, by exact names: the package's own search takes
``line-height`` for ``height`` and ``font-size`` for ``font``.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cssutils
import lxml.html
from cssutils.css import CSSMediaRule, CSSRule, CSSStyleDeclaration, CSSStyleRule

from tests.support.checkers import package

cssutils.log.setLevel(logging.CRITICAL)  # it reports every property of the last ten years as unknown

#: Families of mail programs to measure, by the data set's names.
FAMILIES = ("gmail", "apple-mail", "outlook", "yahoo")

_SEMANTIC = ("article", "aside", "footer", "header", "main", "nav", "section")
#: Names that the data set combines into one.
_ALIASES = {
    **dict.fromkeys((f"html-h{level}" for level in range(1, 7)), "html-h1-h6"),
    **dict.fromkeys(("html-ul", "html-ol", "html-dl"), "html-lists"),
    **dict.fromkeys((f"html-{name}" for name in _SEMANTIC), "html-semantics"),
    **dict.fromkeys(("css-margin-inline-start", "css-margin-inline-end"), "css-margin-inline-start-end"),
    **dict.fromkeys(("css-padding-inline-start", "css-padding-inline-end"), "css-padding-inline-start-end"),
    **{f"css-pseudo-class-{name}": f"css-pseudo-element-{name}" for name in ("after", "before")},
    **dict.fromkeys(("css-left", "css-right", "css-top", "css-bottom"), "css-left-right-top-bottom"),
}
_UNITS = re.compile(r"\d(ch|cm|em|ex|in|mm|pc|%|pt|px|rem|vh|vmax|vmin|vw)(?![\w%])")
_FUNCTIONS = re.compile(r"\b(rgba?|clamp|max|min|light-dark|(?:linear|radial|conic)-gradient|calc|var)\(")
_FUNCTION_FEATURES = {"rgb": "rgb", "rgba": "rgba", "calc": "unit-calc", "var": "variables"}
_SELECTOR = {
    "class": r"\.[\w-]", "id": r"#[\w-]", "attribute": r"\[", "universal": r"\*", "type": r"(?:^|[\s>+~])[a-z]",
    "descendant": r"[\w\])*]\s+[\w.#\[*:]", "child": ">", "adjacent-sibling": r"\+", "general-sibling": "~",
    "chaining": r"\.[\w-]+[.#]",
}  # fmt: skip
_MEDIA = ("prefers-color-scheme", "prefers-reduced-motion", "orientation", "hover")


def features(html: str) -> frozenset[str]:
    """Features that the HTML uses, by the data set's names."""
    return frozenset(_ALIASES.get(name, name) for name in _features(html))


def _features(html: str) -> Iterator[str]:
    root = lxml.html.document_fromstring(html)
    if html.lower().startswith("<!doctype html>"):
        yield "html-doctype"
    for element in root.iter():
        if not isinstance(element.tag, str):
            yield "html-comments"
            continue
        yield f"html-{element.tag}"
        yield from _attribute_features(element)
        if element.tag == "style":
            yield from _sheet_features(element.text or "")


def _attribute_features(element: Any) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name == "style":
            yield from _style_features(cssutils.parseStyle(value, validate=False))
            continue
        yield f"html-{name}"
        if name == "href":
            yield "html-anchor-links" if value.startswith("#") else "html-mailto-links" * value.startswith("mailto:")
        if name == "src":
            yield f"image-{value.rpartition('.')[2].lower().replace('jpeg', 'jpg')}"
        if (name, value) == ("name", "color-scheme"):
            yield "html-meta-color-scheme"


def _sheet_features(text: str) -> Iterator[str]:
    if "/*" in text:
        yield "css-comments"
    yield from _rule_features(cssutils.parseString(text, validate=False))


def _rule_features(rules: Iterable[CSSRule]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, CSSStyleRule):
            yield from (f"css-selector-{name}" for name in _selector_features(rule.selectorText))
            yield from (f"css-pseudo-class-{name}" for name in re.findall(r"(?<!:):([a-z-]+)", rule.selectorText))
            yield from _style_features(rule.style)
        elif isinstance(rule, CSSMediaRule):
            yield "css-at-media"
            yield from (f"css-at-media-{name}" for name in _MEDIA if name in rule.media.mediaText)
            yield from _rule_features(rule.cssRules)


def _selector_features(text: str) -> Iterator[str]:
    if "," in text:
        yield "grouping"
    bare = re.sub(r"\[[^]]*]", "[]", text)
    yield from (name for name, form in _SELECTOR.items() for part in bare.split(",") if re.search(form, part.strip()))


def _style_features(style: CSSStyleDeclaration) -> Iterator[str]:
    for css_property in style.getProperties(all=True):
        name, value = css_property.name, css_property.value
        yield f"css-{name}"
        if name.startswith(("padding-", "margin-", "border-")):
            yield f"css-{name.partition('-')[0]}"
        if name == "display":
            yield f"css-display-{value}"
        if css_property.priority:
            yield "css-important"
        yield from ("css-unit-" + unit.replace("%", "percent") for unit in _UNITS.findall(value))
        yield from (
            f"css-{_FUNCTION_FEATURES.get(function, f'function-{function}')}" for function in _FUNCTIONS.findall(value)
        )
        if re.search(r"\b(system-ui|ui-(sans-)?serif|ui-monospace)\b", value):
            yield "css-sytem-ui"  # as the data set spells it


@dataclass(frozen=True, slots=True)
class Support:
    """Percentage of the used features that a family's programs support fully, and partly."""

    full: float
    partial: float

    @property
    def any(self) -> float:
        return self.full + self.partial

    @property
    def score(self) -> float:
        """Percentage in which partial support counts half."""
        return self.full + self.partial / 2


def support(used: Iterable[str], family: str) -> Support:
    """Support of the features by each program of the family, in its newest version in the data set."""
    statuses = [
        [*versions.values()][-1][0]
        for name in used
        for versions in _stats().get(name, {}).get(family, {}).values()
        if versions
    ]
    tested = [status for status in statuses if status in "yan"]
    return Support(100 * tested.count("y") / len(tested), 100 * tested.count("a") / len(tested))


@cache
def _stats() -> dict[str, Any]:
    data = json.loads((package("caniemail") / "data" / "caniemail.json").read_text("utf-8"))
    return {feature["slug"]: feature["stats"] for feature in data["data"]}
