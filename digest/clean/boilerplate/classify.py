"""Classify the lines of a document: body, or a kind of boilerplate.

Decided by form, context and repetition, never by topic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from digest.clean.boilerplate import calls_to_action, context, credits, repeats
from digest.clean.boilerplate.biographies import find_biographies
from digest.clean.boilerplate.calls_to_action import is_call_to_action
from digest.clean.boilerplate.credits import is_caption, is_credit
from digest.clean.boilerplate.lines import BODY, LabelChanges, Line, LineLabel, normalize
from digest.text.blocks import Block
from digest.text.lazy_regex import lazy_compile
from digest.text.sentence_end import ends_sentence

#: A pass over the document: yields the labels to change.
_Pass = Callable[[Sequence[Line], Sequence[LineLabel]], LabelChanges]

#: Characters of the longest line that may be boilerplate.
_MAX_LENGTH = 1500
#: A heading that ends in one of these may be told by its capitals; its words in all, and its long words, at least.
_TITLE_ENDS = frozenset("?….")
_MIN_TITLE_WORDS, _MAX_TITLE_WORDS = 4, 20
_LETTERS = lazy_compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: The keywords of all rules.
_VOCABULARY = calls_to_action.KEYWORDS | credits.KEYWORDS

_FIRST_PASSES: Sequence[_Pass] = (
    context.find_agency_captions,
    context.find_embedded_posts,
    context.find_timestamps,
    context.find_imperative_calls,
    context.find_picture_clusters,
    repeats.find_copies,
)
#: Run until nothing changes: a line that is dropped changes the context of others.
_REPEATED_PASSES: Sequence[_Pass] = (
    context.find_imperative_calls,
    repeats.find_partial_repeats,
    context.find_key_points,
    context.find_calls_at_edges,
    context.find_calls_beside_calls,
    context.find_stray_lines,
    context.find_dangling_lead_ins,
)


def lines_of(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """The blocks as lines to be classified."""
    return tuple(Line.from_block(block, _VOCABULARY) for block in blocks)


def classify_lines(
    lines: Sequence[Line],
    *,
    title: str = "",
    author: str = "",
    learned: AbstractSet[str] = frozenset(),
    is_markup: bool = False,
) -> tuple[LineLabel, ...]:
    """One label for each line.

    ``learned``: normalized lines that are the source's boilerplate. ``is_markup``: the lines are elements of HTML or
    Markdown, so that a paragraph is marked as one.
    """
    normalized_title = normalize(title)
    labels = [_classify_by_form(line, normalized_title, learned) for line in lines]
    _apply([partial(context.find_origin_note, title=normalized_title), *_FIRST_PASSES], lines, labels)
    find_incomplete = partial(context.find_incomplete, is_markup=is_markup)
    _apply([find_incomplete], lines, labels)
    biographies = partial(find_biographies, author=author, title=normalized_title)
    while _apply([*_REPEATED_PASSES, biographies], lines, labels):
        pass
    if _apply([context.find_text_to_readers], lines, labels):
        _apply([find_incomplete, context.find_dangling_lead_ins], lines, labels)
    if is_markup:
        _apply([context.find_unfinished_body], lines, labels)
    _apply([context.find_turns], lines, labels)
    return tuple(labels)


def _apply(passes: Iterable[_Pass], lines: Sequence[Line], labels: list[LineLabel]) -> bool:
    """Run the passes in order and update ``labels``. Did any label change?"""
    changed = False
    for run_pass in passes:
        for at, label in tuple(run_pass(lines, labels)):
            changed = changed or labels[at] is not label
            labels[at] = label
    return changed


def _is_title(line: Line) -> bool:
    """Whether all long words are capitalized before a question mark or an ellipsis: "Who Will Pay for the Quay?"."""
    if line.text[-1:] not in _TITLE_ENDS or not _MIN_TITLE_WORDS <= line.word_count <= _MAX_TITLE_WORDS:
        return False
    if (
        not line.text.endswith(("?", "…", "...", ". . ."))
        or ": " in line.text
        or "? " in line.text
        or line.text.isupper()
    ):
        return False
    long_words = [word for word in _LETTERS.findall(line.text) if len(word) > 3]
    return len(long_words) >= _MIN_TITLE_WORDS and all(word[0].isupper() for word in long_words)


def _classify_by_form(line: Line, title: str, learned: AbstractSet[str]) -> LineLabel:
    """The label of the line by itself, without context."""
    if len(line.text) > _MAX_LENGTH:
        return BODY
    if line.normalized in learned:
        return LineLabel.LEARNED
    if not line.normalized or line.normalized == title:
        return LineLabel.TITLE
    if line.block.kind == "heading" or _is_title(line):
        return LineLabel.HEADING
    linked = line.block.link_share
    if linked > 0.8 or (linked > 0.5 and not ends_sentence(line.text)):
        return LineLabel.LINKS
    if not line.keywords:
        return BODY
    if is_credit(line):
        return LineLabel.CREDIT
    if is_call_to_action(line):
        return LineLabel.CALL_TO_ACTION
    return LineLabel.CAPTION if is_caption(line) else BODY
