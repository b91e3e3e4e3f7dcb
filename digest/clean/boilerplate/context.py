"""Blocks that are furniture by what stands around them: told from where the site or another site speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.calls_to_action import is_address
from digest.clean.boilerplate.credits import is_stamp
from digest.clean.boilerplate.labels import BODY, Marks, Verdict
from digest.clean.boilerplate.lines import Line
from digest.text.lazy_regex import lazy_compile

#: A sentence of the text has so many words, as a rule; what says less by itself may be a label.
_SENTENCE, _FEW = 12, 8
_HANDLE = lazy_compile(r"@\w{2,30}")
#: The hour and the day at which something was posted elsewhere: "9:12 AM · Jan 21, 2026"; lines up to there.
_POSTED = lazy_compile(r"^\d{1,2}[:.]\d{2}\s?(?:[AP]M)?\s*[·•,–-]\s*.{4,20}\d{4}\b", re.IGNORECASE)
_LONGEST_POST = 10
#: The site speaks there.
_SPEAKING = frozenset({Verdict.SITE, Verdict.LINKS})
#: Nor is the text there, or a picture.
_AROUND = _SPEAKING | {Verdict.UNFINISHED, Verdict.KNOWN}


def embeds(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """What a reader posted elsewhere: between a handle by itself and the hour of the post."""
    for start, line in enumerate(lines):
        if line.text.startswith("@") and _HANDLE.fullmatch(line.text):
            below = range(start + 1, min(start + _LONGEST_POST, len(lines)))
            end = next((at for at in below if _POSTED.search(lines[at].text)), start)
            yield from ((at, Verdict.SITE) for at in range(start, end) if verdicts[at] is BODY)


def stamps(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Above the body: who wrote it when, how long it takes to read."""
    for at, verdict in enumerate(verdicts):
        if verdict is BODY and is_stamp(lines[at]):
            yield at, Verdict.CREDIT
        elif verdict is BODY and lines[at].size >= _SENTENCE:
            return


def beside(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """Beside a line in which the site speaks, it goes on speaking."""
    speaking = [at for at, verdict in enumerate(verdicts) if verdict in _SPEAKING]
    for near in (near for at in speaking for near in (at - 1, at + 1) if 0 <= near < len(lines)):
        if verdicts[near] is BODY and is_address(lines[near]):
            yield near, Verdict.SITE


def strays(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Marks:
    """A few words by themselves in the midst of what the site says, or at its end: it speaks, or it is none of it."""
    few = [at for at, verdict in enumerate(verdicts) if verdict is BODY and at >= 2 and lines[at].size <= _FEW]
    for at in few:
        around = (*verdicts[at - 2 : at], *verdicts[at + 1 : at + 3])
        if _AROUND.issuperset(around) and BODY in verdicts[:at]:
            yield at, Verdict.UNFINISHED
