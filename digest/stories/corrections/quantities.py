"""Figures of a sentence, compared by what they say: "1,500", "1.5 thousand" and "1500" are one figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digest.stories.corrections.folding import Token
from digest.stories.corrections.vocabulary import MONTHS, scale_of, value_of_word

#: Two figures are one, rounded, if they differ by so large a share at most.
_ROUNDING = 0.05
#: Whole numbers that may be years: 2015 is no rounded 2020.
_YEARS = range(1500, 2101)
_SCALES_OF_LETTERS = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its scale."""

    value: float
    #: Significant digits, as written.
    digits: int
    #: Written with a colon.
    is_time: bool = False
    #: Its tokens: the first, and the one after the last.
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def equals(self, other: Figure) -> bool:
        """Whether both say the same, one of them perhaps rounded, or a time on another clock face."""
        if math.isclose(self.value, other.value, rel_tol=1e-9):
            return True
        if self.is_time != other.is_time and abs(self.value - other.value) == 12:
            return True
        rough, exact = sorted((self, other), key=lambda figure: figure.digits)
        is_year = rough.value in _YEARS and exact.value in _YEARS
        is_near = abs(rough.value - exact.value) <= _ROUNDING * abs(exact.value)
        is_rounded = rough.digits < exact.digits and rough.value == _rounded(exact.value, rough.digits)
        return is_near and is_rounded and not is_year


def figures(tokens: Sequence[Token], language: str) -> tuple[Figure, ...]:
    """The figures in their order."""
    return tuple(_figures(tokens, language))


def _figures(tokens: Sequence[Token], language: str) -> Iterator[Figure]:
    position = 0
    while position < len(tokens):
        token, start = tokens[position], position
        position += 1
        value = _value(token, language)
        if value is None:
            continue
        factor = 1.0
        while position < len(tokens) and (scale := _scale(tokens, position, language)):
            factor *= scale
            position += 1
        digits = len(token.key.replace(".", "").replace(":", "").strip("0")) or 1
        yield Figure(value=value * factor, digits=digits, is_time=":" in token.key, start=start, end=position)


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _scale(tokens: Sequence[Token], position: int, language: str) -> float | None:
    token = tokens[position]
    is_attached = token.start == tokens[position - 1].end
    if is_attached and token.key in _SCALES_OF_LETTERS:
        return _SCALES_OF_LETTERS[token.key]
    return scale_of(token.key, language)


def _value(token: Token, language: str) -> float | None:
    if not token.key[0].isdigit():
        return value_of_word(token.key, language)
    if ":" in token.key:
        hours, _, minutes = token.key.partition(":")
        return (
            float(hours) + float(minutes.partition(":")[0]) / 60 if hours.isdigit() and minutes[0].isdigit() else None
        )
    whole, _, fraction = token.key.partition(".")
    try:
        return float(f"{whole}.{fraction.replace('.', '')}") if "." not in fraction else None
    except ValueError:  # digits that float doesn't read
        return None


def differing(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """The figures that only one of the two has."""
    gained, lost = list(after), []
    for figure in before:
        same = next((other for other in gained if figure.equals(other)), None)
        if same is None:
            lost.append(figure)
        else:
            gained.remove(same)
    return lost, gained


def months(tokens: Sequence[Token]) -> tuple[int, ...]:
    """The months that are named with a capital."""
    return tuple(MONTHS[token.key] for token in tokens if token.key in MONTHS and token.text[:1].isupper())
