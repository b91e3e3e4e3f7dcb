"""Which blocks of a document are the article's body: told by form, by position and by repetition, never by topic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from digest.text.blocks import Block
from digest.text.calls import is_address, is_bid, is_call
from digest.text.lines import (
    bare,
    is_caption,
    is_credit,
    is_finished,
    leads_in,
    size,
    without_agency,
    without_credit,
)
from digest.text.quotes import QUOTES
from digest.text.surroundings import beside, embeds, stamps, strays
from digest.text.verdict import Marks, Verdict

_Mark = Callable[[Sequence[Block], Sequence[Verdict]], Marks]

#: Nothing that a reader would take for furniture is longer, in letters.
_LONGEST = 1500
#: Where fewer than this share of the words stand in finished lines, the text does without full stops.
_PUNCTUATED = 0.35
#: A line in a page's paragraph may lack its stop from this many words on; a plain text has no such witness.
_WORDY = 25


def judge(
    blocks: Sequence[Block], *, title: str = "", known: AbstractSet[str] = frozenset(), marked: bool = False
) -> tuple[Verdict, ...]:
    """One verdict for each block. ``known``: bare lines learnt as the source's furniture; ``marked``: out of HTML,
    so that a paragraph is known to be one.
    """
    verdicts = [_alone(block, bare(title), known) for block in blocks]
    _apply((_signed, embeds, stamps, _bids, _clusters, _repeats), blocks, verdicts)
    if _is_punctuated(blocks, verdicts):
        for at in range(len(blocks)):
            if verdicts[at] is Verdict.BODY and not _is_whole(blocks, at, marked):
                verdicts[at] = Verdict.UNFINISHED
    while _apply((_bids, _echoes, _key_points, _edges, beside, strays, _dangling), blocks, verdicts):
        pass  # what one of them drops may lay bare what another one knows
    return tuple(verdicts)


def _apply(marks: Iterable[_Mark], blocks: Sequence[Block], verdicts: list[Verdict]) -> bool:
    """Drop what the marks say; was there anything?"""
    changed = False
    for mark in marks:
        for at, verdict in tuple(mark(blocks, verdicts)):
            changed = changed or verdicts[at] is not verdict
            verdicts[at] = verdict
    return changed


def _alone(block: Block, title: str, known: AbstractSet[str]) -> Verdict:
    """What the block is by itself."""
    line = block.text
    if len(line) > _LONGEST:
        return Verdict.BODY
    letters = bare(line)
    if letters in known:
        return Verdict.KNOWN
    if not letters or letters == title:
        return Verdict.TITLE
    if block.kind == "heading":
        return Verdict.HEADING
    if block.linked > 0.8 or (block.linked > 0.5 and not is_finished(line)):
        return Verdict.LINKS
    if is_credit(line):
        return Verdict.CREDIT
    if is_call(line):
        return Verdict.SITE
    return Verdict.CAPTION if is_caption(line) else Verdict.BODY


def _is_punctuated(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> bool:
    """Do the document's sentences end in full stops at all?"""
    total = finished = 0
    for block, verdict in zip(blocks, verdicts, strict=True):
        if verdict is Verdict.BODY:
            line = without_agency(block.text)
            words = size(line)
            total += words
            finished += words if is_finished(line) else 0
    return finished > _PUNCTUATED * total


def _is_whole(blocks: Sequence[Block], at: int, marked: bool) -> bool:
    block = blocks[at]
    if is_finished(without_agency(block.text)):
        return True
    words = size(block.text)
    if leads_in(block.text):
        return at + 1 < len(blocks) and _leads_to(block.text, blocks[at + 1].text)
    return marked and block.kind == "prose" and words >= _WORDY


def _leads_to(line: str, follows: str) -> bool:
    """ "The ministry said:" is body before what the ministry said."""
    return bool(follows) and (size(line) >= 5 or follows[0] in QUOTES)


def _signed(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """An agency signs an article at its end ("… he said. (dpa)"), and a picture anywhere."""
    body = [at for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY]
    for at in body[:-1]:
        line = blocks[at].text
        if size(line) <= 60 and without_agency(line) != line:
            yield at, Verdict.CAPTION


def _bids(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Calls in the midst of the text, where they are few."""
    body = [at for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY]
    bids = [at for at in body if is_bid(blocks[at].text)]
    if len(bids) <= 1 + len(body) // 10 and len(body) > 2:
        yield from ((at, Verdict.SITE) for at in bids)


def _clusters(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Lines right beneath each other, where other lines stand apart, are one thing: a picture's lines, say."""
    if sum(block.joined for block in blocks) > 0.3 * len(blocks):
        return
    start = 0
    for at in range(1, len(blocks) + 1):
        if at < len(blocks) and blocks[at].joined:
            continue
        cluster = range(start, at)
        if any(verdicts[i] in {Verdict.CAPTION, Verdict.CREDIT} for i in cluster):
            yield from (
                (i, Verdict.CAPTION) for i in cluster if verdicts[i] is Verdict.BODY and size(blocks[i].text) <= 60
            )
        start = at


def _repeats(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """A line that stands twice is body at most once; one that repeats a caption is one."""
    seen: dict[str, list[tuple[str, Verdict]]] = defaultdict(list)
    order = sorted(range(len(blocks)), key=lambda at: verdicts[at] is Verdict.BODY)  # furniture first
    for at in order:
        letters = bare(without_agency(without_credit(blocks[at].text)))
        beginning = " ".join(letters.split(maxsplit=4)[:4])
        if verdicts[at] is Verdict.BODY and beginning in seen:
            twins = [verdict for other, verdict in seen[beginning][:50] if _near(letters, other)]
            if _is_copy(verdicts[at], twins):
                yield at, Verdict.REPEATED
        seen[beginning].append((letters, verdicts[at]))


def _is_copy(verdict: Verdict, twins: Sequence[Verdict]) -> bool:
    return any(twin in {verdict, Verdict.CAPTION, Verdict.SITE, Verdict.KNOWN, Verdict.LINKS} for twin in twins)


def _near(one: str, other: str) -> bool:
    """The same line, but for a tail such as a credit."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(short) >= 0.8 * len(long)


def _echoes(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """A line beside pictures that says again what the body says (a caption), or says nothing else (a pulled quote)."""
    lines = {at: bare(blocks[at].text) for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY}
    runs = {at: tuple(_runs(line)) for at, line in lines.items()}
    counts = Counter(chain.from_iterable(runs.values()))
    if len(counts) == counts.total():
        return
    holders: dict[int, list[int]] = defaultdict(list)
    for at, own in runs.items():
        for run in own:
            if counts[run] > 1 and len(holders[run]) < 9:
                holders[run].append(at)
    for at in sorted({at for found in holders.values() for at in found}):
        echoed = [[other for other in holders.get(run, ()) if other != at] for run in runs[at]]
        others = {other for found in echoed for other in found}
        enough = sum(map(bool, echoed)) > 0.2 * len(echoed)
        beside = any(_is_picture(blocks, verdicts, near) for near in (at - 1, at + 1))
        pulled = any(lines[at] != lines[other] and lines[at] in lines[other] for other in others)
        if enough and size(blocks[at].text) <= 60 and (beside or pulled):
            yield at, Verdict.REPEATED


def _runs(line: str) -> Iterator[int]:
    """Every seven words in a row, as one number each: two lines rarely share them by chance."""
    words = line.split()
    return map(hash, zip(*(words[start:] for start in range(7)), strict=False))


def _is_picture(blocks: Sequence[Block], verdicts: Sequence[Verdict], at: int) -> bool:
    if not 0 <= at < len(blocks):
        return False
    unfinished = verdicts[at] is Verdict.UNFINISHED and size(blocks[at].text) >= 8
    return unfinished or verdicts[at] in {Verdict.CAPTION, Verdict.CREDIT}


def _key_points(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Items before the first paragraph say what the article will say; they count where there is nothing else."""
    prose = [at for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY and blocks[at].kind == "prose"]
    if prose:
        for at in range(prose[0]):
            if verdicts[at] is Verdict.BODY:
                yield at, Verdict.KEY_POINT


def _edges(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Above and beneath the body the site speaks to its readers."""
    body = [at for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY]
    for order in (body, body[::-1]):
        for at in order[: len(body) // 2]:
            if not is_address(blocks[at].text):
                break
            yield at, Verdict.SITE


def _dangling(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """A line that led to what is no body."""
    leading = (leads_in(block.text) for block, verdict in zip(blocks, verdicts, strict=True) if verdict is Verdict.BODY)
    if not any(leading) or not _is_punctuated(blocks, verdicts):
        return
    follows = ""
    for at in range(len(blocks) - 1, -1, -1):
        line = blocks[at].text
        if verdicts[at] is not Verdict.BODY:
            continue
        if leads_in(line) and not _leads_to(line, follows):
            yield at, Verdict.UNFINISHED
        else:
            follows = line
