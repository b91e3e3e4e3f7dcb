"""Premailer, set up for a skeleton. Importing this imports premailer, which is slow: import it where it is used."""

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

from digest.render.selectors import forget, selector

_OPTIONS = {
    "strip_important": False,  # else the rules for phones and for the dark lose to the tags
    "disable_basic_attributes": ["width", "height", "bgcolor"],
    "preserve_internal_links": True,
    "allow_network": False,
    "disable_validation": True,
    "cssutils_logging_level": logging.CRITICAL,
}


def inline(html: str) -> str:
    """The page with its styles in the tags."""
    try:
        return str(_Premailer(html, **_OPTIONS).transform(pretty_print=False))
    finally:
        forget()


class _Premailer(Premailer):  # type: ignore[misc]  # it has no types
    """Premailer that reads a style sheet once, and knows which of two selectors is the more specific."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        rules, leftover = _rules(css_body, ruleset_index)
        return list(rules), list(leftover)

    def _style_to_basic_html_attributes(self, element: Any, style_content: str, force: bool = False) -> None:
        # Of all that it makes attributes of, the options leave it these two.
        if "-align" in style_content:
            super()._style_to_basic_html_attributes(element, style_content, force=force)


Pair = tuple[str, str]


def _merged(own: str, rules: Sequence[Sequence[Pair]], *_: object, **__: object) -> str:
    """An element's style: the rules from the weakest to the strongest, its own ``style`` attribute among them.

    Premailer's own lets the attribute win against ``!important``, and leaves a property where it first stood, so that
    ``margin: 0`` after ``margin-left: 1px`` loses.
    """
    return _style(own, tuple(itertools.chain.from_iterable(rules)))


@functools.lru_cache(maxsize=1024)
def _style(own: str, told: Sequence[Pair]) -> str:
    if own:
        told = sorted([*told, *premailer.csstext_to_pairs(own)], key=_is_important)
    style: dict[str, str] = {}
    for name, value in told:
        if name in style and _overlaps(name, style):
            del style[name]
        style[name] = value
    return "; ".join(f"{name}:{value}" for name, value in style.items() if value.lower() != "unset")


def _is_important(pair: Pair) -> bool:
    return pair[1].endswith("!important")


def _overlaps(name: str, others: Iterable[str]) -> bool:
    return any(other.startswith(f"{name}-") or name.startswith(f"{other}-") for other in others)


# The library takes these two from its module; this is its method with others, and the module stays as it is.
_Premailer.transform = FunctionType(
    Premailer.transform.__code__,
    {**vars(premailer), "merge_styles": _merged, "_create_cssselector": selector},
    argdefs=Premailer.transform.__defaults__,
)


@functools.lru_cache(maxsize=64)
def _rules(css: str, index: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    rules, leftover = Premailer("", **_OPTIONS)._parse_style_rules(css, index)
    weighed = ((_weight(weight, selector), selector, style) for weight, selector, style in rules)
    return tuple(weighed), tuple(leftover)


def _weight(weight: tuple[int, ...], selector: str) -> tuple[int, ...]:
    """Premailer counts signs: to it ``a > b`` is one element, and ``[dir]`` nothing."""
    try:
        return (weight[0], *parse(selector)[0].specificity(), *weight[4:])
    except SelectorError:
        return weight
