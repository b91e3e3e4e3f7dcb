"""Changes of pages that are no corrections: of a sentence, of the paragraphs, or of the whole page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from tests.bench.quality.correction_edits import Edit

#: Gives the paragraphs of the page afterwards; None if the kind doesn't apply.
TextEdit = Callable[[list[str], Random], list[str] | None]

_ADVERTISEMENTS = (
    "Advertisement",
    "Save 40 percent on our summer offer: 12 issues for only $9.99 a month.",
    "Sign up for our newsletter to get the 5 biggest stories in your inbox every morning.",
)
_LIVE = [
    f"1{minute % 10}:{minute:02} p.m.: Officials gave entry {minute} of the running updates to reporters."
    for minute in range(10, 30)
]
_SMALL_NUMBERS = dict(
    zip(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(2, 13)),
        strict=True,
    )
)


def _replacing(pattern: str, new: str | Callable[[re.Match[str]], str], count: int = 1) -> Edit:
    compiled = re.compile(pattern)

    def edit(sentence: str, _: Random) -> str | None:
        changed = compiled.sub(new, sentence, count=count)
        return None if changed == sentence else changed

    return edit


def _typo(sentence: str, random: Random) -> str | None:
    words = list(re.finditer(r"\b[a-z]{6,}\b", sentence))
    if not words:
        return None
    word = random.choice(words)
    at = random.randint(word.start() + 1, word.end() - 3)
    return sentence[:at] + sentence[at + 1] + sentence[at] + sentence[at + 2 :]


def _dropped_letter(sentence: str, random: Random) -> str | None:
    words = list(re.finditer(r"\b[a-z]{7,}\b", sentence))
    if not words:
        return None
    at = random.choice(words).start() + 3
    return sentence[:at] + sentence[at + 1 :]


def _damaged(sentence: str, _: Random) -> str | None:
    changed = "".join(character if character.isascii() else "\ufffd" for character in sentence)
    return None if changed == sentence else changed


def _mojibake(sentence: str, _: Random) -> str | None:
    if sentence.isascii():
        return None
    return sentence.encode().decode("cp1252", "replace")


def _split(sentence: str, _: Random) -> str | None:
    match = re.search(r", and (?=the |he |she |they |it |a )", sentence)
    if match is None:
        return None
    rest = sentence[match.end() :]
    return f"{sentence[: match.start()]}. {rest[0].upper()}{rest[1:]}"


def _clause(sentence: str, _: Random) -> str | None:
    match = re.search(r"(?<=[a-z]) said\b", sentence)
    return None if match is None else f"{sentence[: match.end()]}, according to local reports,{sentence[match.end() :]}"


def _moved_date(sentence: str, _: Random) -> str | None:
    match = re.search(r" on ((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?=[ ,.])", sentence)
    if match is None or match.start() < 20:
        return None
    rest = sentence[: match.start()] + sentence[match.end() :]
    return f"On {match[1]}, {rest}"


SENTENCES: Mapping[str, Edit] = {
    "letters transposed": _typo,
    "a letter dropped": _dropped_letter,
    "straight quotation marks": _replacing("[“”]", '"', 0),
    "curly quotation marks": _replacing('"([^"]*)"', r"“\1”", 0),
    "apostrophes": _replacing("[’']", lambda match: "'" if match[0] == "’" else "’", 0),
    "dashes": _replacing(" [-–—] |—", " – ", 0),
    "hyphens": _replacing(r"(?<=[a-z])-(?=[a-z])", " "),
    "soft hyphens": _replacing(r"\b([a-z]{4})(?=[a-z]{4})", "\\1\u00ad"),
    "hard spaces": _replacing(" (?=[a-z])", "\u00a0", 3),
    "ligatures": _replacing("fi", "\ufb01", 0),
    "capitals": _replacing(r"\b(?:president|government|state|court|police)\b", lambda match: match[0].title()),
    "thousands": _replacing(r"(?<=\d),(?=\d{3})", "", 0),
    "numbers in figures": _replacing(
        rf"\b(?:{'|'.join(_SMALL_NUMBERS)})\b(?! million| billion)", lambda match: _SMALL_NUMBERS[match[0]]
    ),
    "per cent sign": _replacing(r"(?<=\d) ?(?:percent|per cent)\b", "%"),
    "per cent word": _replacing(r"(?<=\d)%", " percent"),
    "millions shortened": _replacing(r"(?<=\d) million\b", "m"),
    "short months": _replacing(r"\b(Jan|Feb|Aug|Sept|Oct|Nov|Dec)(?:uary|ruary|ust|ember|ober)? (?=\d)", r"\1. "),
    "contractions": _replacing(
        r"\b(did|does|do|was|is|has|have|would)(?: not|n[’']t)\b",
        lambda match: f"{match[1]} not" if "’" in match[0] or "'" in match[0] else f"{match[1]}n’t",
    ),
    "said": _replacing(r"\bsaid\b", "stated"),
    "other words": _replacing(
        r"\b(?:also|however|because|while|about|many|show|began|tried)\b",
        lambda match: {
            "also": "too",
            "however": "though",
            "because": "since",
            "while": "whereas",
            "about": "around",
            "many": "numerous",
            "show": "indicate",
            "began": "started",
            "tried": "attempted",
        }[match[0]],
    ),
    "British spelling": _replacing(
        r"(?<=[a-z])(?:ize|or)(?=[ds]?\b)", lambda match: {"ize": "ise", "or": "our"}[match[0]]
    ),
    "a title before a name": _replacing(r"(?<=[a-z] )([A-Z][a-z]+)(?= said)", r"Mr. \1"),
    "an abbreviation written out": _replacing(r"\bU\.?S\.?(?= )", "United States"),
    "the year added": _replacing(r"\b((?:January|February|March|April|June|July) \d{1,2})\b(?!,? \d)", r"\1, 2020"),
    "today": _replacing(r"\bon (?:Mon|Tues|Wednes|Thurs|Fri)day\b", "today"),
    "a sentence split": _split,
    "a clause added": _clause,
    "the date moved": _moved_date,
    "a damaged character": _damaged,
    "mojibake": _mojibake,
    "a note number": _replacing(r"(?<=[a-z]{3})(?=[.,])", "[1]"),
    "italics": _replacing(r"\b([A-Z][a-z]{3,})\b", r"<i>\1</i>"),
}


def _moved(paragraphs: list[str], _: Random) -> list[str] | None:
    return [*paragraphs[2:4], *paragraphs[:2], *paragraphs[4:]] if len(paragraphs) > 5 else None


def _with_advertisements(paragraphs: list[str], _: Random) -> list[str]:
    result = list(paragraphs)
    for position, text in enumerate(_ADVERTISEMENTS, start=1):
        result.insert(2 * position, text)
    return result


def _developed(paragraphs: list[str], random: Random) -> list[str] | None:
    """A later report: new paragraphs, and new figures in the old ones."""
    grown = [
        re.sub(r"(?<![\w.,$-])\d{1,2}(?![\w.,%-])", lambda match: str(int(match[0]) + 2), text) for text in paragraphs
    ]
    if grown == paragraphs:
        return None
    new = [
        f"Rescue crews found entry {number} of a growing list, officials told reporters. Work went on at site {number}."
        for number in range(6)
    ]
    return [grown[0], *new, *grown[1:]]


TEXTS: Mapping[str, TextEdit] = {
    "paragraphs moved": _moved,
    "paragraphs joined": lambda paragraphs, _: [" ".join(paragraphs[:3]), *paragraphs[3:]],
    "paragraphs split": lambda paragraphs, _: [
        part for text in paragraphs for part in re.split(r"(?<=[a-z]\.) (?=[A-Z])", text)
    ],
    "an update appended": lambda paragraphs, _: [
        *paragraphs,
        "Update, 4:15 p.m.: The office has opened a hotline with 20 lines.",
        "It is open until 9 p.m. on Friday.",
    ],
    "a live report begun": lambda paragraphs, _: [*_LIVE, *paragraphs],
    "a later report": _developed,
    "advertisements": _with_advertisements,
    "a time of update": lambda paragraphs, _: ["Updated 5:42 p.m. on Wednesday.", *paragraphs],
    "cut short": lambda paragraphs, _: paragraphs[: max(len(paragraphs) // 3, 1)],
    "the beginning cut": lambda paragraphs, _: paragraphs[2:],
    "a paywall": lambda paragraphs, _: [
        paragraphs[0][: len(paragraphs[0]) // 2] + "…",
        "Subscribe now to continue reading.",
        "Already a subscriber? Log in.",
    ],
    "a consent form": lambda _paragraphs, _: [
        "We value your privacy. We and our 812 partners store cookies on your device.",
        "Accept all",
        "Manage choices",
    ],
    "a login": lambda _paragraphs, _: ["Log in to your account", "Email address", "Password", "Forgot your password?"],
    "an error page": lambda _paragraphs, _: [
        "Page not found",
        "The page that you requested doesn’t exist. Try the search.",
    ],
    "a correction of something else": lambda paragraphs, _: [
        *paragraphs,
        "Correction: The caption of a picture in this article named the wrong photographer.",
    ],
    "a comment asked for": lambda paragraphs, _: [
        *paragraphs[:3],
        "A spokesman did not immediately respond to a request for comment.",
        *paragraphs[3:],
    ],
}
