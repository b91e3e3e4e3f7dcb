"""Opaque tokens in place of values, so that nothing from outside passes through the inliner.

While a template is rendered, each value is kept in a `Values` and a token, numbered by its position, stands in its
place. What a token stands in (text, an attribute, a style) decides how its value is escaped when it goes in, last.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from markupsafe import Markup

from digest.render.lines import tidy

#: Lower case and letters at both ends: an identifier in CSS, a word in HTML, nothing to escape in an address.
TOKEN = re.compile(r"xqv(\d+)vqx")
_TAG = re.compile(
    r"<!--.*?-->|<style\b[^>]*>.*?</style\s*>|</?[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_PLAIN = re.compile(r" ?[\w-]+( [\w-]+)* ?", re.ASCII)
#: Attributes that a selector may well ask for and whose values are plain words: these the inliner sees.
_SEEN = frozenset({"class", "id", "dir", "lang", "align", "valign", "role", "type"})
_ADDRESSES = frozenset({"href", "src", "action", "background", "cite"})


@dataclass(slots=True)
class Values:
    """What one rendering has put tokens in place of."""

    held: list[str] = field(default_factory=list)
    #: What macros and blocks of this template returned: markup of its own, to be inlined like the rest.
    made: set[str] = field(default_factory=set)

    def token(self, value: str) -> Markup:
        self.held.append(value)
        return Markup(f"xqv{len(self.held) - 1}vqx")  # noqa: S704  # a number between letters

    def at(self, number: int) -> str:
        """The value; of a token that is none of ours (a template may insert markup from outside as safe), itself."""
        return self.held[number] if number < len(self.held) else f"xqv{number}vqx"


#: The rendering at work in this thread: Jinja2's `finalize` has no other way to know it, within macros least of all.
current: ContextVar[Values] = ContextVar("values")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A rendered template whose values are tokens still, numbered by their position."""

    html: str
    #: For each position, the value's number, and what it stands in.
    sources: tuple[int, ...]
    places: tuple[str, ...]


def skeleton(html: str, values: Values) -> Skeleton:
    """The rendered template with plain words put in where selectors may ask for them: in classes, tags, languages."""
    pieces, outline = _outline(html)
    if len(pieces) > 1:
        pieces = list(pieces)
        for place in range(1, len(pieces), 2):
            word = str(values.at(outline.sources[int(pieces[place])]))
            pieces[place] = word if _PLAIN.fullmatch(word) else f"xqv{pieces[place]}vqx"
    return replace(outline, html="".join(pieces))


@functools.lru_cache(maxsize=64)
def _outline(html: str) -> tuple[Sequence[str], Skeleton]:
    """The skeleton cut at the tokens that selectors may ask for, and what does not depend on their words.

    A token that was printed twice (a macro's result, say) stands in two places, so positions are counted anew.
    """
    sources: list[int] = []

    def counted(token: re.Match[str]) -> str:
        sources.append(int(token[1]))
        return f"xqv{len(sources) - 1}vqx"

    html = TOKEN.sub(counted, html)
    places = ["text"] * len(sources)
    for position, place in _places(html):
        places[position] = place
    asked = [position for position, place in enumerate(places) if place in _SEEN or place == "bare"]
    pieces = re.split("|".join(f"xqv({position})vqx" for position in asked), html) if asked else [html]
    return [piece for piece in pieces if piece is not None], Skeleton(html, tuple(sources), tuple(places))


def _places(html: str) -> Iterator[tuple[int, str]]:
    for tag in _TAG.finditer(html):
        found = TOKEN.findall(tag[0])
        if not found:
            continue
        if tag[0].startswith("<!--"):
            yield from ((int(position), "attribute") for position in found)
        elif tag[0][:6].lower() == "<style":
            yield from ((int(position), "css") for position in found)
        else:
            yield from ((int(position), "bare") for position in found)
            for attribute in _ATTRIBUTE.finditer(tag[0]):
                place = _place(attribute[1].lower())
                yield from ((int(position), place) for position in TOKEN.findall(attribute[2]))


def _place(attribute: str) -> str:
    if attribute == "style":
        return "css"
    return "address" if attribute in _ADDRESSES else attribute


def filled(parts: tuple[str, ...], whole: Skeleton, values: Values) -> str:
    """The parts of an inlined skeleton (text and positions in turn) with each value in, escaped for its place."""
    pieces = list(parts)
    for index in range(1, len(pieces), 2):
        position = int(pieces[index])
        value = values.at(whole.sources[position])
        pieces[index] = value if isinstance(value, Markup) else _escape(whole.places[position], value)
    return "".join(pieces)


def _escape(place: str, value: str) -> str:
    if place == "text":
        return _text(value)
    if place == "css":
        return _css(value)
    if place == "bare":  # within a tag and in no attribute: a plain word went in before, and nothing else may
        return ""
    return _attribute(quote(value, safe=_SAFE) if place == "address" else value)


#: What libxml2 leaves alone in an address, so that an inserted one looks as if it had gone through the inliner.
_SAFE = "@/:=?;#%&,+-_.!~*'()"


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(value: str) -> str:
    # Both quotes: the inliner decides which of them stand around a value.
    return _text(value).replace('"', "&quot;").replace("'", "&#39;")


@functools.lru_cache(maxsize=256)
def _css(value: str) -> str:
    """A colour, a length or a word as it is; of anything else each sign that could end a value is escaped."""
    return re.sub(r"[^\w#%.,+ -]", lambda sign: f"\\{ord(sign[0]):x} ", tidy(value))
