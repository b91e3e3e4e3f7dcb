"""Opaque tokens in place of values, so that nothing from outside passes through the inliner.

While a template is rendered, each value is kept in a `Values` and a token, numbered by its position, stands in its
place. What a token stands in (text, an attribute, a style) decides how its value is escaped when it goes in, last.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
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

Escape = Callable[[str], str]


@dataclass(slots=True)
class Values:
    """What one rendering has put tokens in place of."""

    held: list[str] = field(default_factory=list)
    #: What macros and blocks of this template returned: markup of its own, to be inlined like the rest.
    made: set[str] = field(default_factory=set)

    def token(self, value: str) -> Markup:
        self.held.append(value)
        return Markup(f"xqv{len(self.held) - 1}vqx")  # noqa: S704  # a number between letters


#: The rendering at work in this thread: Jinja2's `finalize` has no other way to know it, within macros least of all.
current: ContextVar[Values] = ContextVar("values")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A rendered template whose values are tokens still, and where each of them stands."""

    html: str
    #: For each token, what it stands in: ``text``, ``css``, ``address`` or an attribute's name.
    places: tuple[str, ...]


def skeleton(html: str, values: Values) -> Skeleton:
    """Where each token stands; plain words in classes and the like are put in, for selectors to see."""
    html = _TAG.sub(lambda tag: _with_words(tag[0], values), html)
    places = ["text"] * len(values.held)
    for number, place in _places(html):
        places[number] = place
    return Skeleton(html=html, places=tuple(places))


def _with_words(tag: str, values: Values) -> str:
    if TOKEN.search(tag) is None or tag.startswith(("<!--", "<style")):
        return tag

    def word(token: re.Match[str]) -> str:
        value = str(values.held[int(token[1])])
        return value if _PLAIN.fullmatch(value) else token[0]

    def attribute(found: re.Match[str]) -> str:
        return TOKEN.sub(word, found[0]) if found[1].lower() in _SEEN else found[0]

    name, rest = re.match(r"(<\S+)(.*)", tag, re.DOTALL).groups()  # type: ignore[union-attr]  # a tag always matches
    return TOKEN.sub(word, name) + _ATTRIBUTE.sub(attribute, rest)


def _places(html: str) -> Iterator[tuple[int, str]]:
    for tag in _TAG.finditer(html):
        if TOKEN.search(tag[0]) is None:
            continue
        is_style = tag[0][:6].lower() == "<style"
        for token in TOKEN.finditer(tag[0]):
            yield int(token[1]), "css" if is_style else "attribute"
        if not is_style:
            for found in _ATTRIBUTE.finditer(tag[0]):
                yield from ((int(token[1]), _place(found[1].lower())) for token in TOKEN.finditer(found[2]))


def _place(attribute: str) -> str:
    if attribute == "style":
        return "css"
    return "address" if attribute in _ADDRESSES else attribute


def filled(parts: tuple[str, ...], places: tuple[str, ...], values: Values) -> str:
    """The parts of an inlined skeleton (text and token numbers in turn) with each value in, escaped for its place."""
    held = values.held
    pieces = list(parts)
    for position in range(1, len(pieces), 2):
        number = int(pieces[position])
        value = held[number]
        pieces[position] = value if isinstance(value, Markup) else _escape(places[number], value)
    return "".join(pieces)


def _escape(place: str, value: str) -> str:
    if place == "text":
        return _text(value)
    if place == "css":
        return _css(value)
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
