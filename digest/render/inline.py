"""Premailer over a skeleton: styles go into the tags, what can't go there stays in a `<style>` as it was written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.render.tokens import TOKEN

#: What premailer drops or rewrites, and mail programs read in a `<style>`: at-rules, Outlook's dark mode, ``*``.
_KEPT = re.compile(r"@|[^{]*(?:\[data-ogs[cb]\]|\*(?!=))")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BY_VALUE = re.compile(r"\[\s*([\w-]+)\s*[~|^$*]?=[^\]]*\]|:contains\([^)]*\)")
_TOKENED = re.compile(r"([\w-]+)\s*=\s*(?:\"[^\"<>]*?xqv\d|'[^'<>]*?xqv\d|xqv\d)")


class RefusedSelectorError(Exception):
    """A selector asks for the value of something that only goes in after the inlining."""

    def __init__(self, selector: str) -> None:
        super().__init__(selector)
        self.selector = selector


@functools.lru_cache(maxsize=128)
def inlined(skeleton: str) -> tuple[str, ...]:
    """The skeleton inlined and cut at its tokens: text and token numbers in turn.

    Kept by the skeleton's bytes: an edition of a shape that was seen before costs no inlining.
    """
    from digest.render.premail import inline  # importing premailer takes longer than all the rest

    return tuple(TOKEN.split(inline(_STYLE.sub(_parted, _checked(skeleton)))))


def _checked(skeleton: str) -> str:
    for style in _STYLE.finditer(skeleton):
        for found in _BY_VALUE.finditer(style[1]):
            if found[1] is None or found[1] in set(_TOKENED.findall(_STYLE.sub("", skeleton))):
                raise RefusedSelectorError(found[0])
    return skeleton


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
