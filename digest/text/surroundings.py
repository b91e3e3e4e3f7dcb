"""Blocks that are furniture by what stands around them: told from where the site or another site speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.text.blocks import Block
from digest.text.calls import is_address
from digest.text.lines import is_stamp, size
from digest.text.pattern import pattern
from digest.text.verdict import Marks, Verdict

#: A sentence of the text has so many words, as a rule; what says less by itself may be a label.
_SENTENCE, _FEW = 12, 8
_HANDLE = pattern(r"@\w{2,30}")
#: The hour and the day at which something was posted elsewhere: "9:12 AM · Jan 21, 2026"; lines up to there.
_POSTED = pattern(r"^\d{1,2}[:.]\d{2}\s?(?:[AP]M)?\s*[·•,–-]\s*.{4,20}\d{4}\b", re.IGNORECASE)
_LONGEST_POST = 10
#: The site speaks there.
_SPEAKING = frozenset({Verdict.SITE, Verdict.LINKS})
#: Nor is the text there, or a picture.
_AROUND = _SPEAKING | {Verdict.UNFINISHED, Verdict.KNOWN}


def embeds(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """What a reader posted elsewhere: between a handle by itself and the hour of the post."""
    for start, block in enumerate(blocks):
        if block.text.startswith("@") and _HANDLE.fullmatch(block.text):
            lines = range(start + 1, min(start + _LONGEST_POST, len(blocks)))
            end = next((at for at in lines if _POSTED.search(blocks[at].text)), start)
            yield from ((at, Verdict.SITE) for at in range(start, end) if verdicts[at] is Verdict.BODY)


def stamps(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Above the body: who wrote it when, how long it takes to read."""
    for at, verdict in enumerate(verdicts):
        if verdict is Verdict.BODY and is_stamp(blocks[at].text):
            yield at, Verdict.CREDIT
        elif verdict is Verdict.BODY and size(blocks[at].text) >= _SENTENCE:
            return


def beside(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """Beside a line in which the site speaks, it goes on speaking."""
    for at, verdict in enumerate(verdicts):
        near = verdicts[max(at - 1, 0) : at + 2]
        if verdict is Verdict.BODY and not _SPEAKING.isdisjoint(near) and is_address(blocks[at].text):
            yield at, Verdict.SITE


def strays(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Marks:
    """A few words by themselves in the midst of what the site says, or at its end: it speaks, or it is none of it."""
    said = [verdict in _AROUND for verdict in verdicts]
    for at in (at for at, verdict in enumerate(verdicts) if verdict is Verdict.BODY):
        alone = at >= 2 and all(said[at - 2 : at]) and all(said[at + 1 : at + 3])
        if alone and size(blocks[at].text) <= _FEW and Verdict.BODY in verdicts[:at]:
            yield at, Verdict.UNFINISHED
