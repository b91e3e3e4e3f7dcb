"""A page that notes what a template asks of it.

A template tells one page from another by three things alone: the page's structure, which of its texts are empty, and
the texts that it *reveals*, by comparing them or by handing them to a filter. To print a text reveals nothing. So two
pages that agree in the three give the same HTML but for the printed texts; ``moulds`` makes use of that.

What can't be followed (a story as a whole compared, printed or handed to a filter) raises ``TypeError``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from digest.render.context_types import Mention, Omission, Page, Passage, Picture, Section, Telling, Trouble

#: What is looked into; anything else (words, links, the brand) is part of the structure as it is.
_KINDS = frozenset({Page, Telling, Passage, Mention, Picture, Section, Omission, Trouble})


#: For each kind of part, which of its texts is the how manieth.
_PLACES: dict[type, dict[str, int]] = {
    kind: {name: place for place, name in enumerate(one.name for one in fields(kind) if one.type == "str")}
    for kind in _KINDS
}


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda part: tuple(getattr(part, name) for name in names)


#: For each kind of part, how to get its texts, and how to get the rest of it.
_GETTERS = {
    kind: (_getter(tuple(places)), _getter(tuple(one.name for one in fields(kind) if one.name not in places)))
    for kind, places in _PLACES.items()
}


@dataclass(frozen=True, slots=True)
class Flat:
    """A page taken apart."""

    texts: list[str]
    #: How the texts are put together; with which of them are empty, all that a template can know unasked.
    structure: tuple[object, ...]
    #: By the id of each part of the page, the number of its first text.
    starts: dict[int, int]

    @property
    def key(self) -> tuple[object, ...]:
        return (*self.structure, *map(bool, self.texts))


def flat(page: Page) -> Flat:
    """The page's texts in one row, each always in the same place for the same structure."""
    texts: list[str] = []
    structure: list[object] = []
    starts: dict[int, int] = {}
    _flatten(page, texts, structure, starts)
    return Flat(texts, tuple(structure), starts)


def _flatten(part: Any, texts: list[str], structure: list[object], starts: dict[int, int]) -> None:
    starts[id(part)] = len(texts)
    own, others = _GETTERS[type(part)]
    texts += own(part)
    for value in others(part):
        if type(value) is tuple:
            structure.append(len(value))
            for item in value:
                if (start := starts.get(id(item))) is not None:  # a story stands in its section too
                    structure.append(start)
                else:
                    structure.append(type(item))
                    _flatten(item, texts, structure, starts)
        elif type(value) in _KINDS:
            structure.append(type(value))
            _flatten(value, texts, structure, starts)
        else:
            structure.append(value)


@dataclass(slots=True)
class Trace:
    """What one rendering asked of one page."""

    flat: Flat
    revealed: set[int] = field(default_factory=set)

    @property
    def told(self) -> tuple[tuple[int, str], ...]:
        """The texts that were revealed, by number."""
        return tuple((number, self.flat.texts[number]) for number in sorted(self.revealed))

    def of(self, value: Any) -> Any:
        """A part of the page as the template may see it."""
        if type(value) is tuple:
            return Row(self, value)
        return Node(self, value) if type(value) in _KINDS else value


class Leaf:
    """A text of the page."""

    __slots__ = ("_number", "_text", "_trace")

    def __init__(self, trace: Trace, number: int) -> None:
        self._trace = trace
        self._number = number
        self._text = trace.flat.texts[number]

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        self._trace.revealed.add(self._number)
        return self._text

    def __repr__(self) -> str:
        return repr(str(self))

    def __eq__(self, other: object) -> bool:
        return bool(str(self) == revealed(other))

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __contains__(self, part: object) -> bool:
        return revealed(part) in str(self)

    def __getitem__(self, key: Any) -> str:
        return str(self)[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(str(self), name)


def number_of(leaf: Leaf) -> int:
    """Which of the page's texts it is; no attribute, for a template sees those."""
    return leaf._number


def length_of(leaf: Leaf) -> int:
    """How long its text is, which reveals nothing to the template."""
    return len(leaf._text)


class _Whole:
    """A part of the page of which nothing is told but its parts."""

    __slots__ = ()

    def __str__(self) -> str:
        raise TypeError("can't be followed")

    def __eq__(self, _: object) -> bool:
        raise TypeError("can't be followed")

    __repr__ = __str__
    __hash__ = None  # type: ignore[assignment]  # as for any mutable value: unhashable


class Node(_Whole):
    """A story, a passage, a section."""

    __slots__ = ("_part", "_places", "_start", "_trace")

    def __init__(self, trace: Trace, part: Any) -> None:
        self._trace = trace
        self._part = part
        self._places = _PLACES[type(part)]
        self._start = trace.flat.starts[id(part)]

    def __getattr__(self, name: str) -> Any:
        place = self._places.get(name)
        if place is None:
            return self._trace.of(getattr(self._part, name))
        return Leaf(self._trace, self._start + place)


class Row(_Whole):
    """Stories, passages, sections in a row."""

    __slots__ = ("_items", "_trace")

    def __init__(self, trace: Trace, items: tuple[Any, ...]) -> None:
        self._trace = trace
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return map(self._trace.of, self._items)

    def __getitem__(self, key: int | slice) -> Any:
        found = self._items[key]
        return list(map(self._trace.of, found)) if isinstance(key, slice) else self._trace.of(found)


def revealed(value: Any) -> Any:
    """The value itself, for what looks into it. Raises ``TypeError`` for a part as a whole."""
    if isinstance(value, Leaf):
        return str(value)
    if isinstance(value, _Whole):
        raise TypeError("can't be followed")
    if isinstance(value, list | tuple):
        return type(value)(map(revealed, value))
    return map(revealed, value) if isinstance(value, Iterator) else value
