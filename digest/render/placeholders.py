"""Placeholders for values in rendered HTML, so that nothing from outside passes through the CSS inliner.

While a template is rendered, `Values` stores each printed value, and a numbered placeholder is printed instead. After
inlining, `fill` puts the values in. Where a placeholder stands (text, attribute, URL, CSS or tag) decides how its value
is escaped.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from markupsafe import Markup

from digest.render.plain_text import tidy

#: Lower case, and letters at both ends: an identifier in CSS, a word in HTML, nothing to escape in a URL.
PLACEHOLDER = re.compile(r"xqv(\d+)vqx")
_PREFIX = "xqv"
_TAG = re.compile(
    r"<!--.*?-->|<style\b[^>]*>.*?</style\s*>|</?[a-z](?:[^>\"']++|\"[^\"]*\"|'[^']*')*+>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_PLAIN_WORDS = re.compile(r" ?[\w-]+( [\w-]+)* ?", re.ASCII)
#: Attributes that a CSS selector may ask for: their values are inserted before inlining if they are plain words.
_SELECTABLE = frozenset({"class", "id", "dir", "lang", "align", "valign", "role", "type"})
_URL_ATTRIBUTES = frozenset({"href", "src", "action", "background", "cite"})


@dataclass(slots=True)
class Values:
    """Values that one rendering replaced by placeholders."""

    stored: list[str] = field(default_factory=list)
    #: Results of the template's own macros and blocks: markup to be inlined like the rest, no values.
    own_markup: set[str] = field(default_factory=set)

    def add(self, value: str) -> Markup:
        """Store a value; returns its placeholder."""
        self.stored.append(value)
        return str.__new__(Markup, _placeholder(len(self.stored) - 1))  # Markup() without its checks

    def get(self, number: int) -> str:
        """The value of a placeholder. An unknown number is text that looks like a placeholder: returned as it is."""
        return self.stored[number] if number < len(self.stored) else _placeholder(number)

    def total_length(self, numbers: Iterable[int]) -> int:
        """Characters in all these values; a value that is printed twice counts twice."""
        return sum(len(self.get(number)) for number in numbers)


#: Values of this thread's current rendering. Jinja2 gives `finalize` no other access to them, least of all in macros.
current_values: ContextVar[Values] = ContextVar("values")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Rendered HTML with placeholders, numbered by their position in it."""

    html: str
    #: The number of the value at each position.
    value_numbers: tuple[int, ...]
    #: For each position ``text``, ``url``, ``css``, ``tag``, or the name of the attribute.
    places: tuple[str, ...]


def make_skeleton(html: str, values: Values) -> Skeleton:
    """Number placeholders by position; insert plain words where selectors may ask for them (``class``, ``lang``)."""
    pieces, outline = _outline(html)
    if len(pieces) == 1:
        return outline
    pieces = list(pieces)
    remaining = dict.fromkeys(map(str, range(len(outline.value_numbers))))
    for index in range(1, len(pieces), 2):
        word = values.get(outline.value_numbers[int(pieces[index])])
        if _PLAIN_WORDS.fullmatch(word):
            del remaining[pieces[index]]
            pieces[index] = word
        else:
            pieces[index] = _placeholder(int(pieces[index]))
    skeleton = "".join(pieces)
    # Words from outside may look like placeholders, alone or with the text beside them: then none is inserted.
    return replace(outline, html=skeleton) if PLACEHOLDER.findall(skeleton) == list(remaining) else outline


def fill(parts: Sequence[str], skeleton: Skeleton, values: Values) -> str:
    """Insert the escaped values. ``parts`` is the inlined skeleton, text and positions in turn."""
    pieces = list(parts)
    for index in range(1, len(pieces), 2):
        position = int(pieces[index])
        value = values.get(skeleton.value_numbers[position])
        pieces[index] = value if hasattr(value, "__html__") else escape(value, skeleton.places[position])
    return "".join(pieces)


@functools.lru_cache(maxsize=64)
def _outline(html: str) -> tuple[Sequence[str], Skeleton]:
    """The skeleton without inserted words, and its text cut at the placeholders that selectors may ask for.

    The result of a macro may be printed twice, so placeholders are numbered anew, by position.
    """
    texts = PLACEHOLDER.split(html)
    value_numbers = tuple(map(int, texts[1::2]))
    html = "".join(text if index % 2 == 0 else _placeholder(index // 2) for index, text in enumerate(texts))
    places = ["text"] * len(value_numbers)
    for position, place in _places(html):
        places[position] = place
    pieces = [texts[0]]
    for position, text in enumerate(texts[2::2]):
        if places[position] in _SELECTABLE or places[position] == "tag":
            pieces += (str(position), text)
        else:
            pieces[-1] += _placeholder(position) + text
    return pieces, Skeleton(html, value_numbers, tuple(places))


def _placeholder(number: int) -> str:
    return f"xqv{number}vqx"


def _places(html: str) -> Iterator[tuple[int, str]]:
    for tag in _TAG.findall(html):
        if _PREFIX in tag:
            yield from zip(
                map(int, PLACEHOLDER.findall(tag)), _places_in_tag(PLACEHOLDER.sub(_placeholder(0), tag)), strict=True
            )


@functools.lru_cache(maxsize=1024)
def _places_in_tag(tag: str) -> tuple[str, ...]:
    """The place of each placeholder in a tag, comment or style element, whatever their numbers."""
    default = "attribute" if tag.startswith("<!--") else "css" if tag[:6].lower() == "<style" else "tag"
    attributes = _ATTRIBUTE.finditer(tag) if default == "tag" else ()
    spans = [(attribute.span(2), _attribute_place(attribute[1].lower())) for attribute in attributes]
    return tuple(
        next((place for (start, end), place in spans if start <= placeholder.start() < end), default)
        for placeholder in PLACEHOLDER.finditer(tag)
    )


def _attribute_place(attribute: str) -> str:
    if attribute == "style":
        return "css"
    return "url" if attribute in _URL_ATTRIBUTES else attribute


def escape(value: str, place: str) -> str:
    """The value (a tidy line) escaped for its place."""
    if place == "css":
        return _escape_css(value)
    if place == "tag":  # a tag's or an attribute's name: plain words are inserted already, and nothing else may be
        return ""
    if place == "url":
        value = quote(value, safe=_URL_SAFE)
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if place == "text":
        return value
    return value.replace('"', "&quot;").replace("'", "&#39;")  # both: the inliner chooses the attribute's quotes


#: Characters that libxml2 leaves alone in a URL, so that an inserted URL looks as if it had gone through the inliner.
_URL_SAFE = "@/:=?;#%&,+-_.!~*'()"


@functools.lru_cache(maxsize=256)
def _escape_css(value: str) -> str:
    """Colours, lengths and words stay; any other character, which could end a CSS value, is escaped."""
    return re.sub(r"[^\w#%.,+ -]", lambda character: f"\\{ord(character[0]):x} ", tidy(value))
