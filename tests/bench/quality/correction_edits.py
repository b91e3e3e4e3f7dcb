"""Corrections as outlets make them: each kind takes a sentence and gives its corrected wording, or None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

#: Gives the new wording of a sentence; an empty one removes it; None if the kind doesn't apply.
Edit = Callable[[str, Random], str | None]

_NUMBER = r"(?<![\w.,$€£-])\d{1,3}(?![\w.,%:-]|\s*(?:per|a\.m|p\.m))"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
#: A full name within a sentence.
_NAME = re.compile(
    r"(?<=[a-z,] )(?!President|The|Mr|Mrs|Sen|Gov|On|In|At|But|House|Prime)([A-Z][a-z]{2,} )([A-Z][a-z]{3,})(?=[ ,.’'])"
)
_FUNCTION_WORDS = frozenset(
    ["before", "behind", "should", "though", "really", "little", "around", "during", "against", "because", "through"]
)


def _substitution(pattern: str, change: Callable[[re.Match[str], Random], str]) -> Edit:
    compiled = re.compile(pattern)

    def edit(sentence: str, random: Random) -> str | None:
        match = compiled.search(sentence)
        if match is None:
            return None
        new = change(match, random)
        return None if new == match[0] else sentence[: match.start()] + new + sentence[match.end() :]

    return edit


def _swap(*pairs: str) -> Edit:
    table = {}
    for pair in pairs:
        first, second = pair.split("|")
        table |= {first: second, second: first}
    words = "|".join(map(re.escape, table))
    return _substitution(rf"\b(?:{words})\b", lambda match, _: table[match[0]])


def _other(choices: list[str]) -> Callable[[re.Match[str], Random], str]:
    return lambda match, random: random.choice([choice for choice in choices if choice != match[0]])


def _add(low: int, high: int) -> Callable[[re.Match[str], Random], str]:
    return lambda match, random: str(int(match[0]) + random.randint(low, high))


def _surname(match: re.Match[str], random: Random) -> str:
    return match[1] + random.choice(["Halvorsen", "Okafor", "Brandtner", "Quesada"])


def _given_name(match: re.Match[str], random: Random) -> str:
    return random.choice(["Wilhelmina", "Bartholomew", "Guadalupe"]) + " " + match[2]


def _in_quotation(sentence: str, random: Random) -> str | None:
    match = re.search(r"[“\"]([^”\"]{30,})[”\"]", sentence)
    words = [word for word in re.findall(r"\b[a-z]{6,}\b", match[1]) if word not in _FUNCTION_WORDS] if match else []
    if not match or not words:
        return None
    word = random.choice(words)
    return sentence[: match.start(1)] + match[1].replace(word, "postponed", 1) + sentence[match.end(1) :]


def _swapped_numbers(sentence: str, _: Random) -> str | None:
    numbers = list(re.finditer(_NUMBER, sentence))
    if len(numbers) < 2 or numbers[0][0] == numbers[1][0]:
        return None
    first, second = numbers[:2]
    return (
        sentence[: first.start()]
        + second[0]
        + sentence[first.end() : second.start()]
        + first[0]
        + sentence[second.end() :]
    )


def _negated(sentence: str, _: Random) -> str | None:
    match = re.search(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should) (?!not\b|n)", sentence)
    return None if match is None else sentence[: match.end()] + "not " + sentence[match.end() :]


def _affirmed(sentence: str, _: Random) -> str | None:
    changed = re.sub(r" not\b| never\b|n[’']t\b", "", sentence, count=1)
    return None if changed == sentence else changed


def _removed(sentence: str, _: Random) -> str | None:
    return "" if len(sentence.split()) > 8 else None


#: By kind; those with a note come with one of the outlet's on the page.
CORRECTIONS: Mapping[str, Edit] = {
    "figure": _substitution(_NUMBER, _add(1, 9)),
    "figure halved": _substitution(_NUMBER, lambda match, _: str(max(int(match[0]) // 2, 1))),
    "number word": _substitution(rf"\b(?:{'|'.join(_WORDS)})\b", _other(_WORDS)),
    "thousands": _substitution(
        r"(?<![\w.])\d{1,3},\d{3}(?![\w,])", lambda match, _: str(int(match[0].split(",")[0]) + 3) + match[0][-4:]
    ),
    "scale": _swap("million|billion", "thousand|million"),
    "per cent": _substitution(r"\d+(?=%| percent| per cent)", _add(2, 9)),
    "percentage point": _substitution(
        r"\d+ (?:percent|per cent)\b", lambda match, _: match[0].split()[0] + " percentage points"
    ),
    "money": _substitution(r"(?<=[$£€])\d+(?![\d,])", _add(1, 20)),
    "currency": _substitution(r"\$(?=\d)", lambda _match, _random: "€"),
    "decimal point": _substitution(r"\d\.\d(?!\d)", lambda match, _: match[0].replace(".", "")),
    "year": _substitution(r"\b(?:19|20)\d\d\b(?!s)", lambda match, random: str(int(match[0]) - random.randint(1, 7))),
    "weekday": _substitution(rf"\b(?:{'|'.join(_DAYS)})\b", _other(_DAYS)),
    "month": _substitution(rf"\b(?:{'|'.join(m for m in _MONTHS if m != 'May')})\b", _other(_MONTHS)),
    "day of a month": _substitution(rf"(?<=(?:{'|'.join(m[-3:] for m in _MONTHS)}) )\d{{1,2}}\b", _add(1, 5)),
    "age": _substitution(r"\d+(?=-year-old|, of )", _add(1, 6)),
    "surname": _substitution(_NAME.pattern, _surname),
    "given name": _substitution(_NAME.pattern, _given_name),
    "place": _substitution(
        rf"(?<= in )(?!{'|'.join(_MONTHS)})[A-Z][a-z]{{3,}}(?=[ ,.])(?! [A-Z])",
        _other(["Ljubljana", "Montevideo", "Casablanca"]),
    ),
    "country": _swap(
        "China|Taiwan",
        "Iran|Iraq",
        "Russia|Ukraine",
        "Britain|Ireland",
        "Australia|Austria",
        "Israel|Egypt",
        "America|Canada",
        "Germany|France",
    ),
    "institution": _substitution(
        r"\b(?:Senate|House|Congress|Pentagon|FBI|CIA|NATO|Supreme Court)\b",
        _other(["Senate", "House", "Pentagon", "Treasury"]),
    ),
    "state": _swap(
        "Texas|Ohio",
        "Florida|Georgia",
        "California|Oregon",
        "Minnesota|Michigan",
        "Washington|Wisconsin",
        "York|Jersey",
    ),
    "negation added": _negated,
    "negation removed": _affirmed,
    "rise and fall": _swap(
        "rose|fell", "increase|decrease", "increased|decreased", "up|down", "higher|lower", "more|fewer"
    ),
    "dead and injured": _swap(
        "killed|injured", "dead|injured", "deaths|injuries", "died|survived", "deaths|infections"
    ),
    "first and last": _swap(
        "first|last", "before|after", "largest|smallest", "oldest|youngest", "north|south", "east|west"
    ),
    "law": _swap(
        "convicted|charged", "charged|acquitted", "guilty|innocent", "approved|rejected", "won|lost", "legal|illegal"
    ),
    "office": _swap(
        "Senator|Representative",
        "Sen.|Rep.",
        "Democrats|Republicans",
        "Democrat|Republican",
        "former|current",
        "Democratic|Republican",
    ),
    "relation": _swap("his|her", "he|she", "man|woman", "men|women", "father|mother", "son|daughter", "brother|sister"),
    "unit": _swap(
        "miles|kilometers",
        "feet|meters",
        "days|weeks",
        "weeks|months",
        "months|years",
        "hours|minutes",
        "years|decades",
    ),
    "quotation": _in_quotation,
    "figures swapped": _swapped_numbers,
    "part of a whole": _swap("most of|all of", "half|third", "dozens|hundreds", "hundreds|thousands"),
    "score": _substitution(r"\b\d-\d\b", lambda match, _: match[0][::-1]),
    "sentence removed": _removed,
    "sentence removed, with a note": _removed,
    "figure, with a note": _substitution(_NUMBER, _add(1, 9)),
    "wording, with a note": _substitution(
        r"\b(?:\w{5,}ed|\w{6,})\b(?=[^.]*\.)", lambda _match, _random: "circumvented"
    ),
    "name, with a note": _substitution(_NAME.pattern, _surname),
}
NOTES = (
    "Correction: An earlier version of this article misstated a fact. It has been corrected.",
    "This story was amended on 3 March to correct an error in the second paragraph.",
    "Editor’s note: A previous version of this story was wrong about one detail. We regret the error.",
)
