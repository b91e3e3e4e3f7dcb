"""Inline the CSS of a skeleton: rules go into ``style`` attributes, the others stay in a ``<style>`` as written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.render.placeholders import PLACEHOLDER

#: Rules that premailer drops or rewrites, and that mail programs read in a ``<style>``: at-rules, Outlook's dark mode
#: and ``*``.
_STYLE_ELEMENT_RULE = re.compile(r"@|[^{]*(?:\[data-ogs[cb]\]|\*(?!=))")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_ANY_STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: A selector on an attribute's value or on text.
_VALUE_SELECTOR = re.compile(r"\[\s*([\w-]+)\s*[~|^$*]?=[^\]]*\]|:contains\([^)]*\)")
_ATTRIBUTE_WITH_PLACEHOLDER = re.compile(r"([\w-]+)\s*=\s*(?:\"[^\"<>]*?xqv\d|'[^'<>]*?xqv\d|xqv\d)")
#: Gmail drops a larger style element whole.
_MAX_STYLE_BYTES = 8192


class UnsupportedCssError(Exception):
    """CSS that mail programs can't read, or that can't be inlined before values are inserted."""

    def __init__(self, message: str, *, css: str = "", hint: str) -> None:
        super().__init__(message)
        #: The refused part as written in the style sheet; empty for all of it.
        self.css = css
        self.hint = hint


@functools.lru_cache(maxsize=128)
def inline_css(skeleton: str) -> tuple[str, ...]:
    """Inline the CSS, and cut the result at its placeholders: text and positions in turn.

    Cached by the skeleton: an edition that differs from an earlier one only in its values costs no inlining.
    """
    from digest.render.premailer_adapter import run_premailer  # importing premailer takes 0.2 s

    _check_styles(skeleton)
    html = run_premailer(_STYLE.sub(_split_style_element, skeleton))
    size = sum(len(style[0].encode()) for style in _ANY_STYLE.finditer(html))
    if size > _MAX_STYLE_BYTES:
        message = f"{size} bytes of rules that stay in style elements ({_MAX_STYLE_BYTES} at most)"
        raise UnsupportedCssError(message, hint="mail programs drop all of it: leave some of the at-rules out")
    return tuple(PLACEHOLDER.split(html))


def _check_styles(skeleton: str) -> None:
    """Raise UnsupportedCssError for nested at-rules and for selectors on values that are inserted later."""
    for style in _STYLE.finditer(skeleton):
        if nested := _nested_at_rule(_COMMENT.sub("", style[1])):
            hint = "mail programs drop the whole style element then; join the two conditions with `and`"
            raise UnsupportedCssError(f"{nested} is nested in another at-rule", css=nested, hint=hint)
        for selector in _VALUE_SELECTOR.finditer(style[1]):
            attribute = selector[1]
            if attribute is None or attribute in _ATTRIBUTE_WITH_PLACEHOLDER.findall(_STYLE.sub("", skeleton)):
                message = f"{selector[0]} selects by a value that is inserted only after inlining"
                hint = "give the element a class and select that"
                raise UnsupportedCssError(message, css=selector[0], hint=hint)


def _nested_at_rule(css: str) -> str:
    """The first at-rule within another, as written up to its brace; empty if there is none."""
    depth = 0
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|[{}]|@[\w-]+[^{};\"'\n]*", css):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth and match[0].startswith("@"):
            return match[0].strip()
    return ""


def _split_style_element(style: re.Match[str]) -> str:
    """Two style elements: rules for premailer to inline, and rules that it must not touch."""
    sheet = split_rules(style[1])
    remaining = f'<style data-premailer="ignore">{sheet.remaining}</style>' if sheet.remaining else ""
    return f"<style>{sheet.inline}</style>{remaining}" if sheet.inline else remaining


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """A style sheet's rules to inline, and its remaining rules."""

    inline: str
    remaining: str


@functools.lru_cache(maxsize=64)
def split_rules(css: str) -> StyleSheet:
    """Split a style sheet, without comments and white space, in order."""
    inline: list[str] = []
    remaining: list[str] = []
    for rule in _rules(" ".join(_COMMENT.sub(" ", css).split())):
        (remaining if _STYLE_ELEMENT_RULE.match(rule) else inline).append(rule)
    return StyleSheet(inline="".join(inline), remaining="".join(remaining))


def _rules(css: str) -> Iterator[str]:
    """Rules at the top level, each with its content."""
    depth = start = 0
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|[{};]", css):
        character = match[0]
        if character not in "{};" or (character == ";" and depth):
            continue
        depth += {"{": 1, "}": -1, ";": 0}[character]
        if depth == 0:
            yield css[start : match.end()].strip()
            start = match.end()
    if css[start:].strip():
        yield css[start:].strip()
