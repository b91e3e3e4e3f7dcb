"""Sentence splitting: the sentences of a paragraph, verbatim.

sentencex proposes boundaries. Quotation marks are masked first, because it takes an apostrophe for the start of a
quotation. Then wrong boundaries are dropped, missing ones added, and short quotations kept whole.
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
from digest.text.segmentation import segment_sentences

#: Words of a sentence with a quotation of several sentences that is kept whole; a longer one is split.
_MAX_QUOTATION_WORDS = 50

_STOPS = ".!?…。！？।॥؟۔።։;？"
#: A paragraph without a boundary: at most one stop, at its end.
_SINGLE_SENTENCE = re.compile(rf"[^{re.escape(_STOPS)}]*+[{re.escape(_STOPS)}]?+[{CLOSING})\]\s]*+")
#: Languages whose sentences may end without a full stop.
_WITHOUT_STOPS = frozenset({"th", "lo", "km", "my", "und"})
_WORDLESS = re.compile(r"[\W_]*$")
_LOWERCASE_START = re.compile(rf"[{QUOTES}(\[\s]*[^\W\d_A-ZÀ-ÖØ-Þ]")
_DECIMAL = re.compile(r"\d[.,．，]$")
#: The parts of an abbreviation of initials after a quotation mark: “U.|S. Attorney.
_ENDS_IN_INITIAL, _INITIAL = re.compile(r"(?<![^\W\d_])[^\W\d_]\.$"), re.compile(r"[^\W\d_]\.")
_QUOTE_CONTINUES = lazy_compile(r"(?:と|って|などと|、|，|との|という)")
# Boundaries that sentencex misses: "(He left.) She stayed.", a stray "”. " at the start, "said no. The", "then… The".
_PARENTHESIS = re.compile(r"\A\([^()]*[.!?…]\)\s+(?=[^\W\d_])")
_STRAY_QUOTE = re.compile(rf"(?:^|(?<=\s))[{QUOTES}]+[.!?]\s+(?=\S)")
_HAS_STRAY_QUOTE = re.compile(rf"[{QUOTES}][.!?]\s")
_ANSWER_NO = re.compile(r"\b[Nn]o\.\s+(?=[^\W\d_a-z])")
#: Languages in which "no." is an abbreviation (number) or an answer.
_AMBIGUOUS_NO = frozenset({"en", "es", "it"})
_ELLIPSIS = re.compile(rf"(?<=\w)(?:…|\.{{3}})[{CLOSING}]*\s+(?=[{QUOTES}(]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω])")

#: Abbreviations that sentencex takes for the end of a sentence, by language; most are followed by a capital.
_ABBREVIATIONS = {
    "en": r"vs|v|cf|viz|approx|para|Mr|Mrs|Ms|Mx|Messrs|Mmes|Gov|Rep|Reps|Sen|Sens|Amb|Atty|Supt|Insp|Det|Cllr|Hon|Rev"
    r"|Fr|Sgt|Cpl|Pte|Spc|Pfc|Capt|Lt|Col|Gen|Cmdr|Adm|Maj|Brig|Pvt|Const|Dep|Asst|Assoc|[Ee]st|Ft|Mt|Ste",
    "de": r"z\. ?B|d\. ?h|u\. ?a|bzw|ca|vgl|Nr|St|Str|Mio|Mrd|Tsd|evtl|ggf|inkl|zzgl|Abs|Art|Bd|Hrsg|geb|gest|Fa|Hr"
    r"|Ing|Dipl|Gen|Oblt|Hptm",
    "fr": r"M|MM|Mme|Mmes|Mlle|Me|Mgr|Dr|Pr|St|Ste|av|bd|cf|env|etc|p|ex|[A-Z]\.?-[A-Z]"
    r"|art|chap|gén|col|cap|lt|amb|dép",
    "es": r"Sr|Sra|Srta|Sres|Dr|Dra|D|Da|Dña|Av|Avda|EE|Ud|Uds|art|núm|pág|aprox|Pdte|Pdta|Gral|Cnel|Lic|Mons",
    "pt": r"Sr|Sra|Srta|Dr|Dra|Av|Exmo|Exma|art|nº|pág|R|Dep|Sen|Gen|Cel|Eng",
    "it": r"Sig|Sigg|Dott|Avv|Ing|On|Prof|art|pag|ca|Gen|Sen|Mons|Arch",
    "nl": r"dhr|mevr|mw|bijv|o\.a|m\.b\.t|ca|nr|jl|ds|drs|ir|mr",
    "sv": r"t\.ex|bl\.a|kl|ca|s\.k|d\.v\.s|m\.m|St|nr",
    "ar": r"[\u0621-\u064a]",
    "da": r"f\.eks|bl\.a|kl|ca|dvs|nr|mio|mia",
    "no": r"f\.eks|bl\.a|kl|ca|dvs|nr|mill|mrd",
    "pl": r"ul|al|pl|r|w|tzw|tzn|np|prof|dr|hab|mgr|inż|gen|płk|św|ok|nr|tys|mln|mld|godz",
    "cs": r"např|tzv|tj|r|č|ul|prof|dr|ing|mgr|sv|tis|mil|mld",
    "ru": r"т\. ?е|т\. ?д|т\. ?п|ул|пр|г|гг|в|вв|руб|тыс|млн|млрд|им|см|проф|акад|стр",
    "uk": r"т\. ?д|т\. ?п|вул|пр|р|рр|ст|грн|тис|млн|млрд|ім|див|проф|акад",
}
_ENDS_IN_ABBREVIATION = {
    tag: lazy_compile(rf"(?:^|[\s({QUOTES}\-–])(?:{abbreviations})\.\s*$")
    for tag, abbreviations in _ABBREVIATIONS.items()
}
#: Characters of the longest abbreviation, or ordinal with its article.
_TAIL = 32
_ENDS_IN_ORDINAL = lazy_compile(
    r"\b(?:der|die|das|dem|den|des|am|im|zum|zur|vom|beim|ein\w*|jede\w?|sein\w*|ihr\w*|unser\w*)\s\d{1,3}\.\s*$",
    re.IGNORECASE,
)
#: A time of day, and the day or zone that may follow it: "8:30 p.m. Thursday", "9 a.m. EST".
_ENDS_IN_TIME = lazy_compile(r"\d\s?[ap]\.m\.\s*$", re.IGNORECASE)
_DAY_OR_ZONE = lazy_compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b\.?"
    r"|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d|[ECMP][SD]?T\b|GMT\b|UTC\b|BST\b|CET\b"
    r"|(?:Eastern|Central|Mountain|Pacific)\b)"
)
#: A day and its month in German: "am Montag, 3. März".
_ENDS_IN_DAY = lazy_compile(r"\b\d{1,2}\.\s*$")
_GERMAN_MONTH = lazy_compile(
    r"(?:Jan|Jän|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)(?:uar|ner|ruar|il|i|ust|tember|ober|ember)?\b"
)


@lru_cache(maxsize=4096)
def sentences(paragraph: str, language: str) -> tuple[str, ...]:
    """The sentences of one paragraph, verbatim and in order; only white space between them is dropped."""
    if language not in _WITHOUT_STOPS and _SINGLE_SENTENCE.fullmatch(paragraph):
        ends: Sequence[int] = ()
    else:
        ends = _sentence_ends(paragraph, language)
    texts = [paragraph[start:end].strip() for start, end in pairwise((0, *ends, len(paragraph)))]
    return tuple(filter(None, texts))


def _sentence_ends(paragraph: str, language: str) -> Sequence[int]:
    """Positions at which one sentence ends and another begins."""
    ends: list[int] = []
    start, wordless = 0, True
    for before, end, following in _triples((0, *_proposed_ends(paragraph, language), len(paragraph))):
        wordless = wordless and _WORDLESS.match(paragraph[before:end]) is not None
        tail = paragraph[max(start, end - 3 * _TAIL) : end]
        if not wordless and not _sentence_continues(tail, paragraph[end:following], language):
            ends.append(end)
            start, wordless = end, True
    return _without_ends_in_quotations(paragraph, ends) if ends else ends


def _triples(positions: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Each position with the one before it and the one after it."""
    return zip(positions, positions[1:], positions[2:], strict=False)


# --- proposed boundaries -----------------------------------------------------------------------------------------


def _proposed_ends(paragraph: str, language: str) -> Sequence[int]:
    """Boundaries proposed by sentencex, and by the patterns for those that it misses."""
    parts = segment_sentences(paragraph, language) or sentencex.segment(language, _mask_quotes(paragraph))
    ends = [*accumulate(map(len, parts))]
    if patterns := _applicable_patterns(paragraph, language):
        ends = sorted({*ends, *_missed_ends(paragraph, ends, patterns)})
    return [end for end in ends if end < len(paragraph)]


def _missed_ends(paragraph: str, ends: Sequence[int], patterns: Sequence[re.Pattern[str]]) -> Iterator[int]:
    for start, end in pairwise((0, *ends)):
        sentence = paragraph[start:end]
        yield from (start + match.end() for pattern in patterns for match in pattern.finditer(sentence))


def _applicable_patterns(paragraph: str, language: str) -> tuple[re.Pattern[str], ...]:
    """The patterns that may match in the paragraph: for most paragraphs none."""
    patterns = []
    if "…" in paragraph or "..." in paragraph:
        patterns.append(_ELLIPSIS)
    if _HAS_STRAY_QUOTE.search(paragraph):
        patterns.append(_STRAY_QUOTE)
    if language in _AMBIGUOUS_NO and ("no." in paragraph or "No." in paragraph):
        patterns.append(_ANSWER_NO)
    if "(" in paragraph:
        patterns.append(_PARENTHESIS)
    return tuple(patterns)


def _mask_quotes(paragraph: str) -> str:
    """Mask quotation marks that do not close a sentence, and lone surrogates; the length stays the same."""
    if paragraph.isascii() and "'" not in paragraph and '"' not in paragraph:
        return paragraph
    return _TO_MASK.sub(_mask, paragraph)


# It starts with a single character class, which re searches for quickly.
_TO_MASK = re.compile(
    rf"[{re.escape(_STOPS)}{QUOTES}\ud800-\udfff](?:"
    rf"(?<=[{re.escape(_STOPS)}])(\s»(?!\S)|[{CLOSING}]+)(?=\s|$|[{OPENING}]|[^\W\d_])|(?<=[{QUOTES}])([^\s\ud800-\udfff]?)|(?<=[\ud800-\udfff]))"
)


def _mask(match: re.Match[str]) -> str:
    if match[1]:
        return match[0][0] + "!" * len(match[1])
    if match[2] is None:
        return "\ufffd"
    return ("A" if match[2].isupper() or match[2].isdigit() else "a") + match[2]


# --- wrong boundaries --------------------------------------------------------------------------------------------


def _sentence_continues(before: str, after: str, language: str) -> bool:
    """Is the boundary between ``before`` and ``after`` within a sentence?"""
    if not after[0].isupper() and _is_no_start(after):  # most sentences begin with a capital
        return True
    if not before[-1].isspace():
        if after[0] == "-":
            return True
        if _ENDS_IN_INITIAL.search(before) and _INITIAL.match(after):
            return True
        return bool(_DECIMAL.search(before) and after[0].isdigit()) or bool(
            before[-1] in "」』”" and _QUOTE_CONTINUES.match(after)
        )
    tail = max(0, len(before) - _TAIL)
    if _continues_date(before, after, tail, language):
        return True
    abbreviation = _ENDS_IN_ABBREVIATION.get(language)
    return abbreviation is not None and abbreviation.search(before, tail) is not None


def _continues_date(before: str, after: str, tail: int, language: str) -> bool:
    """Is the boundary within a date, or between a time and its day?"""
    if language == "de":
        if _ENDS_IN_ORDINAL.search(before, tail):
            return True
        return _GERMAN_MONTH.match(after) is not None and _ENDS_IN_DAY.search(before, tail) is not None
    return language == "en" and _DAY_OR_ZONE.match(after) is not None and _ENDS_IN_TIME.search(before, tail) is not None


def _is_no_start(after: str) -> bool:
    """Does the text have no word, or begin with a lower-case character?"""
    if _WORDLESS.match(after):
        return True
    return _LOWERCASE_START.match(after) is not None and after.lstrip(QUOTES + "([ ")[:1].islower()


def _without_ends_in_quotations(paragraph: str, ends: Sequence[int]) -> Sequence[int]:
    """The ends that do not split a quotation of usual length."""
    dropped: set[int] = set()
    for start, end in quotation_spans(paragraph):
        first, last = bisect_right(ends, start), bisect_left(ends, end)
        if first == last:
            continue
        before = first - 1
        while before >= 0 and ends[before] in dropped and first - before < _MAX_QUOTATION_WORDS:
            before -= 1
        after = ends[last] if last < len(ends) else len(paragraph)
        if len(paragraph[ends[before] if before >= 0 else 0 : after].split()) <= _MAX_QUOTATION_WORDS:
            dropped.update(ends[first:last])
    return [end for end in ends if end not in dropped] if dropped else ends
