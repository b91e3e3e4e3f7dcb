"""Sentences of a paragraph, word for word.

sentencex finds the boundaries. It is shown the paragraph with its quotation marks masked, because it takes an
apostrophe for a quotation's start; quotations are kept together here, and what is wrong with a boundary is mended.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import sentencex  # type: ignore[import-untyped]  # sentencex has no types

from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING, OPENING, QUOTES, quotation_spans
from digest.text.segmentation import spoken

#: A quotation of several sentences stays whole up to here; a longer one may be told in parts.
_LONGEST_QUOTATION = 50

_STOPS = ".!?…。！？।॥؟۔።։;？"
_CLOSED = re.compile(rf"[{re.escape(_STOPS)}][{CLOSING})\]]*$")
#: Nothing can end here.
_ENDLESS = re.compile(rf"[^{re.escape(_STOPS)}]*+[{re.escape(_STOPS)}]?+[{CLOSING})\]\s]*+")
#: Languages whose sentences may end without a stop.
_WITHOUT_STOPS = frozenset({"th", "lo", "km", "my", "und"})
_WORDLESS = re.compile(r"[\W_]*$")
_SMALL = re.compile(rf"[{QUOTES}(\[\s]*[^\W\d_A-ZÀ-ÖØ-Þ]")
_DECIMAL = re.compile(r"\d[.,．，]$")
_SPEAKS_ON = lazy_compile(r"(?:と|って|などと|、|，|との|という)")
# Ends that sentencex doesn't see: "(He left.) She stayed.", a stray "”. " at the start, "said no. The", "then… The".
_ASIDE = re.compile(r"\A\([^()]*[.!?…]\)\s+(?=[^\W\d_])")
_STRAY = re.compile(rf"(?:^|(?<=\s))[{QUOTES}]+[.!?]\s+(?=\S)")
_STRAYED = re.compile(rf"[{QUOTES}][.!?]\s")
_NOT_NUMBER = re.compile(r"\b[Nn]o\.\s+(?=[^\W\d_a-z])")
#: Languages whose "no." is a number's or an answer.
_NUMBERED = frozenset({"en", "es", "it"})
_TRAILED = re.compile(rf"(?<=\w)(?:…|\.{{3}})[{CLOSING}]*\s+(?=[{QUOTES}(]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω])")

#: Abbreviations that sentencex takes for an end, by language; most are followed by a capital.
_ABBREVIATIONS = {
    "en": r"vs|v|cf|viz|approx|Gov|Rep|Sen|Supt|Insp|Det|Cllr|Hon|Rev|Fr|Sgt|Cpl|Pte|Cmdr|Adm|Maj|Brig|Pvt|Ft|Mt",
    "de": r"z\. ?B|d\. ?h|u\. ?a|bzw|ca|vgl|Nr|St|Str|Mio|Mrd|Tsd|evtl|ggf|inkl|zzgl|Abs|Art|Bd|Hrsg|geb|gest",
    "fr": r"M|MM|Mme|Mmes|Mlle|Me|Mgr|Dr|Pr|St|Ste|av|bd|cf|env|etc|p|ex|[A-Z]\.?-[A-Z]",
    "es": r"Sr|Sra|Srta|Sres|Dr|Dra|D|Da|Dña|Av|Avda|EE|Ud|Uds|art|núm|pág|aprox",
    "pt": r"Sr|Sra|Srta|Dr|Dra|Av|Exmo|Exma|art|nº|pág|R",
    "it": r"Sig|Sigg|Dott|Avv|Ing|On|Prof|art|pag|ca",
    "nl": r"dhr|mevr|mw|bijv|o\.a|m\.b\.t|ca|nr|jl",
    "sv": r"t\.ex|bl\.a|kl|ca|s\.k|d\.v\.s|m\.m|St|nr",
    "da": r"f\.eks|bl\.a|kl|ca|dvs|nr|mio|mia",
    "no": r"f\.eks|bl\.a|kl|ca|dvs|nr|mill|mrd",
    "pl": r"ul|al|pl|r|w|tzw|tzn|np|prof|dr|hab|mgr|inż|gen|płk|św|ok|nr|tys|mln|mld|godz",
    "cs": r"např|tzv|tj|r|č|ul|prof|dr|ing|mgr|sv|tis|mil|mld",
    "ru": r"т\. ?е|т\. ?д|т\. ?п|ул|пр|г|гг|в|вв|руб|тыс|млн|млрд|им|см|проф|акад|стр",
    "uk": r"т\. ?д|т\. ?п|вул|пр|р|рр|ст|грн|тис|млн|млрд|ім|див|проф|акад",
}
_ABBREVIATED = {tag: lazy_compile(rf"(?:^|[\s({QUOTES}])(?:{each})\.\s*$") for tag, each in _ABBREVIATIONS.items()}
#: No abbreviation, or ordinal with its article, takes up more letters.
_TAIL = 32
_ORDINAL = lazy_compile(
    r"\b(?:der|die|das|dem|den|des|am|im|zum|zur|vom|beim|ein\w*|jede\w?|sein\w*|ihr\w*|unser\w*)\s\d{1,3}\.\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def sentences(paragraph: str, language: str) -> tuple[str, ...]:
    """The sentences of one paragraph: each stands in it verbatim, in order; only white space between them is lost."""
    if language not in _WITHOUT_STOPS and _ENDLESS.fullmatch(paragraph):
        ends: Sequence[int] = ()
    else:
        ends = _ends(paragraph, language)
    found = [paragraph[start:end].strip() for start, end in pairwise((0, *ends, len(paragraph)))]
    return tuple(filter(None, found))


def _ends(paragraph: str, language: str) -> Sequence[int]:
    """Where a sentence ends and another one begins."""
    kept: list[int] = []
    start, silent = 0, True
    for before, end, following in _threes((0, *_proposed(paragraph, language), len(paragraph))):
        silent = silent and _WORDLESS.match(paragraph[before:end]) is not None
        near = paragraph[max(start, end - 3 * _TAIL) : end]
        if not silent and not _joins(near, paragraph[end:following], language):
            kept.append(end)
            start, silent = end, True
    return _whole(paragraph, kept) if kept else kept


def _threes(places: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Each place between the one before it and the one after."""
    return zip(places, places[1:], places[2:], strict=False)


def _proposed(paragraph: str, language: str) -> Sequence[int]:
    """Where sentencex, and the patterns that it lacks, would end a sentence."""
    parts = spoken(paragraph, language) or sentencex.segment(language, _masked(paragraph))
    ends = [*accumulate(map(len, parts))]
    if lacking := _lacking(paragraph, language):
        ends = sorted({*ends, *_mended(paragraph, ends, lacking)})
    return [end for end in ends if end < len(paragraph)]


def _mended(paragraph: str, ends: Sequence[int], lacking: Sequence[re.Pattern[str]]) -> Iterator[int]:
    for start, end in pairwise((0, *ends)):
        own = paragraph[start:end]
        yield from (start + match.end() for each in lacking for match in each.finditer(own))


def _lacking(paragraph: str, language: str) -> tuple[re.Pattern[str], ...]:
    """The patterns that might find an end in the paragraph; most hold nothing for any."""
    found = []
    if "…" in paragraph or "..." in paragraph:
        found.append(_TRAILED)
    if _STRAYED.search(paragraph):
        found.append(_STRAY)
    if language in _NUMBERED and ("no." in paragraph or "No." in paragraph):
        found.append(_NOT_NUMBER)
    if "(" in paragraph:
        found.append(_ASIDE)
    return tuple(found)


def _masked(paragraph: str) -> str:
    """The same length, without quotation marks but for those that close a sentence, and without what is no letter."""
    if paragraph.isascii() and "'" not in paragraph and '"' not in paragraph:
        return paragraph
    return _MARK.sub(_mask, paragraph)


# One class of letters comes first: re looks for it quickly.
_MARK = re.compile(
    rf"[{re.escape(_STOPS)}{QUOTES}\ud800-\udfff](?:"
    rf"(?<=[{re.escape(_STOPS)}])(\s»(?!\S)|[{CLOSING}]+)(?=\s|$|[{OPENING}]|[^\W\d_])|(?<=[{QUOTES}])([^\s\ud800-\udfff]?)|(?<=[\ud800-\udfff]))"
)


def _mask(match: re.Match[str]) -> str:
    if match[1]:
        return match[0][0] + "!" * len(match[1])
    if match[2] is None:
        return "\ufffd"
    return ("A" if match[2].isupper() or match[2].isdigit() else "a") + match[2]


def _joins(before: str, after: str, language: str) -> bool:
    """Does the sentence go on: is this boundary none?"""
    if not after[0].isupper() and _goes_on(after):  # most begin with a capital
        return True
    if not before[-1].isspace():
        if after[0] == "-":
            return True
        return bool(_DECIMAL.search(before) and after[0].isdigit()) or bool(
            before[-1] in "」』”" and _SPEAKS_ON.match(after)
        )
    tail = max(0, len(before) - _TAIL)
    if language == "de" and _ORDINAL.search(before, tail):
        return True
    abbreviated = _ABBREVIATED.get(language)
    return abbreviated is not None and abbreviated.search(before, tail) is not None


def _goes_on(after: str) -> bool:
    """Is it no start: without a word, or with a small letter?"""
    if _WORDLESS.match(after):
        return True
    return _SMALL.match(after) is not None and after.lstrip(QUOTES + "([ ")[:1].islower()


def _whole(paragraph: str, ends: Sequence[int]) -> Sequence[int]:
    """The ends that don't cut a quotation of usual length."""
    cut: set[int] = set()
    for start, end in quotation_spans(paragraph):
        first, last = bisect_right(ends, start), bisect_left(ends, end)
        if first == last:
            continue
        before = first - 1
        while before >= 0 and ends[before] in cut and first - before < _LONGEST_QUOTATION:
            before -= 1
        after = ends[last] if last < len(ends) else len(paragraph)
        if len(paragraph[ends[before] if before >= 0 else 0 : after].split()) <= _LONGEST_QUOTATION:
            cut.update(ends[first:last])
    return [end for end in ends if end not in cut] if cut else ends
