"""Judges two wordings of a sentence: does the later one say something else, or the same in other words?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from unicodedata import combining, normalize

from digest.stories.corrections import quantities
from digest.stories.corrections.folding import Token, tokenize
from digest.stories.corrections.folding import normalize as normalize_text
from digest.stories.corrections.vocabulary import (
    MONTHS,
    TITLES,
    UNITS,
    WEEKDAYS,
    are_confusable,
    are_opposite,
    is_negation,
)
from digest.text.quotes import quotation_spans
from digest.text.stop_words import stop_words

#: Languages that write all nouns with a capital: a name can't be told from a noun by that.
_CAPITALISED_NOUNS = frozenset({"de", "lb"})
#: Typing errors of a word: so many letters differ at most, in words so long at least.
_MAX_TYPO, _MIN_TYPO_LENGTH = 2, 4
#: Other words that change together with a negation, at most: with more it is another sentence that says the same.
_MAX_BESIDE_NEGATION = 2
#: Share of a quotation's words that stay if it is the same quotation with another wording.
_SAME_QUOTATION = 0.6

Tokens = Sequence[Token]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Tokens that stand at the same place of both wordings; one side may be empty."""

    before: Tokens
    after: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Two wordings of a sentence, aligned."""

    before: Tokens
    after: Tokens
    before_text: str
    after_text: str
    language: str
    replacements: tuple[Replacement, ...]

    @property
    def insignificant(self) -> frozenset[str]:
        return stop_words(self.language)


def align(before: str, after: str, language: str) -> Wordings:
    """Both wordings with what differs. Words around the old wording in a longer new one don't count."""
    old, new = tokenize(before), tokenize(after)
    matcher = SequenceMatcher(None, [token.key for token in old], [token.key for token in new], autojunk=False)
    operations = [operation for operation in matcher.get_opcodes() if operation[0] != "equal"]
    return Wordings(
        before=old,
        after=new,
        before_text=normalize_text(before),
        after_text=normalize_text(after),
        language=language,
        replacements=tuple(
            Replacement(before=old[start:end], after=new[new_start:new_end])
            for kind, start, end, new_start, new_end in operations
            if not (kind == "insert" and start in {0, len(old)})
        ),
    )


def significant_difference(wordings: Wordings) -> str:
    """What the later wording says otherwise, in a word or two; empty if it says the same."""
    for name, differs in _RULES:
        if differs(wordings):
            return name
    return ""


def has_new_words(wordings: Wordings) -> bool:
    """Whether words other than typing errors and function words were exchanged or removed."""
    return any(
        _content(replacement.before, wordings) and not _is_typo(replacement.before, replacement.after)
        for replacement in wordings.replacements
    )


# --- figures, dates, units -----------------------------------------------------------------------------------------


def _figures_differ(wordings: Wordings) -> bool:
    language = wordings.language
    if any(_figures_swapped(replacement, language) for replacement in wordings.replacements):
        return True
    lost, gained = quantities.differing(
        quantities.figures(wordings.before, language), quantities.figures(wordings.after, language)
    )
    if not lost or not gained or _is_date_format(lost, wordings) or _is_conversion(wordings):
        return False
    return any(_stand_together(lost, gained, replacement, language) for replacement in wordings.replacements)


def _figures_swapped(replacement: Replacement, language: str) -> bool:
    """Whether a figure alone was replaced by another."""
    if len(replacement.before) != len(replacement.after) or len(replacement.before) > 2:
        return False
    old, new = (quantities.figures(side, language) for side in (replacement.before, replacement.after))
    return len(old) == len(new) == 1 and not old[0].equals(new[0]) and bool(quantities.differing(old, new)[0])


def _stand_together(
    lost: Sequence[quantities.Figure], gained: Sequence[quantities.Figure], replacement: Replacement, language: str
) -> bool:
    old, new = (quantities.figures(side, language) for side in (replacement.before, replacement.after))
    return any(figure in lost for figure in old) and any(figure in gained for figure in new)


def _is_date_format(lost: Sequence[quantities.Figure], wordings: Wordings) -> bool:
    """Whether a month's number became its name."""
    gained_months = Counter(quantities.months(wordings.after)) - Counter(quantities.months(wordings.before))
    return bool(gained_months) and any(figure.value in gained_months for figure in lost)


def _is_conversion(wordings: Wordings) -> bool:
    """Whether figures changed together with their unit."""
    return _members_differ(wordings, UNITS)


def _units_differ(wordings: Wordings) -> bool:
    if not _members_differ(wordings, UNITS):
        return False
    before, after = (quantities.figures(side, wordings.language) for side in (wordings.before, wordings.after))
    return not quantities.differing(before, after)[0]


def _dates_differ(wordings: Wordings) -> bool:
    return _members_differ(wordings, WEEKDAYS) or _members_differ(wordings, MONTHS)


def _members_differ(wordings: Wordings, groups: Mapping[str, int]) -> bool:
    """Whether a member of one group was replaced by a member of another."""
    is_name = groups is not UNITS
    for replacement in wordings.replacements:
        old, new = (
            {groups[token.key] for token in side if token.key in groups and (not is_name or token.text[:1].isupper())}
            for side in (replacement.before, replacement.after)
        )
        if old - new and new - old and not old & new:
            return True
    return False


# --- negations and opposites ---------------------------------------------------------------------------------------


def _negation_differs(wordings: Wordings) -> bool:
    counts = [sum(is_negation(token.key) for token in side) for side in (wordings.before, wordings.after)]
    if counts[0] == counts[1]:
        return False
    changed = [
        token
        for replacement in wordings.replacements
        if not _is_typo(replacement.before, replacement.after)
        for token in (*_content(replacement.before, wordings), *_content(replacement.after, wordings))
        if not is_negation(token.key)
    ]
    inner = [
        replacement
        for replacement in wordings.replacements
        if any(is_negation(token.key) for token in (*replacement.before, *replacement.after))
    ]
    return bool(inner) and len(changed) <= _MAX_BESIDE_NEGATION


def _opposite(wordings: Wordings) -> bool:
    for replacement in wordings.replacements:
        if len(replacement.before) > 3 or len(replacement.after) > 3:
            continue
        old, new = ({token.key for token in side} for side in (replacement.before, replacement.after))
        if any(are_opposite(first, second) for first in old - new for second in new - old):
            return True
    return False


# --- names and quotations ------------------------------------------------------------------------------------------


def _names_differ(wordings: Wordings) -> bool:
    kept = {token.key for token in wordings.after}
    known = {token.key for token in wordings.before}
    for replacement in wordings.replacements:
        old = [token for token in _names(replacement.before, wordings.before, wordings) if token.key not in kept]
        new = [token for token in _names(replacement.after, wordings.after, wordings) if token.key not in known]
        if old and new and not _is_same_name(old, new):
            return True
    return False


def _names(side: Tokens, sentence: Tokens, wordings: Wordings) -> list[Token]:
    """Words with a capital that isn't that of the sentence's beginning."""
    first = sentence[0] if sentence else None
    return [
        token
        for token in side
        if token.text[:1].isupper()
        and token is not first
        and token.key not in TITLES
        and token.key not in wordings.insignificant
        and not (token.key in WEEKDAYS or token.key in MONTHS)
        and (wordings.language not in _CAPITALISED_NOUNS or _is_german_name(token, sentence))
    ]


def _is_german_name(token: Token, sentence: Tokens) -> bool:
    """Whether a noun is a name: beside another capitalised word, or after a preposition of places."""
    at = next(index for index, other in enumerate(sentence) if other is token)
    before = sentence[at - 1] if at else None
    after = sentence[at + 1] if at + 1 < len(sentence) else None
    if before is not None and before.key in {"in", "aus", "nach", "von", "bei"}:
        return True
    is_capital = before is not None and at > 1 and before.text[:1].isupper() and before.key not in TITLES
    follows = after is not None and after.text[:1].isupper()
    return is_capital or (follows and at > 0)


def _is_same_name(old: Tokens, new: Tokens) -> bool:
    """Whether the names are spellings, forms or initials of each other."""
    if any(are_confusable(first.key, second.key) for first in old for second in new):
        return False
    if _is_typo(old, new) or _are_initials(old, new) or _are_initials(new, old):
        return True
    return any(_is_form(first.key, second.key) for first in old for second in new)


def _is_form(first: str, second: str) -> bool:
    """Whether one is the other with an ending, as in "France" and "French", "Russia" and "Russian"."""
    shared = next((at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    length = min(len(first), len(second)) if shared is None else shared
    return length >= 4 and length >= 0.6 * max(len(first), len(second))


def _are_initials(short: Tokens, long: Tokens) -> bool:
    initials = "".join(token.key[0] for token in long)
    return len(long) > 1 and "".join(token.key for token in short) in {initials, initials.lower()}


def _quotation_differs(wordings: Wordings) -> bool:
    """Whether words inside the same quotation were exchanged."""
    old, new = _quoted(wordings.before_text), _quoted(wordings.after_text)
    for quotation in old:
        matches = [(_share(quotation, other), other) for other in new]
        share, nearest = max(matches, default=(0.0, ""), key=lambda match: match[0])
        if share >= _SAME_QUOTATION and _words_exchanged(quotation, nearest, wordings.language):
            return True
    return False


def _quoted(text: str) -> list[str]:
    return [text[start + 1 : end - 1] for start, end in quotation_spans(text) if end - start > 20]


def _share(first: str, second: str) -> float:
    old, new = (Counter(token.key for token in tokenize(text)) for text in (first, second))
    return sum((old & new).values()) / max(sum(old.values()), 1)


def _words_exchanged(first: str, second: str, language: str) -> bool:
    quotations = align(first, second, language)
    return any(
        _content(replacement.before, quotations)
        and _content(replacement.after, quotations)
        and not _is_typo(replacement.before, replacement.after)
        for replacement in quotations.replacements
    )


# --- words ---------------------------------------------------------------------------------------------------------


def _content(side: Tokens, wordings: Wordings) -> list[Token]:
    return [token for token in side if token.key not in wordings.insignificant]


def _is_typo(old: Tokens, new: Tokens) -> bool:
    """Whether the two sides differ by a few letters only, figures excepted."""
    first, second = ("".join(_plain(token.key) for token in side) for side in (old, new))
    if first == second:
        return True
    if any(character.isdigit() for character in first + second) or min(len(first), len(second)) < _MIN_TYPO_LENGTH:
        return False
    if any(are_opposite(old_token.key, new_token.key) for old_token in old for new_token in new):
        return False
    return _distance(first, second, limit=_MAX_TYPO) <= _MAX_TYPO


def _plain(word: str) -> str:
    """The word without accents; a damaged character counts as none."""
    decomposed = normalize("NFD", word.replace("ß", "ss"))
    return "".join(character for character in decomposed if not combining(character) and character != "\ufffd")


def _distance(first: str, second: str, *, limit: int) -> int:
    """Edit distance, with transpositions as one edit; more than ``limit`` where it is larger."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(second) + 1))
    for row, character in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (character != other))
            if row > 1 and column > 1 and character == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]


_RULES = (
    ("figure", _figures_differ),
    ("unit", _units_differ),
    ("date", _dates_differ),
    ("negation", _negation_differs),
    ("opposite", _opposite),
    ("name", _names_differ),
    ("quotation", _quotation_differs),
)
