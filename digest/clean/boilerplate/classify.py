"""Which lines of a document are the article's body: told by form, by position and by repetition, never by topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from digest.clean.boilerplate import calls_to_action, credits
from digest.clean.boilerplate.calls_to_action import is_address, is_bid, is_call
from digest.clean.boilerplate.context import beside, embeds, stamps, strays
from digest.clean.boilerplate.credits import is_caption, is_credit
from digest.clean.boilerplate.labels import BODY, Marks, Verdict
from digest.clean.boilerplate.lines import Line, bare, is_finished
from digest.clean.boilerplate.repeats import echoes, repeats
from digest.text.blocks import Block
from digest.text.quotes import QUOTES

_Mark = Callable[[Sequence[Line], Sequence[Verdict]], Marks]

#: Nothing that a reader would take for furniture is longer, in letters.
_LONGEST = 1500
#: Where fewer than this share of the words stand in finished lines, the text does without full stops.
_PUNCTUATED = 0.35
#: A line in a page's paragraph may lack its stop from this many words on; a plain text has no such witness.
_WORDY = 25


#: What some rule asks for.
_ASKED = calls_to_action.TRAITS | credits.TRAITS


def read(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """The blocks as lines to be judged."""
    return tuple(Line.of(block, _ASKED) for block in blocks)


def judge(
    lines: Sequence[Line], *, title: str = "", known: AbstractSet[str] = frozenset(), marked: bool = False
) -> tuple[Verdict, ...]:
    """One verdict for each line. ``known``: bare lines learnt as the source's furniture; ``marked``: out of HTML,
    so that a paragraph is known to be one.
    """
    named = bare(title)
    verdicts = [_alone(line, named, known) for line in lines]
    _apply((_signed, embeds, stamps, _bids, _clusters, repeats), lines, verdicts)
    if _is_punctuated(lines, verdicts):
        for at, line in enumerate(lines):
            if verdicts[at] is BODY and not line.finished and not _is_whole(lines, at, marked):
                verdicts[at] = Verdict.UNFINISHED
    while _apply((_bids, echoes, _key_points, _edges, beside, strays, _dangling), lines, verdicts):
        pass  # what one of them drops may lay bare what another one knows
    return tuple(verdicts)


def _apply(marks: Iterable[_Mark], lines: Sequence[Line], verdicts: list[Verdict]) -> bool:
    """Drop what the marks say; was there anything?"""
    changed = False
    for mark in marks:
        for at, verdict in tuple(mark(lines, verdicts)):
            changed = changed or verdicts[at] is not verdict
            verdicts[at] = verdict
    return changed


def _alone(line: Line, title: str, known: AbstractSet[str]) -> Verdict:
    """What the line is by itself."""
    if len(line.text) > _LONGEST:
        return BODY
    if line.bare in known:
        return Verdict.KNOWN
    if not line.bare or line.bare == title:
        return Verdict.TITLE
    if line.block.kind == "heading":
        return Verdict.HEADING
    linked = line.block.linked
    if linked > 0.8 or (linked > 0.5 and not is_finished(line.text)):
        return Verdict.LINKS
    if not line.traits:
        return BODY
    if is_credit(line):
        return Verdict.CREDIT
    if is_call(line):
        return Verdict.SITE
    return Verdict.CAPTION if is_caption(line) else BODY


def _body(verdicts: Sequence[Verdict]) -> list[int]:
    return [at for at, verdict in enumerate(verdicts) if verdict is BODY]


def _is_punctuated(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> bool:
    """Do the document's sentences end in full stops at all?"""
    body = [lines[at] for at in _body(verdicts)]
    return sum(line.size for line in body if line.finished) > _PUNCTUATED * sum(line.size for line in body)


def _is_whole(lines: Sequence[Line], at: int, marked: bool) -> bool:
    """Is a line all that its author had to say, though it doesn't end in a stop?"""
    line = lines[at]
    if line.leads_in:
        return at + 1 < len(lines) and _leads_to(line, lines[at + 1].text)
    return marked and line.block.kind == "prose" and line.size >= _WORDY


def _leads_to(line: Line, follows: str) -> bool:
    """ "The ministry said:" is body before what the ministry said."""
    return bool(follows) and (line.size >= 5 or follows[0] in QUOTES)


def _signed(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """An agency signs an article at its end ("… he said. (dpa)"), and a picture anywhere."""
    for at in _body(verdicts)[:-1]:
        line = lines[at]
        if line.size <= 60 and line.unsigned != line.text:
            yield at, Verdict.CAPTION


def _bids(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Calls in the midst of the text, where they are few."""
    body = _body(verdicts)
    if len(body) > 2:
        bids = [at for at in body if is_bid(lines[at])]
        if len(bids) <= 1 + len(body) // 10:
            yield from ((at, Verdict.SITE) for at in bids)


def _clusters(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Lines right beneath each other, where other lines stand apart, are one thing: a picture's lines, say."""
    pictures = {at for at, verdict in enumerate(verdicts) if verdict in {Verdict.CAPTION, Verdict.CREDIT}}
    if not pictures or sum(line.block.joined for line in lines) > 0.3 * len(lines):
        return
    starts = [at for at, line in enumerate(lines) if not at or not line.block.joined]
    for start, end in pairwise((*starts, len(lines))):
        if not pictures.isdisjoint(range(start, end)):
            cluster = (at for at in range(start, end) if verdicts[at] is BODY and lines[at].size <= 60)
            yield from ((at, Verdict.CAPTION) for at in cluster)


def _key_points(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Items before the first paragraph say what the article will say; they count where there is nothing else."""
    body = _body(verdicts)
    first = next((at for at in body if lines[at].block.kind == "prose"), 0)
    yield from ((at, Verdict.KEY_POINT) for at in body if at < first)


def _edges(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Above and beneath the body the site speaks to its readers."""
    body = _body(verdicts)
    for order in (body, body[::-1]):
        for at in order[: len(body) // 2]:
            if not is_address(lines[at]):
                break
            yield at, Verdict.SITE


def _dangling(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """A line that led to what is no body."""
    body = _body(verdicts)
    if not any(lines[at].leads_in for at in body) or not _is_punctuated(lines, verdicts):
        return
    follows = ""
    for at in reversed(body):
        if lines[at].leads_in and not _leads_to(lines[at], follows):
            yield at, Verdict.UNFINISHED
        else:
            follows = lines[at].text
