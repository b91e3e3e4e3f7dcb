"""Lines that say again what another line of the document says: copies, captions, pulled quotes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain

from digest.clean.boilerplate.credits import without_credit
from digest.clean.boilerplate.labels import BODY, Marks, Verdict
from digest.clean.boilerplate.lines import Line, bare, without_agency

#: Words that a line's copies begin with.
_BEGINNING = 4
#: Twins of a line that are looked at.
_TWINS = 50
#: What a twin is, if not body, where the line is a copy of it.
_COPIED = frozenset({Verdict.CAPTION, Verdict.SITE, Verdict.KNOWN, Verdict.LINKS})
_PICTURE = frozenset({Verdict.CAPTION, Verdict.CREDIT})
#: Words in a row that two lines rarely share by chance, and lines that are looked at for sharing them.
_RUN, _HOLDERS = 7, 9
#: More of a line's runs than this stand elsewhere too, if it is an echo.
_ECHOED = 0.2
#: Words of a caption or a pulled quote, at most.
_WORDS = 60
#: From so many lines on, to look for each of them in all others takes longer than to compare their runs.
_MANY = 100
#: A line without a stop that is long enough to be a caption, in words.
_CAPTION = 8


def repeats(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """A line that stands twice is body at most once; one that repeats a caption is one."""
    openings = Counter(line.opening for line in lines)
    alike = [at for at, line in enumerate(lines) if openings[line.opening] > 1]
    seen: dict[str, list[tuple[str, Verdict]]] = defaultdict(list)
    for at in sorted(alike, key=lambda at: verdicts[at] is BODY):  # furniture first
        letters = _without_signature(lines[at])
        before = seen[" ".join(letters.split(maxsplit=_BEGINNING)[:_BEGINNING])]
        if verdicts[at] is BODY:
            twins = [verdict for other, verdict in before[:_TWINS] if _near(letters, other)]
            if any(twin is BODY or twin in _COPIED for twin in twins):
                yield at, Verdict.REPEATED
        before.append((letters, verdicts[at]))


def _without_signature(line: Line) -> str:
    """The bare line without a credit at its end."""
    text = without_agency(without_credit(line))
    return line.bare if text == line.text else bare(text)


def _near(one: str, other: str) -> bool:
    """The same line, but for a tail such as a credit."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(short) >= 0.8 * len(long)


def echoes(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """A line beside pictures that says again what the body says (a caption), or says nothing else (a pulled quote)."""
    body = {at: lines[at].bare for at, verdict in enumerate(verdicts) if verdict is BODY}
    captions = _beside_pictures(lines, verdicts)
    likely = _likely({at: letters for at, letters in body.items() if lines[at].size <= _WORDS}, body, captions)
    if not likely:
        return
    runs = {at: tuple(_runs(letters)) for at, letters in body.items()}
    holders = _holders(runs)
    held = frozenset(chain.from_iterable(holders.values()))
    for at in (at for at in likely if at in held):
        echoed = [[other for other in holders.get(run, ()) if other != at] for run in runs[at]]
        others = set(chain.from_iterable(echoed))
        pulled = any(body[at] != body[other] and body[at] in body[other] for other in others)
        if sum(map(bool, echoed)) > _ECHOED * len(echoed) and (at in captions or pulled):
            yield at, Verdict.REPEATED


def _likely(short: Mapping[int, str], body: Mapping[int, str], captions: Container[int]) -> list[int]:
    """The short lines that may be echoes: beside pictures, or part of another line too; where there are many, all."""
    if len(body) > _MANY:
        return list(short)
    text = "\n".join(body.values())
    long = (at for at, letters in short.items() if letters.count(" ") >= _RUN - 1)
    return [at for at in long if at in captions or text.count(short[at]) > 1]


def _holders(runs: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """Which lines hold a run that several hold."""
    counts = Counter(chain.from_iterable(runs.values()))
    if len(counts) == counts.total():
        return {}
    holders: dict[int, list[int]] = defaultdict(list)
    for at, own in runs.items():
        for run in own:
            if counts[run] > 1 and len(holders[run]) < _HOLDERS:
                holders[run].append(at)
    return holders


def _runs(letters: str) -> Iterator[int]:
    """Each run of words as one number."""
    words = letters.split()
    return map(hash, zip(*(words[start:] for start in range(_RUN)), strict=False))


def _beside_pictures(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> frozenset[int]:
    """The places above and beneath what belongs to a picture."""
    pictures = [
        at
        for at, verdict in enumerate(verdicts)
        if verdict in _PICTURE or (verdict is Verdict.UNFINISHED and lines[at].size >= _CAPTION)
    ]
    return frozenset(near for at in pictures for near in (at - 1, at + 1))
