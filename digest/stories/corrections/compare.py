"""Finds quoted sentences that an article changed or removed while the rest of its text still stands.

A change counts if it says something else (``differences``), or if the outlet says that it corrected the article
(``notes``). Everything that may be another page, another extraction or a newer report gives a reason and no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from digest.model.corrections import CorrectionKind
from digest.stories.corrections.alignment import align
from digest.stories.corrections.differences import has_new_words, significant_difference
from digest.stories.corrections.folding import FoldedText, fold, tokenize
from digest.stories.corrections.housekeeping import is_housekeeping
from digest.stories.corrections.notes import find_note
from digest.text.sentences import sentences

#: Share of an article's other sentences that still stand, at least, and how many there must be to tell.
MIN_STANDING, _MIN_OTHERS = 0.8, 3
#: Sentences of fewer characters say too little to count, or to be looked for.
_MIN_CHARACTERS = 20
#: New sentences by which a report has grown into a later one: as a share of the old ones, and at least.
_MAX_GROWTH, _MIN_GROWTH = 0.1, 3
#: Share of a sentence's words that its new wording has, in their order, at least; where it stands elsewhere.
_SAME_PLACE, _ELSEWHERE = 0.5, 0.75
#: Sentences that one may have been split into, and words of a sentence that was removed, at least.
_MAX_PARTS, _MIN_REMOVED_WORDS = 3, 6
#: Characters of a text that is compared: as many as a thin book has.
_MAX_CHARACTERS = 200_000
#: Words of a new wording, at most, besides five times those of the old one.
_MAX_LENGTH = 100
#: A sentence is not removed if so large a share of its words stands in another one.
_SAID_ELSEWHERE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """A sentence as it was, and as it is now."""

    kind: CorrectionKind
    before: str
    #: Empty if it was removed.
    after: str
    #: What counts: "figure", "name", … or "note".
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Result of comparing an article with its earlier text."""

    changes: tuple[TextChange, ...] = ()
    #: The outlet's note, verbatim; empty without one.
    note: str = ""
    #: Why there is no change, or none of some sentences; one line each.
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Paragraphs of an article, earlier and now, with everything that its page shows now."""

    old: Sequence[str]
    new: Sequence[str]
    #: Text blocks of the whole page, as served.
    raw: Sequence[str]
    language: str

    @cached_property
    def old_sentences(self) -> tuple[str, ...]:
        return tuple(sentence for text in self.old for sentence in sentences(text, self.language))

    @cached_property
    def new_sentences(self) -> tuple[str, ...]:
        return tuple(sentence for text in self.new for sentence in sentences(text, self.language))

    @cached_property
    def folded_old(self) -> FoldedText:
        return FoldedText.of(self.old)

    @cached_property
    def folded_new(self) -> FoldedText:
        return FoldedText.of(self.new)

    @cached_property
    def folded_raw(self) -> FoldedText:
        return FoldedText.of(self.raw)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where each old sentence stands in the new text; -1 if it doesn't."""
        return tuple(map(self.folded_new.find, self.old_sentences))

    @cached_property
    def fresh(self) -> frozenset[int]:
        """Indexes of new sentences that are none of those that stand."""
        places = zip(self.old_sentences, self.places, strict=True)
        standing = FoldedText.of(sentence for sentence, place in places if place >= 0)
        return frozenset(index for index, sentence in enumerate(self.new_sentences) if not standing.has(sentence))

    @cached_property
    def new_starts(self) -> tuple[int, ...]:
        """Where each new sentence begins."""
        starts, position = [], 0
        for sentence in self.new_sentences:
            starts.append(position)
            position += len(fold(sentence))
        return tuple(starts)

    @cached_property
    def is_same_text(self) -> bool:
        """Whether the new text is a later version of the old one."""
        return not _another_text(self)

    @cached_property
    def note(self) -> str:
        new = [text for text in (*self.new, *self.raw) if not self.folded_old.has(text)]
        return find_note(new)


def compare(texts: Texts, quoted: Sequence[str]) -> Comparison:
    """The quoted sentences that the article changed or removed."""
    if max(sum(map(len, texts.old)), sum(map(len, texts.new))) > _MAX_CHARACTERS:
        return Comparison(reasons=("the text is too long to compare",))
    absent = [text for text in quoted if not texts.folded_new.has(text)]
    if not absent:
        return Comparison(reasons=("the quoted sentences stand",))
    absent = [text for text in absent if not texts.folded_raw.has(text)]
    if not absent:
        return Comparison(reasons=("the quoted sentences stand on the page, outside of what was extracted",))
    if reason := _another_text(texts):
        return Comparison(reasons=(reason,))
    changes, reasons = [], []
    for sentence in absent:
        change = _judge(texts, sentence)
        if isinstance(change, TextChange):
            changes.append(change)
        else:
            reasons.append(change)
    return Comparison(changes=tuple(changes), note=texts.note, reasons=tuple(dict.fromkeys(reasons)))


def _another_text(texts: Texts) -> str:
    """Why the new text is no later version of the old one; empty if it is."""
    others = [
        place >= 0
        for sentence, place in zip(texts.old_sentences, texts.places, strict=True)
        if len(fold(sentence)) >= _MIN_CHARACTERS
    ]
    if sum(others) < _MIN_OTHERS:
        return f"only {sum(others)} of {len(others)} sentences stand: too few to compare"
    # One may be missing in any case.
    share = sum(others) / max(len(others) - 1, 1)
    if share < MIN_STANDING:
        return f"only {share:.0%} of the other sentences stand: another text"
    growth = len(texts.fresh) - (len(others) - sum(others))
    if growth >= max(_MIN_GROWTH, _MAX_GROWTH * len(texts.old_sentences)) and not texts.note:
        return f"{growth} new sentences: a later report"
    return ""


def _judge(texts: Texts, sentence: str) -> TextChange | str:
    """The change of a quoted sentence that is absent; or the reason why it doesn't count."""
    index = _index_of(texts, sentence)
    if index is None:
        return "the quoted sentence wasn't in the earlier text"
    if is_housekeeping(sentence):
        return "the outlet spoke of itself or of the report's progress"
    following, preceding = _place_after(texts, index), _place_before(texts, index)
    after = _new_wording(texts, sentence, preceding, following)
    if after:
        return _judge_wording(texts, sentence, after)
    return _judge_removal(texts, sentence, preceding, following)


def _judge_wording(texts: Texts, before: str, after: str) -> TextChange | str:
    if after.rstrip().endswith(("…", "...")) and fold(before).startswith(fold(after)):
        return "the sentence was cut short"
    wordings = align(before, after, texts.language)
    reason = significant_difference(wordings)
    if not reason and texts.note and has_new_words(wordings):
        reason = "note"
    if not reason:
        return "the sentence says the same in other words"
    return TextChange(kind=CorrectionKind.CHANGED, before=before, after=after, reason=reason)


def _judge_removal(texts: Texts, sentence: str, preceding: int | None, following: int | None) -> TextChange | str:
    tokens = tokenize(sentence)
    if len(tokens) < _MIN_REMOVED_WORDS:
        return "a short sentence was removed"
    is_between = preceding is not None and following is not None
    if not texts.note and not is_between:
        return "a sentence at the beginning or the end was removed: the page may show less of its text"
    if any(_stands_in(other, sentence) for other in texts.new_sentences):
        return "another sentence says the same"
    if (
        not texts.note
        and preceding is not None
        and following is not None
        and _fresh_between(texts, preceding, following)
    ):
        return "the passage was rewritten"
    return TextChange(kind=CorrectionKind.REMOVED, before=sentence, after="", reason="removed")


def _index_of(texts: Texts, sentence: str) -> int | None:
    """The index of the old sentence that is the quoted one, or has it."""
    folded = fold(sentence)
    indexes = (index for index, old in enumerate(texts.old_sentences) if folded in fold(old))
    return next(indexes, None)


def _place_before(texts: Texts, index: int) -> int | None:
    """Where the sentence before ends in the new text; None if it doesn't stand."""
    if index == 0 or texts.places[index - 1] < 0:
        return None
    return texts.places[index - 1] + len(fold(texts.old_sentences[index - 1]))


def _place_after(texts: Texts, index: int) -> int | None:
    """Where the sentence after begins in the new text; None if it doesn't stand."""
    if index + 1 >= len(texts.places) or texts.places[index + 1] < 0:
        return None
    return texts.places[index + 1]


def _fresh_between(texts: Texts, start: int, end: int) -> list[int]:
    """New sentences between two places."""
    return [index for index in sorted(texts.fresh) if start <= texts.new_starts[index] < end]


def _new_wording(texts: Texts, sentence: str, preceding: int | None, following: int | None) -> str:
    """The new sentence, or up to three in a row, that stands for the old one; empty if there is none."""
    keys = [token.key for token in tokenize(sentence)]
    best, best_share = "", 0.0
    for window in _windows(texts):
        text = " ".join(texts.new_sentences[index] for index in window)
        share, density = _shared(keys, text)
        needed = _SAME_PLACE if _is_at(texts, window, preceding, following) else _ELSEWHERE
        if share >= needed and density >= _SAME_PLACE and share * density > best_share:
            best, best_share = text, share * density
    return best


def _windows(texts: Texts) -> Iterator[tuple[int, ...]]:
    """Rows of new sentences, all of them fresh."""
    for index in sorted(texts.fresh):
        window = [index]
        yield tuple(window)
        while window[-1] + 1 in texts.fresh and len(window) < _MAX_PARTS:
            window.append(window[-1] + 1)
            yield tuple(window)


def _is_at(texts: Texts, window: Sequence[int], preceding: int | None, following: int | None) -> bool:
    """Whether the new sentences follow the sentence before, or precede the one after."""
    start = texts.new_starts[window[0]]
    end = start + sum(len(fold(texts.new_sentences[index])) for index in window)
    return start == preceding or end == following or (start == 0 and preceding is None)


def _shared(keys: Sequence[str], text: str) -> tuple[float, float]:
    """The share of the old words that the text has in their order, and their density in the part that has them."""
    new_keys = [token.key for token in tokenize(text)]
    if len(new_keys) > _MAX_LENGTH + 5 * len(keys):  # made to take long
        return 0.0, 0.0
    matcher = SequenceMatcher(None, keys, new_keys, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return 0.0, 0.0
    matched = sum(block.size for block in blocks)
    span = blocks[-1].b + blocks[-1].size - blocks[0].b
    return matched / len(keys), matched / span


def _stands_in(new_sentence: str, sentence: str) -> bool:
    old = {token.key for token in tokenize(sentence) if len(token.key) > 3}
    new = {token.key for token in tokenize(new_sentence)}
    return len(old & new) >= _SAID_ELSEWHERE * max(len(old), 1)
