"""Trim body paragraphs: datelines, drop capitals, agency signatures, truncated sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.lines import without_agency
from digest.text.quotes import QUOTES

#: "KYIV, Ukraine (AP) — ", "BERLIN, Sept 27 (Reuters) - ", "Paris (AFP) – ", "PARIS — ", "(Reuters) - ", "(CNN) "
_AGENCIES = "ap|afp|dpa|apa|sda|ots|epd|kna|ats|efe|ansa|agi|belga|lusa|ritzau|ntb|tt|pap|čtk|ctk|mti|anp"
_NAME = r"[A-ZÀ-Þ][\w.’'-]*"
_PLACE = rf"{_NAME}(?:\s(?:{_NAME}|de|del|la|le|les|sur|an|am|der|im|upon|of)){{0,4}}"
_SENTENCE_START = r"""(?=[A-ZÀ-ÞА-Я"“‘'„«])"""
_AGENCY_DATELINE = re.compile(
    rf"""^(?:
        {_PLACE}(?:[,/]\s?[\w.’' ]{{2,30}}){{0,3}}
        \s?\((?:[A-Z][\w/ .-]{{1,20}}|(?:{_AGENCIES})(?:/\w+)*)\)\s?[-–—.:]{{1,2}}\s?
      | \((?:[A-Z][\w/ .-]{{1,20}}\)\s?[-–—]{{1,2}}|(?:CNN|(?i:{_AGENCIES}|reuters|upi|bloomberg))[\w ]{{0,12}}\))\s?
      | (?P<place>{_PLACE})(?:[,/]\s?[\w.’' ]{{2,30}}){{0,3}}\s?\((?P<agency>CNN|AP|AFP|UPI|Reuters|dpa)(?:\s\w+)?\)\s
      | \({_PLACE}(?:,\s[\w.’' ]{{2,30}}){{0,3}}\)\s?[–—-]{{1,2}}\s?
    ){_SENTENCE_START}""",
    re.VERBOSE,
)
_PLACE_DATELINE = re.compile(
    rf"^[A-ZÄÖÜÉ][A-ZÄÖÜÉ.’' -]{{2,30}}(?:,\s[\w.’' ]{{2,30}}){{0,2}}\s?(?:—|–|--|-\s)\s?{_SENTENCE_START}"
)
#: Stands before a paragraph that an agency inserted.
_DASHES = re.compile(r"^--+\s*(?=[A-ZÀ-ÞА-Я])")
#: A summary or a caption may stand before the paragraph that has the dateline.
_DATELINED = 3
#: A feed's mark where it truncated the text: "[…]", "… read more".
_TRUNCATION = re.compile(
    r"\s*(?:\[(?:…|\.{3}|&hellip;)\]|\((?:…|\.{3})\)|(?:…|\.{3})\s*(?:»|>+|→|read more|continue reading|more)?)\s*$",
    re.I,
)
_LAST_STOP = re.compile(rf"^.*[.!?。！？][{QUOTES})\]]*(?=\s)", re.DOTALL)
_ARXIV_PREFACE = re.compile(
    r"\A\s*(?:<p>\s*)?arXiv:[\w./-]+\s+Announce Type:\s*[\w-]+\s*(?:<[^<>]{0,20}>\s*)*(?:Abstract:\s*)?"
)
#: A drop capital pasted before its word, doubled ("BBRAVE") or separated ("B RAVE").
_DOUBLED = re.compile(r"^(?P<mark>[^\w\s]?)(?P<letter>[A-Z])(?P<word>(?P=letter)[A-Z’']+|(?P=letter)[a-z]+)(?=\W|$)")
_SEPARATED = re.compile(r"^(?P<mark>[^\w\s]?)(?P<letter>[A-Z]) (?P<word>[A-Z]{2,}|[a-z]+)(?=\W|$)")
#: A label in capitals before a separate drop capital: "MEMBERS ONLY B rave people".
_WORD_LETTERS = frozenset("AIO")
_LABEL = re.compile(r"^(?:[A-ZÀ-Þ0-9][A-ZÀ-Þ0-9+&’'-]+\s){2,6}(?=(?P<letter>[A-Z]) (?P<word>[a-z]{2,})(?=\W))")
_WORD = re.compile(r"[^\W\d_]+")


def without_preface(body: str) -> str:
    """The body without the number and kind of announcement that arXiv puts before each abstract."""
    return _ARXIV_PREFACE.sub("", body) if "Announce Type" in body[:200] else body


def trim_paragraphs(paragraphs: Sequence[str], title: str) -> tuple[str, ...]:
    """The paragraphs, each without dateline, separate drop capital and agency signature."""
    if not paragraphs:
        return ()
    trimmed = [_without_dateline(paragraph) for paragraph in paragraphs[:_DATELINED]]
    trimmed[0] = _join_drop_capital(_without(_PLACE_DATELINE, trimmed[0]), (title, *paragraphs))
    trimmed += paragraphs[_DATELINED:]
    trimmed = [_without(_DASHES, paragraph) for paragraph in trimmed]
    trimmed[-1] = without_agency(trimmed[-1])
    return tuple(trimmed)


def _without_dateline(paragraph: str) -> str:
    match = _AGENCY_DATELINE.match(paragraph)
    if match is None or _spells(match["place"] or "", match["agency"] or ""):
        return paragraph
    return paragraph[match.end() :]


def _spells(name: str, initials: str) -> bool:
    """Whether the brackets only abbreviate the name: "Associated Press (AP) Editor Ann Berg"."""
    return bool(name) and "".join(word[0] for word in name.split()).upper().endswith(initials.upper())


def _without(opening: re.Pattern[str], paragraph: str) -> str:
    match = opening.match(paragraph)
    return paragraph[match.end() :] if match else paragraph


def _join_drop_capital(paragraph: str, texts: Sequence[str]) -> str:
    """Join a drop capital that was pasted beside its word: "BBRAVE", "B RAVE" → "BRAVE", if the text has that word."""
    label, doubled, separated = _LABEL.match(paragraph), _DOUBLED.match(paragraph), _SEPARATED.match(paragraph)
    vocabulary = _lowercase_words(texts) if label or doubled or separated else set()
    if label and (label["letter"] not in _WORD_LETTERS or (label["letter"] + label["word"]).lower() in vocabulary):
        return label["letter"] + label["word"] + paragraph[label.end() + 2 + len(label["word"]) :]
    if doubled and _is_doubled(doubled, vocabulary):
        return doubled["mark"] + doubled["word"] + paragraph[doubled.end() :]
    if separated:
        word = separated["letter"] + separated["word"]
        if word.lower() in vocabulary:
            return separated["mark"] + word + paragraph[separated.end() :]
    return paragraph


def _lowercase_words(texts: Sequence[str]) -> set[str]:
    """The words of the title and the body, without the first word of the body."""
    title, first, *following = texts
    return {word.lower() for text in (title, first.partition(" ")[2], *following) for word in _WORD.findall(text)}


def _is_doubled(match: re.Match[str], vocabulary: set[str]) -> bool:
    """Is the first letter a drop capital? So it is if the article has the shorter word elsewhere, never the longer."""
    short = match["word"].lower()
    if match["letter"].lower() + short in vocabulary:
        return False
    begins_words = match["letter"] in "AEIOUL"  # Aaron, eerie, Lloyd
    return short in vocabulary or (not begins_words and len(short) >= 5 and match["word"].isupper())


def without_truncated_sentence(paragraph: str) -> str:
    """The paragraph without the sentence that a feed truncated ("[…]"), if a whole sentence is before it."""
    may_match = "…" in paragraph or "..." in paragraph or "&hellip;" in paragraph
    match = _TRUNCATION.search(paragraph) if may_match else None
    if not match or not match.group().strip():
        return paragraph
    is_explicit = match.group().strip().strip("…. ") != ""  # an ellipsis alone may be the author's
    whole = _LAST_STOP.match(paragraph[: match.start()]) if is_explicit else None
    return whole.group() if whole else paragraph
