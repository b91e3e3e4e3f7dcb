"""Lines that repeat other lines of the document: copies, captions, pull quotes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain

from digest.clean.boilerplate.credits import without_credit
from digest.clean.boilerplate.lines import BODY, LabelChanges, Line, LineLabel, normalize, without_agency
from digest.text.quotes import QUOTES

#: Copies of a line are looked for among the lines that begin with the same words: so many.
_FIRST_WORDS = 4
#: Lines that a line is compared with, at most.
_MAX_COMPARED = 50
#: A line is a repeat if its copy is body, or has one of these labels.
_COPIED = frozenset({LineLabel.CAPTION, LineLabel.CALL_TO_ACTION, LineLabel.LEARNED, LineLabel.LINKS})
_PICTURE = frozenset({LineLabel.CAPTION, LineLabel.CREDIT})
#: Words of a shingle: two lines rarely share one by chance. A shingle's lines are stored up to a maximum.
_SHINGLE, _MAX_HOLDERS = 7, 9
#: A repeat shares more than this part of its shingles with other lines.
_SHARED_PART = 0.2
#: Words of a caption or a pull quote, at most.
_MAX_WORDS = 60
#: Characters of a long word; a paragraph shares at least this part of its long words with the rest of the article.
_LONG_WORD, _ON_TOPIC = 5, 0.2
#: Of fewer long words their topic is not judged.
_MIN_LONG_WORDS = 4
#: From this many lines on, comparing shingles is faster than searching all other lines for each line.
_MANY_LINES = 100
#: Words of an incomplete line that may be a caption, at least.
_MIN_CAPTION_WORDS = 8


def find_copies(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Copies of lines: of several copies at most one is body; a copy of a caption is none.

    Of a quotation the last copy is body, since the first is a pull quote. No copy is body if they stand one below the
    other, as a caption and the picture's alternative text do, or are about something else than the article.
    """
    copies = dict(_copies(lines, labels))
    body = [at for at, label in enumerate(labels) if label is BODY]
    dropped = set(copies)
    for at, first in copies.items():
        if labels[first] is not BODY:
            continue
        between = sum(first < other < at for other in body if other not in copies)
        if (not between and first != body[0]) or _is_off_topic(at, first, lines, body):
            dropped.add(first)
        elif first not in dropped and lines[at].text[:1] in QUOTES and lines[at].normalized == lines[first].normalized:
            dropped = (dropped | {first}) - {at}
    yield from ((at, LineLabel.REPEAT) for at in sorted(dropped))


def _is_off_topic(at: int, copy: int, lines: Sequence[Line], body: Sequence[int]) -> bool:
    """Whether the rest of the article has few of the line's long words, as with a box of the site."""
    words = _long_words(lines[at].normalized)
    if len(words) < _MIN_LONG_WORDS:
        return False
    rest = {word for other in body if other not in {at, copy} for word in _long_words(lines[other].normalized)}
    return len(words & rest) < _ON_TOPIC * len(words)


def _long_words(text: str) -> set[str]:
    return {word for word in text.split() if len(word) >= _LONG_WORD}


def _copies(lines: Sequence[Line], labels: Sequence[LineLabel]) -> Iterator[tuple[int, int]]:
    """The index of each body line that is a copy, and that of the line that it copies."""
    prefixes = Counter(line.prefix for line in lines)
    candidates = [at for at, line in enumerate(lines) if prefixes[line.prefix] > 1]
    seen: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for at in sorted(candidates, key=lambda at: labels[at] is BODY):  # boilerplate first
        text = _without_credits(lines[at])
        earlier = seen[" ".join(text.split(maxsplit=_FIRST_WORDS)[:_FIRST_WORDS])]
        if labels[at] is BODY:
            copied = [index for copy, index in earlier[:_MAX_COMPARED] if _are_copies(text, copy)]
            copied = [index for index in copied if labels[index] is BODY or labels[index] in _COPIED]
            if copied:
                yield at, copied[0]
        earlier.append((text, at))


def _without_credits(line: Line) -> str:
    """The normalized line without a credit at its end."""
    text = without_agency(without_credit(line))
    return line.normalized if text == line.text else normalize(text)


def _are_copies(first: str, second: str) -> bool:
    """Are the lines equal, but for a tail such as a credit?"""
    short, long = sorted((first, second), key=len)
    return long.startswith(short) and len(short) >= 0.8 * len(long)


def find_partial_repeats(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Captions that repeat what the body says, and pull quotes: lines that are part of another line."""
    body = {at: lines[at].normalized for at, label in enumerate(labels) if label is BODY}
    captions = _beside_pictures(lines, labels)
    short = {at: text for at, text in body.items() if lines[at].word_count <= _MAX_WORDS}
    candidates = _candidates(short, body, captions)
    if not candidates:
        return
    shingles = {at: tuple(_shingles(text)) for at, text in body.items()}
    holders = _shared_shingles(shingles)
    sharing = frozenset(chain.from_iterable(holders.values()))
    for at in (at for at in candidates if at in sharing):
        shared = [[holder for holder in holders.get(shingle, ()) if holder != at] for shingle in shingles[at]]
        sources = set(chain.from_iterable(shared))
        is_pull_quote = any(body[at] != body[source] and body[at] in body[source] for source in sources)
        if sum(map(bool, shared)) > _SHARED_PART * len(shared) and (at in captions or is_pull_quote):
            yield at, LineLabel.REPEAT


def _candidates(short: Mapping[int, str], body: Mapping[int, str], captions: Container[int]) -> list[int]:
    """The short lines that are beside pictures or part of another line; in a long document, all of them."""
    if len(body) > _MANY_LINES:
        return list(short)
    document = "\n".join(body.values())
    comparable = (at for at, text in short.items() if text.count(" ") >= _SHINGLE - 1)
    return [at for at in comparable if at in captions or document.count(short[at]) > 1]


def _shared_shingles(shingles: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """The lines that hold each shingle, for shingles that several lines hold."""
    counts = Counter(chain.from_iterable(shingles.values()))
    if len(counts) == counts.total():
        return {}
    holders: dict[int, list[int]] = defaultdict(list)
    for at, line_shingles in shingles.items():
        for shingle in line_shingles:
            if counts[shingle] > 1 and len(holders[shingle]) < _MAX_HOLDERS:
                holders[shingle].append(at)
    return holders


def _shingles(text: str) -> Iterator[int]:
    """The hash of each run of words."""
    words = text.split()
    return map(hash, zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _beside_pictures(lines: Sequence[Line], labels: Sequence[LineLabel]) -> frozenset[int]:
    """Indexes of the lines above and below captions and credits."""
    pictures = [
        at
        for at, label in enumerate(labels)
        if label in _PICTURE or (label is LineLabel.INCOMPLETE and lines[at].word_count >= _MIN_CAPTION_WORDS)
    ]
    return frozenset(beside for at in pictures for beside in (at - 1, at + 1))
