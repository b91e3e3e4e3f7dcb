"""Inlined HTML with gaps: a page like one that was rendered before is poured into that page's mould.

Neither the template nor the inliner runs then; the bytes are the same as if they had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.render.placeholders import Skeleton, Values, escaped
from digest.render.trace import Flat, Leaf, number_of

#: Moulds kept for a template; a newsletter's editions have a few dozen shapes.
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Mould:
    """What is the same in all pages of a shape, and which text goes where in the rest."""

    #: Text and gaps in turn.
    pieces: tuple[str, ...]
    #: For each place (text, attribute, address …) the gaps, and the numbers of the texts that go in.
    gaps: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    #: The texts that the template looked at, by number: others give another shape.
    revealed: tuple[tuple[int, str], ...] = ()

    def fits(self, texts: Sequence[str]) -> bool:
        """The template would do the same with these."""
        return all(texts[number] == text for number, text in self.revealed)

    def filled(self, texts: Sequence[str]) -> str:
        pieces = list(self.pieces)
        for place, gaps, numbers in self.gaps:
            for gap, text in zip(gaps, escaped(place, [texts[number] for number in numbers]), strict=True):
                pieces[gap] = text
        return "".join(pieces)


def mould(parts: Sequence[str], whole: Skeleton, values: Values, revealed: Sequence[tuple[int, str]] = ()) -> Mould:
    """The mould of an inlined skeleton (text and positions in turn); what is no text of the page is filled in."""
    pieces = [parts[0]]
    gaps: dict[str, tuple[list[int], list[int]]] = {}
    for position, text in zip(map(int, parts[1::2]), parts[2::2], strict=True):
        value, place = values.at(whole.sources[position]), whole.places[position]
        if isinstance(value, Leaf):
            where, which = gaps.setdefault(place, ([], []))
            where.append(len(pieces))
            which.append(number_of(value))
            pieces += ("", text)
        else:
            # Joined, not added: to add markup to a string is to escape the string.
            pieces[-1] = "".join(
                (pieces[-1], value if hasattr(value, "__html__") else escaped(place, [value])[0], text)
            )
    return Mould(
        tuple(pieces),
        tuple((place, tuple(where), tuple(which)) for place, (where, which) in gaps.items()),
        tuple(revealed),
    )


class Moulds:
    """The moulds of one template, by the structure of the page."""

    def __init__(self) -> None:
        #: False once the template was seen to do what can't be followed.
        self.are_possible = True
        self._kept: dict[tuple[object, ...], list[Mould]] = {}

    def of(self, page: Flat) -> Mould | None:
        """The page's mould, if there was one like it."""
        return next((one for one in self._kept.get(page.key, ()) if one.fits(page.texts)), None)

    def keep(self, page: Flat, made: Mould) -> None:
        """Remember it; the oldest give way."""
        self._kept.setdefault(page.key, []).insert(0, made)
        del self._kept[page.key][8:]
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept)))
