"""Opaque tokens in place of values, so that nothing from outside passes through the inliner.

While a template is rendered, each value is kept in a `Values` and a token, numbered by its position, stands in its
place. What a token stands in (text, an attribute, a style) decides how its value is escaped when it goes in, last.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from markupsafe import Markup

from digest.render.plain_text import tidy
from digest.render.trace import Leaf, length_of

#: Lower case and letters at both ends: an identifier in CSS, a word in HTML, nothing to escape in an address.
TOKEN = re.compile(r"xqv(\d+)vqx")
_MARK = "xqv"
_TAG = re.compile(
    r"<!--.*?-->|<style\b[^>]*>.*?</style\s*>|</?[a-z](?:[^>\"']++|\"[^\"]*\"|'[^']*')*+>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_PLAIN = re.compile(r" ?[\w-]+( [\w-]+)* ?", re.ASCII)
#: Attributes that a selector may well ask for and whose values are plain words: these the inliner sees.
_SEEN = frozenset({"class", "id", "dir", "lang", "align", "valign", "role", "type"})
_ADDRESSES = frozenset({"href", "src", "action", "background", "cite"})


@dataclass(slots=True)
class Values:
    """What one rendering has put tokens in place of."""

    held: list[str | Leaf] = field(default_factory=list)
    #: What macros and blocks of this template returned: markup of its own, to be inlined like the rest.
    made: set[str] = field(default_factory=set)

    def token(self, value: str | Leaf) -> Markup:
        self.held.append(value)
        return str.__new__(Markup, _token(len(self.held) - 1))  # as Markup() does, without its questions

    def at(self, number: int) -> str | Leaf:
        """The value; of a token that is none of ours (a template may insert markup from outside as safe), itself."""
        return self.held[number] if number < len(self.held) else _token(number)

    def length(self, numbers: Iterable[int]) -> int:
        """How many characters they come to; a value that is printed twice counts twice."""
        values = map(self.at, numbers)
        return sum(len(value) if isinstance(value, str) else length_of(value) for value in values)


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
    if len(pieces) == 1:
        return outline
    put = list(pieces)
    tokens = dict.fromkeys(map(str, range(len(outline.sources))))
    for place in range(1, len(put), 2):
        word = str(values.at(outline.sources[int(pieces[place])]))
        if _PLAIN.fullmatch(word):
            put[place] = word
            del tokens[pieces[place]]
        else:
            put[place] = _token(int(pieces[place]))
    whole = "".join(put)
    # Words from outside may look like tokens, alone or with what stands beside them: then none is put in.
    return replace(outline, html=whole) if TOKEN.findall(whole) == list(tokens) else outline


@functools.lru_cache(maxsize=64)
def _outline(html: str) -> tuple[Sequence[str], Skeleton]:
    """The skeleton cut at the tokens that selectors may ask for, and what does not depend on their words.

    A token that was printed twice (a macro's result, say) stands in two places, so positions are counted anew.
    """
    texts = TOKEN.split(html)
    sources = tuple(map(int, texts[1::2]))
    html = "".join(text if number % 2 == 0 else _token(number // 2) for number, text in enumerate(texts))
    places = ["text"] * len(sources)
    for position, place in _places(html):
        places[position] = place
    pieces = [texts[0]]
    for position, text in enumerate(texts[2::2]):
        if places[position] in _SEEN or places[position] == "bare":
            pieces += (str(position), text)
        else:
            pieces[-1] += _token(position) + text
    return pieces, Skeleton(html, sources, tuple(places))


def _token(number: int) -> str:
    return f"xqv{number}vqx"


def _places(html: str) -> Iterator[tuple[int, str]]:
    for tag in _TAG.findall(html):
        if _MARK in tag:
            yield from zip(map(int, TOKEN.findall(tag)), _places_within(TOKEN.sub(_token(0), tag)), strict=True)


@functools.lru_cache(maxsize=1024)
def _places_within(tag: str) -> tuple[str, ...]:
    """What each token in the tag (or the comment, or the style element) stands in; their numbers don't matter."""
    kind = "attribute" if tag.startswith("<!--") else "css" if tag[:6].lower() == "<style" else "bare"
    spans = [(one.span(2), _place(one[1].lower())) for one in _ATTRIBUTE.finditer(tag)] if kind == "bare" else []
    return tuple(
        next((place for (start, end), place in spans if start <= token.start() < end), kind)
        for token in TOKEN.finditer(tag)
    )


def _place(attribute: str) -> str:
    if attribute == "style":
        return "css"
    return "address" if attribute in _ADDRESSES else attribute


def escaped(place: str, values: Sequence[str]) -> list[str]:
    """The values (each a tidy line) as they go into that place."""
    if place == "css":
        return list(map(_css, values))
    if place == "bare":  # within a tag and in no attribute: a plain word went in before, and nothing else may
        return [""] * len(values)
    # All at once: what holds for each holds for them in a row, and a tidy line has no NUL.
    row = "\0".join(values)
    if place == "address" and row.rstrip(_SAFE_ROW):
        row = "\0".join(quote(value, safe=_SAFE) for value in values)
    row = row.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if place != "text":  # both quotes: the inliner decides which of them stand around a value
        row = row.replace('"', "&quot;").replace("'", "&#39;")
    return row.split("\0")


#: What libxml2 leaves alone in an address, so that an inserted one looks as if it had gone through the inliner.
_SAFE = "@/:=?;#%&,+-_.!~*'()"
_SAFE_ROW = f"{_SAFE}{string.ascii_letters}{string.digits}\0"


@functools.lru_cache(maxsize=256)
def _css(value: str) -> str:
    """A colour, a length or a word as it is; of anything else each sign that could end a value is escaped."""
    return re.sub(r"[^\w#%.,+ -]", lambda sign: f"\\{ord(sign[0]):x} ", tidy(value))
