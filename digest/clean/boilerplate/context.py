"""Boilerplate by context: passes that label lines by the lines around them.

Each pass reads the lines and their present labels, and yields the labels to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, takewhile

from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action, is_imperative_call
from digest.clean.boilerplate.credits import is_timestamp
from digest.clean.boilerplate.lines import BODY, LabelChanges, Line, LineLabel
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import QUOTES
from digest.text.transcripts import speaker_turns

#: Words of a sentence of the body, at least; and of a stray label, at most.
_MIN_SENTENCE_WORDS, _MAX_STRAY_WORDS = 12, 8
#: Words of a caption, at most.
_MAX_CAPTION_WORDS = 60
#: In a text with full stops, at least this share of the words is in lines that end as sentences do.
_PUNCTUATED_SHARE = 0.35
#: From this many words on, a paragraph of a page may lack its full stop. A plain text does not mark its paragraphs.
_MIN_UNPUNCTUATED_WORDS = 25
#: Kinds of lines that seldom end in a full stop.
_LISTED = frozenset({"item", "row"})
#: Words of another line without a full stop that is body, at least: a shorter one is a label ("AD").
_MIN_LABEL_WORDS = 3
#: This many words in capitals open a line of the site: "GET OUR WEEKEND LETTER: walks and tides, every Friday".
_MIN_CAPITALS = 3
#: Words of a text written to its readers that address them, at least, and their share of the text.
_MIN_ADDRESSED_WORDS, _ADDRESSED_SHARE = 20, 0.75
#: Share of an origin note in links, at least, and its words beside the title, at most.
_MIN_LINKED, _MAX_NOTE_WORDS = 0.1, 16
#: Share of a text in lines that address its readers, at most: a text with more is written to them.
_MAX_CALLS = 0.5
#: A video's length: "MUST WATCH The quay opens 01:24".
_DURATION = lazy_compile(r"\s\d{1,2}:\d{2}$")
_HANDLE = lazy_compile(r"@\w{2,30}")
#: The time of a post on a social network: "9:12 AM · Jan 21, 2026"; and the lines of a post, at most.
_POST_TIME = lazy_compile(r"^\d{1,2}[:.]\d{2}\s?(?:[AP]M)?\s*[·•,–-]\s*.{4,20}\d{4}\b", re.IGNORECASE)
_MAX_POST_LINES = 10
#: Lines by the site.
_SITE = frozenset({LineLabel.CALL_TO_ACTION, LineLabel.LINKS})
#: Lines above a list that is body.
_ABOVE_LISTS = frozenset({BODY, LineLabel.HEADING})
#: Lines around a stray label: neither body nor a picture's.
_AROUND_STRAYS = _SITE | {LineLabel.INCOMPLETE, LineLabel.LEARNED}


def body_indexes(labels: Sequence[LineLabel]) -> list[int]:
    return [at for at, label in enumerate(labels) if label is BODY]


# --- pictures, posts and timestamps ------------------------------------------------------------------------------


def find_origin_note(lines: Sequence[Line], labels: Sequence[LineLabel], *, title: str) -> LabelChanges:
    """WordPress's last line of an item, in any language: it links the title and the site among a few words.

    "Der Beitrag *The quay opens* erschien zuerst auf *Harbour News*."
    """
    line = lines[-1] if len(lines) > 1 else None
    if line is None or labels[-1] is not BODY or not title or line.block.link_share < _MIN_LINKED:
        return
    if title in line.normalized and line.word_count <= len(title.split()) + _MAX_NOTE_WORDS:
        yield len(lines) - 1, LineLabel.LINKS


def find_agency_captions(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Captions signed by an agency. The last line may be signed too: "… he said. (dpa)"."""
    for at in body_indexes(labels)[:-1]:
        line = lines[at]
        if line.word_count <= _MAX_CAPTION_WORDS and line.unsigned != line.text:
            yield at, LineLabel.CAPTION


def find_embedded_posts(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Embedded posts of social networks: from a line with a handle alone to the time of the post."""
    for start, line in enumerate(lines):
        if line.text.startswith("@") and _HANDLE.fullmatch(line.text):
            below = range(start + 1, min(start + _MAX_POST_LINES, len(lines)))
            end = next((at for at in below if _POST_TIME.search(lines[at].text)), start)
            yield from ((at, LineLabel.CALL_TO_ACTION) for at in range(start, end) if labels[at] is BODY)


def find_timestamps(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Timestamps, bylines and reading times above the first sentence."""
    for at, label in enumerate(labels):
        if label is BODY and is_timestamp(lines[at]):
            yield at, LineLabel.CREDIT
        elif label is BODY and lines[at].word_count >= _MIN_SENTENCE_WORDS:
            return


def find_picture_clusters(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Lines in one cluster with a caption or credit, with no blank line between, where most lines stand apart."""
    pictures = {at for at, label in enumerate(labels) if label in {LineLabel.CAPTION, LineLabel.CREDIT}}
    if not pictures or sum(line.block.follows_directly for line in lines) > 0.3 * len(lines):
        return
    starts = [at for at, line in enumerate(lines) if not at or not line.block.follows_directly]
    for start, end in pairwise((*starts, len(lines))):
        if not pictures.isdisjoint(range(start, end)):
            cluster = (
                at for at in range(start, end) if labels[at] is BODY and lines[at].word_count <= _MAX_CAPTION_WORDS
            )
            yield from ((at, LineLabel.CAPTION) for at in cluster)


# --- calls to action ---------------------------------------------------------------------------------------------


def find_imperative_calls(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Calls to action within the body, if they are few: a guide consists of such lines."""
    body = body_indexes(labels)
    if len(body) > 2:
        calls = [at for at in body if is_imperative_call(lines[at])]
        if len(calls) <= 1 + len(body) // 10:
            yield from ((at, LineLabel.CALL_TO_ACTION) for at in calls)


def find_calls_at_edges(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Lines that address the reader at the head and the foot of the body, unless all of it does."""
    body = body_indexes(labels)
    half = len(body) // 2
    orders = (body[:half], body[: len(body) - half - 1 : -1])
    calls = [at for order in orders for at in takewhile(lambda at: addresses_reader(lines[at]), order)]
    yield from _unless_written_to_reader(calls, lines, labels)


def find_calls_beside_calls(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Lines that address the reader beside calls to action and links, unless all of the body does."""
    site = [at for at, label in enumerate(labels) if label in _SITE]
    around = (beside for at in site for beside in (at - 1, at + 1) if 0 <= beside < len(lines))
    calls = [at for at in around if labels[at] is BODY and addresses_reader(lines[at])]
    yield from _unless_written_to_reader(calls, lines, labels)


def _unless_written_to_reader(calls: list[int], lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    if calls and not _is_written_to_reader([lines[at] for at in body_indexes(labels)]):
        yield from ((at, LineLabel.CALL_TO_ACTION) for at in calls)


def _is_written_to_reader(body: Sequence[Line]) -> bool:
    """Does nearly all of the body address the reader, as a changelog or a guide does?"""
    words = sum(line.word_count for line in body)
    addressed = sum(line.word_count for line in body if addresses_reader(line))
    return addressed >= max(_MIN_ADDRESSED_WORDS, _ADDRESSED_SHARE * words)


def find_text_to_readers(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Calls to action by their address alone, where more than half of the text has such an address: it is the text."""
    calls = [at for at, label in enumerate(labels) if label is LineLabel.CALL_TO_ACTION]
    calls = [at for at in calls if addresses_reader(lines[at]) and not is_call_to_action(lines[at])]
    text = sorted((*body_indexes(labels), *calls), key=lambda at: -lines[at].word_count) if calls else []
    others = _MAX_CALLS * sum(lines[at].word_count for at in text)
    for at in text:  # the longest first, so that most texts need few
        others -= 0 if addresses_reader(lines[at]) else lines[at].word_count
        if others <= 0:
            return
    yield from ((at, BODY) for at in calls)


def find_turns(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Turns of a transcript that look like calls to action: a speaker addresses the listeners."""
    calls = [at for at, label in enumerate(labels) if label is LineLabel.CALL_TO_ACTION and ":" in lines[at].text]
    if calls:
        turns = speaker_turns([line.text for line in lines])
        yield from ((at, BODY) for at in calls if at in turns)


# --- incomplete lines and key points -----------------------------------------------------------------------------


def find_incomplete(lines: Sequence[Line], labels: Sequence[LineLabel], *, is_markup: bool) -> LabelChanges:
    """Lines that do not end as sentences do, in a text with full stops."""
    if _uses_full_stops(lines, labels):
        for at in body_indexes(labels):
            if not lines[at].ends_sentence and not _is_complete(lines, at, is_markup=is_markup):
                yield at, LineLabel.INCOMPLETE


def _uses_full_stops(lines: Sequence[Line], labels: Sequence[LineLabel]) -> bool:
    body = [lines[at] for at in body_indexes(labels)]
    finished = sum(line.word_count for line in body if line.ends_sentence)
    return finished > _PUNCTUATED_SHARE * sum(line.word_count for line in body)


def _is_complete(lines: Sequence[Line], at: int, *, is_markup: bool) -> bool:
    """Is the line body though it does not end in a full stop: a lead-in, or a long paragraph of a page?"""
    line = lines[at]
    if line.is_lead_in:
        return at + 1 < len(lines) and _introduces(line, lines[at + 1].text)
    return is_markup and line.block.kind == "prose" and line.word_count >= _MIN_UNPUNCTUATED_WORDS


def _introduces(lead_in: Line, following: str) -> bool:
    """ "The ministry said:" introduces a quotation; a lead-in of five words introduces any line."""
    return bool(following) and (lead_in.word_count >= 5 or following[0] in QUOTES)


def find_dangling_lead_ins(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Lead-ins to lines that are not body."""
    body = body_indexes(labels)
    if not any(lines[at].is_lead_in for at in body) or not _uses_full_stops(lines, labels):
        return
    following = ""
    for at in reversed(body):
        if lines[at].is_lead_in and not _introduces(lines[at], following):
            yield at, LineLabel.INCOMPLETE
        else:
            following = lines[at].text


def find_unfinished_body(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Incomplete lines of a page that are body all the same: list items, table rows, results, quoted posts.

    These are the lines between paragraphs of the body, except labels; and a list or table below the last one.
    """
    body = body_indexes(labels)
    if not body:
        return
    for start, end in _runs(labels, LineLabel.INCOMPLETE):
        is_below_text = start > body[0] and labels[start - 1] in _ABOVE_LISTS
        if start > body[-1]:
            has_lead_in = lines[start].is_lead_in and end > start + 1
            listed = start + has_lead_in
            while listed < end and lines[listed].block.kind in _LISTED:
                listed += 1
            if (is_below_text or has_lead_in) and listed > start + has_lead_in:
                yield from ((at, BODY) for at in range(start, listed))
        elif is_below_text or (start > body[0] and labels[end] is BODY):
            yield from ((at, BODY) for at in range(start, end) if not _is_label(lines[at]))


def _is_label(line: Line) -> bool:
    if line.block.kind in _LISTED:
        return False
    if line.word_count < _MIN_LABEL_WORDS or _DURATION.search(line.text):
        return True
    opening = line.text.split(maxsplit=_MIN_CAPITALS)[:_MIN_CAPITALS]
    return all(word.isupper() and len(word) > 1 for word in opening)


def _runs(labels: Sequence[LineLabel], label: LineLabel) -> Iterator[tuple[int, int]]:
    """Start and end of each run of lines with the label."""
    for is_labelled, group in groupby(range(len(labels)), key=lambda at: labels[at] is label):
        indexes = list(group)
        if is_labelled:
            yield indexes[0], indexes[-1] + 1


def find_stray_lines(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """Lines of few words among or below calls to action, links and incomplete lines."""
    short = [at for at in body_indexes(labels) if at >= 2 and lines[at].word_count <= _MAX_STRAY_WORDS]
    for at in short:
        around = (*labels[at - 2 : at], *labels[at + 1 : at + 3])
        if _AROUND_STRAYS.issuperset(around) and BODY in labels[:at]:
            yield at, LineLabel.INCOMPLETE


def find_key_points(lines: Sequence[Line], labels: Sequence[LineLabel]) -> LabelChanges:
    """List items before the first paragraph: they summarize the article. A text of items alone is body."""
    body = body_indexes(labels)
    first = next((at for at in body if lines[at].block.kind == "prose"), 0)
    yield from ((at, LineLabel.KEY_POINT) for at in body if at < first)
