"""Figures: quantities that a sentence tells ("2.1 million", "45 percent"), to recognize that another one repeats them.

Years, dates, identifiers ("Section 230") and small counts are no figures: they recur in sentences on different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, Decimal

from digest.text.words import content_stems, words

_NUMBER = re.compile(
    r"(?<![\w:/.,\-–])(?P<currency>(?:US|A|C)?[$€£¥₹]\s?)?"
    r"(?P<number>\d{1,3}(?:[.,\u00a0\u202f'’ ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?![\d:/]|[.,]\d)"
)
#: The word after a number, and what joins them.
_NEXT_WORD = re.compile(r"[\s\u00a0\u202f\-]?(?P<word>%|[^\W\d_]+)\.?")
_CLAUSE = re.compile(r"[^\w\s%$€£\-’']")
_SEPARATOR = re.compile(r"[.,]")
_ZEROS = {
    3: "thousand tausend tsd mille mil mila duizend",
    6: "million millions mio millionen millón millones milione milioni milhão milhões miljoen mn m",
    9: "billion billions bn mrd milliarde milliarden milliard milliards miliardo miliardi bilhão bilhões miljard",
    12: "trillion trillions tn trn billionen",
}
_SCALES = {word: zeros for zeros, names in _ZEROS.items() for word in names.split()}
_PERCENT = re.compile(
    r"[\s\u00a0\-]*(?:%|percent|per cento?\b|pct\b|prozent|pour cent\b|por cien?to\b|procent)", re.IGNORECASE
)
_MONEY = re.compile(
    r"[\s\u00a0\-]*(?:(?:de |d[’'])?(?:dollars?|euros?|pounds?|francs?|franken|pesos|yen|yuan|reais)\b|[€£$])",
    re.IGNORECASE,
)
#: Languages that write decimals with a point; others with a comma.
_DECIMAL_POINT = frozenset({"en", "zh", "ja", "ko", "th", "he", "und"})
#: Languages whose nouns are in capitals, so that a capital says nothing about the word before a number.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_FIRST_YEAR, _LAST_YEAR, _LAST_DAY = 1900, 2100, 31
#: Largest count that is no figure: a dozen.
_MAX_SMALL = 12
#: Significant digits from which on a figure is one fact wherever it occurs; in a large one fewer, as many as a rounded
#: one has at least.
_PRECISE, _ROUNDED, _LARGE = 3, 2, 1_000
#: Words after a figure that name its subject, at most.
_SUBJECT_WORDS = 3
#: Content words in common from which on two sentences have one subject.
_MIN_COMMON = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One quantity: ``kind`` is "%", "$" for any money, or empty; ``subject`` the stems that follow."""

    value: Decimal
    digits: int
    kind: str
    subject: frozenset[str]

    @property
    def is_precise(self) -> bool:
        """Whether it is one fact wherever it occurs, by its number of significant digits."""
        return self.digits >= _PRECISE or (self.digits >= _ROUNDED and self.value >= _LARGE)

    def equals(self, other: Figure) -> bool:
        """Whether the values are equal, or one is the other rounded ("2.1 million", "2,123,000")."""
        if self.kind != other.kind:
            return False
        coarse, fine = sorted((self, other), key=lambda figure: figure.digits)
        if coarse.digits < _ROUNDED:
            return coarse.value == fine.value
        unit = Decimal(1).scaleb(coarse.value.adjusted() - coarse.digits + 1)
        return (fine.value / unit).quantize(Decimal(1), ROUND_HALF_DOWN) * unit == coarse.value


def repeats_figure(first: Iterable[Figure], second: Iterable[Figure], common_words: int) -> bool:
    """Whether two sentences tell the same figure about the same subject.

    ``common_words`` is the number of content words that they have in common, without numbers.
    """
    rest = tuple(second)
    return any(
        figure.equals(other) and _is_same_subject(figure, other, common_words) for figure in first for other in rest
    )


def _is_same_subject(figure: Figure, other: Figure, common_words: int) -> bool:
    is_precise = figure.is_precise and other.is_precise
    return is_precise or common_words >= _MIN_COMMON or not figure.subject.isdisjoint(other.subject)


def figures(text: str, language: str) -> tuple[Figure, ...]:
    """The figures of a sentence."""
    return split_figures(text, language)[0]


def split_figures(text: str, language: str) -> tuple[tuple[Figure, ...], str]:
    """The figures of a sentence, and the sentence without them and their units."""
    if not any(map(str.isdigit, text)):
        return (), text
    found = [*_figures(text, language)]
    starts, ends = (0, *(end for _, _, end in found)), (*(start for _, start, _ in found), len(text))
    between = " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))
    return tuple(figure for figure, _, _ in found), between


def _figures(text: str, language: str) -> Iterator[tuple[Figure, int, int]]:
    """Each figure with the beginning of its number and the end of its unit."""
    for match in _NUMBER.finditer(text):
        value, end = _value(match["number"], language), match.end()
        following = _NEXT_WORD.match(text, end)
        if zeros := _SCALES.get(following["word"].lower() if following else "", 0):
            assert following
            value, end = value.scaleb(zeros), following.end()
        kind, end = _kind(text, end, has_currency=bool(match["currency"]))
        if kind or zeros or not _is_ordinary(match, value, language):
            subject = content_stems(words(_CLAUSE.split(text[end:], 1)[0], language)[:_SUBJECT_WORDS], language)
            digits = len(value.normalize().as_tuple().digits)
            yield Figure(value=value, digits=digits, kind=kind, subject=frozenset(subject)), match.start(), end


def _kind(text: str, end: int, *, has_currency: bool) -> tuple[str, int]:
    """The kind of the figure that ends there, and where its unit ends."""
    if match := _PERCENT.match(text, end):
        return "%", match.end()
    if match := _MONEY.match(text, end):
        return "$", match.end()
    return "$" if has_currency else "", end


def _value(number: str, language: str) -> Decimal:
    separators = _SEPARATOR.findall(number)
    decimal = "." if language in _DECIMAL_POINT else ","
    whole, last, part = number, "", ""
    if separators:
        head, _, tail = number.rpartition(separators[-1])
        is_decimal = len(tail) != 3 or (separators[-1] == decimal and separators.count(decimal) == 1)
        if is_decimal:
            whole, last, part = head, ".", tail
    return Decimal(re.sub(r"\D", "", whole) + last + part)


def _is_ordinary(match: re.Match[str], value: Decimal, language: str) -> bool:
    """Whether the bare number is a year, a day, part of a name, or a small count."""
    number = match["number"]
    if value <= _MAX_SMALL and value == value.to_integral_value():
        return True
    if len(number) == 4 and number.isdigit() and _FIRST_YEAR <= value <= _LAST_YEAR:
        return True
    if language in _CAPITAL_NOUNS:
        return value <= _LAST_DAY and match.string[match.end() : match.end() + 1] == "."
    before = match.string[: match.start()].rstrip(" \u00a0")
    previous = before.rpartition(" ")[2]
    return before != previous and previous[:1].isupper()
