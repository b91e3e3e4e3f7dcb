"""Premailer, set up for a skeleton. Importing it imports premailer, which is slow: import it where it is used."""

from __future__ import annotations

import functools
import itertools
import logging
import os
from collections.abc import Iterable, Sequence
from types import FunctionType
from typing import Any

# Its one cache of 128 entries serves three functions and thrashes at 150 rules; it is sized on import.
os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", "8192")

from cssselect import parse
from cssselect.parser import SelectorError
from premailer import Premailer, premailer  # type: ignore[import-untyped]  # it has no types

from digest.render.selectors import clear_page_cache, compile_selector

_OPTIONS = {
    "strip_important": False,  # else rules for phones and for dark mode lose to style attributes
    "disable_basic_attributes": ["width", "height", "bgcolor"],
    "preserve_internal_links": True,
    "allow_network": False,
    "disable_validation": True,
    "cssutils_logging_level": logging.CRITICAL,
}
#: A CSS property's name and value.
Property = tuple[str, str]


def run_premailer(html: str) -> str:
    """Move the rules of the page's style elements into style attributes."""
    try:
        return str(_Premailer(html, **_OPTIONS).transform(pretty_print=False))
    finally:
        clear_page_cache()


class _Premailer(Premailer):  # type: ignore[misc]  # it has no types
    """Premailer that parses a style sheet once, and computes specificity as CSS does."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        rules, leftover = _parse_rules(css_body, ruleset_index)
        return list(rules), list(leftover)

    def _style_to_basic_html_attributes(self, element: Any, style_content: str, force: bool = False) -> None:
        # The options leave it only `align` and `valign` to set.
        if "-align" in style_content:
            super()._style_to_basic_html_attributes(element, style_content, force=force)


def _merge_styles(own_style: str, rules: Sequence[Sequence[Property]], *_: object, **__: object) -> str:
    """An element's style: rules from the weakest to the strongest, its own ``style`` attribute among them.

    In premailer's own version the attribute wins against ``!important``, and a property stays where it first stood, so
    that ``margin: 0`` after ``margin-left: 1px`` loses.
    """
    return _style(own_style, tuple(itertools.chain.from_iterable(rules)))


@functools.lru_cache(maxsize=1024)
def _style(own_style: str, properties: Sequence[Property]) -> str:
    if own_style:
        properties = sorted([*properties, *premailer.csstext_to_pairs(own_style)], key=_is_important)
    style: dict[str, str] = {}
    for name, value in properties:
        if name in style and _overlaps(name, style):
            del style[name]
        style[name] = value
    return "; ".join(f"{name}:{value}" for name, value in style.items() if value.lower() != "unset")


def _is_important(css_property: Property) -> bool:
    return css_property[1].endswith("!important")


def _overlaps(name: str, names: Iterable[str]) -> bool:
    """Is the property the shorthand of one of the others (``margin`` of ``margin-left``), or the reverse?"""
    return any(existing.startswith(f"{name}-") or name.startswith(f"{existing}-") for existing in names)


# `transform` takes these two functions from its module and offers no hook. This is its code with other globals; the
# module itself stays as it is. It depends on the exact release, so pyproject.toml pins it.
_Premailer.transform = FunctionType(
    Premailer.transform.__code__,
    {**vars(premailer), "merge_styles": _merge_styles, "_create_cssselector": compile_selector},
    argdefs=Premailer.transform.__defaults__,
)


@functools.lru_cache(maxsize=64)
def _parse_rules(css: str, index: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    rules, leftover = Premailer("", **_OPTIONS)._parse_style_rules(css, index)
    weighted = ((_specificity(weight, selector), selector, style) for weight, selector, style in rules)
    return tuple(weighted), tuple(leftover)


def _specificity(weight: tuple[int, ...], selector: str) -> tuple[int, ...]:
    """Premailer's weight with the selector's real specificity: premailer takes ``a > b`` for one element."""
    try:
        return (weight[0], *parse(selector)[0].specificity(), *weight[4:])
    except SelectorError:
        return weight
