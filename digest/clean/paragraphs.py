"""What is left to do to body paragraphs: datelines, drop capitals, agencies that sign, sentences cut short."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.lines import without_agency
from digest.text.quotes import QUOTES

#: "KYIV, Ukraine (AP) — ", "BERLIN, Sept 27 (Reuters) - ", "Paris (AFP) – ", "PARIS — "
_AGENCIES = "ap|afp|dpa|apa|sda|ots|epd|kna|ats|efe|ansa|agi|belga|lusa|ritzau|ntb|tt|pap|čtk|ctk|mti|anp"
_NAME = r"[A-ZÀ-Þ][\w.’'-]*"
_PLACE = rf"{_NAME}(?:\s(?:{_NAME}|de|del|la|le|les|sur|an|am|der|im|upon|of)){{0,4}}"
_DATELINE = re.compile(
    rf"""^(?:
        {_PLACE}(?:[,/]\s?[\w.’' ]{{2,30}}){{0,3}}
        \s?\((?:[A-Z][\w/ .-]{{1,20}}|(?:{_AGENCIES})(?:/\w+)*)\)\s?[-–—.:]{{1,2}}\s?
      | [A-ZÄÖÜÉ][A-ZÄÖÜÉ.’' -]{{2,30}}(?:,\s[\w.’' ]{{2,30}}){{0,2}}\s?(?:—|–|--|-\s)\s?
    )(?=[A-ZÀ-ÞА-Я"“‘'„«])""",
    re.VERBOSE,
)
_CUT = re.compile(
    r"\s*(?:\[(?:…|\.{3}|&hellip;)\]|\((?:…|\.{3})\)|(?:…|\.{3})\s*(?:»|>+|→|read more|continue reading|more)?)\s*$",
    re.I,
)
_LAST_STOP = re.compile(rf"^.*[.!?。！？][{QUOTES})\]]*(?=\s)", re.DOTALL)
_DOUBLED = re.compile(r"^(?P<mark>[^\w\s]?)(?P<letter>[A-Z])(?P<word>(?P=letter)[A-Z’']+|(?P=letter)[a-z]+)(?=\W|$)")
_PARTED = re.compile(r"^(?P<mark>[^\w\s]?)(?P<letter>[A-Z]) (?P<word>[A-Z]{2,}|[a-z]+)(?=\W|$)")
_WORD = re.compile(r"[^\W\d_]+")


def trimmed(paragraphs: Sequence[str], title: str) -> tuple[str, ...]:
    """The paragraphs as a reader wants them: what was around their words is gone, the words are as they were."""
    if not paragraphs:
        return ()
    first, *rest = paragraphs
    dateline = _DATELINE.match(first)
    first = _without_drop_capital(first[dateline.end() :] if dateline else first, (title, *paragraphs))
    found = [first, *rest]
    found[-1] = without_agency(found[-1])
    return tuple(dict.fromkeys(filter(None, found)))  # trimmed, two may be the same


def _words(texts: Sequence[str]) -> set[str]:
    """All words but the very first of the body, in lower case."""
    title, first, *rest = texts
    return {word.lower() for text in (title, first.partition(" ")[2], *rest) for word in _WORD.findall(text)}


def _without_drop_capital(paragraph: str, texts: Sequence[str]) -> str:
    """A drop capital that was pasted beside its word: "BBRAVE", "B RAVE" → "BRAVE", where the texts have that word."""
    doubled, parted = _DOUBLED.match(paragraph), _PARTED.match(paragraph)
    known = _words(texts) if doubled or parted else set()
    if doubled and _is_doubled(doubled, known):
        return doubled["mark"] + doubled["word"] + paragraph[doubled.end() :]
    if parted:
        word = parted["letter"] + parted["word"]
        if word.lower() in known:
            return parted["mark"] + word + paragraph[parted.end() :]
    return paragraph


def _is_doubled(match: re.Match[str], known: set[str]) -> bool:
    """Is it one letter too many? It is, if the article has the shorter word elsewhere and never the longer."""
    short = match["word"].lower()
    if match["letter"].lower() + short in known:
        return False
    begins_words = match["letter"] in "AEIOUL"  # Aaron, eerie, Lloyd
    return short in known or (not begins_words and len(short) >= 5 and match["word"].isupper())


def whole(paragraph: str) -> str:
    """A line without the sentence that a feed cut short ("[…]"), if another stands before it."""
    cut = _CUT.search(paragraph) if "…" in paragraph or "..." in paragraph or "&hellip;" in paragraph else None
    if not cut or not cut.group().strip():
        return paragraph
    marked = cut.group().strip().strip("…. ") != ""
    before = _LAST_STOP.match(paragraph[: cut.start()]) if marked else None
    return before.group() if before else paragraph
