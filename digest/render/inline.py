"""Premailer over a skeleton: styles go into the tags, what can't go there stays in a `<style>` as it was written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.render.placeholders import PLACEHOLDER

#: What premailer drops or rewrites, and mail programs read in a `<style>`: at-rules, Outlook's dark mode, ``*``.
_KEPT = re.compile(r"@|[^{]*(?:\[data-ogs[cb]\]|\*(?!=))")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_ANY_STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BY_VALUE = re.compile(r"\[\s*([\w-]+)\s*[~|^$*]?=[^\]]*\]|:contains\([^)]*\)")
_WITH_PLACEHOLDER = re.compile(r"([\w-]+)\s*=\s*(?:\"[^\"<>]*?xqv\d|'[^'<>]*?xqv\d|xqv\d)")


#: Above this, Gmail drops a style element whole.
_LONGEST_STYLE = 8192


class UnsupportedCssError(Exception):
    """Something in a style sheet that mail programs, or the way in which mails are made, can't do."""

    def __init__(self, message: str, *, css: str = "", hint: str) -> None:
        super().__init__(message)
        #: As it stands in the style sheet; empty for all of it.
        self.css = css
        self.hint = hint


@functools.lru_cache(maxsize=128)
def inline_css(skeleton: str) -> tuple[str, ...]:
    """The skeleton inlined and cut at its tokens: text and token numbers in turn.

    Kept by the skeleton's bytes: an edition of a shape that was seen before costs no inlining.
    """
    from digest.render.premailer_adapter import inline  # importing premailer takes longer than all the rest

    html = inline(_STYLE.sub(_parted, _checked(skeleton)))
    size = sum(len(style[0].encode()) for style in _ANY_STYLE.finditer(html))
    if size > _LONGEST_STYLE:
        message = f"{size} bytes of styles that can't go into the tags ({_LONGEST_STYLE} at most)"
        raise UnsupportedCssError(message, hint="mail programs drop the whole of it: leave some of the at-rules out")
    return tuple(PLACEHOLDER.split(html))


def _checked(skeleton: str) -> str:
    for style in _STYLE.finditer(skeleton):
        if nested := _nested(_COMMENT.sub("", style[1])):
            hint = "mail programs drop the whole style element then; join the two conditions with `and`"
            raise UnsupportedCssError(f"{nested} stands within another at-rule", css=nested, hint=hint)
        for found in _BY_VALUE.finditer(style[1]):
            if found[1] is None or found[1] in set(_WITH_PLACEHOLDER.findall(_STYLE.sub("", skeleton))):
                message = f"{found[0]} asks for a value that is only inserted after the styles are"
                raise UnsupportedCssError(message, css=found[0], hint="give the element a class and select that")
    return skeleton


def _nested(css: str) -> str:
    """The first at-rule within another, as it is written up to its brace."""
    depth = 0
    for found in re.finditer(r"\"[^\"]*\"|'[^']*'|[{}]|@[\w-]+[^{};\"'\n]*", css):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth and found[0].startswith("@"):
            return found[0].strip()
    return ""


def _parted(style: re.Match[str]) -> str:
    """One style sheet as two: what premailer puts into the tags, and what it must not touch."""
    sheet = parted(style[1])
    kept = f'<style data-premailer="ignore">{sheet.kept}</style>' if sheet.kept else ""
    return f"<style>{sheet.inline}</style>{kept}" if sheet.inline else kept


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style sheet's rules for the tags, and the rest of it."""

    inline: str
    kept: str


@functools.lru_cache(maxsize=64)
def parted(css: str) -> Sheet:
    """The style sheet parted; comments and white space go, the order stays."""
    inline: list[str] = []
    kept: list[str] = []
    for rule in _rules(" ".join(_COMMENT.sub(" ", css).split())):
        (kept if _KEPT.match(rule) else inline).append(rule)
    return Sheet(inline="".join(inline), kept="".join(kept))


def _rules(css: str) -> Iterator[str]:
    """The rules at the top level, each whole with all that it holds."""
    depth = start = 0
    for brace in re.finditer(r"\"[^\"]*\"|'[^']*'|[{};]", css):
        sign = brace[0]
        if sign not in "{};" or (sign == ";" and depth):
            continue
        depth += {"{": 1, "}": -1, ";": 0}[sign]
        if depth == 0:
            yield css[start : brace.end()].strip()
            start = brace.end()
    if css[start:].strip():
        yield css[start:].strip()
