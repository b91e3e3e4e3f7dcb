"""Judges two wordings of a sentence: does the later one say something else, or the same in other words?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from digest.stories.corrections import quantities
from digest.stories.corrections.alignment import Replacement, Wordings, content, is_same_word
from digest.stories.corrections.folding import Token
from digest.stories.corrections.names import names_differ, quotation_differs
from digest.stories.corrections.vocabulary import MONTHS, UNITS, WEEKDAYS, are_opposite, is_negation

#: Other words that change together with a negation, at most: with more it is another sentence that says the same.
_MAX_BESIDE_NEGATION = 2
#: Letters of a day or month in small letters, at least: shorter ones are other words.
_MIN_DAY = 4


def significant_difference(wordings: Wordings) -> str:
    """What the later wording says otherwise, in a word or two; empty if it says the same."""
    for name, differs in _RULES:
        if differs(wordings):
            return name
    return ""


def has_new_words(wordings: Wordings) -> bool:
    """Whether words other than typing errors and function words were exchanged or removed."""
    return any(
        content(replacement.before, wordings) and not is_same_word(replacement.before, replacement.after)
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
    return any(_stand_together(lost, gained, replacement) for replacement in wordings.replacements)


def _figures_swapped(replacement: Replacement, language: str) -> bool:
    """Whether a figure alone was replaced by another."""
    if len(replacement.before) != len(replacement.after) or len(replacement.before) > 2:
        return False
    old, new = (quantities.figures(side, language) for side in (replacement.before, replacement.after))
    return len(old) == len(new) == 1 and not old[0].equals(new[0]) and bool(quantities.differing(old, new)[0])


def _stand_together(
    lost: Sequence[quantities.Figure], gained: Sequence[quantities.Figure], replacement: Replacement
) -> bool:
    """Whether the replacement is a part of a figure that is lost, and of one that is gained."""
    end, new_end = replacement.start + len(replacement.before), replacement.new_start + len(replacement.after)
    is_lost = any(figure.start < end and replacement.start < figure.end for figure in lost)
    return is_lost and any(figure.start < new_end and replacement.new_start < figure.end for figure in gained)


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
    for replacement in wordings.replacements:
        old, new = (
            {
                groups[token.key]
                for token in side
                if token.key in groups and (groups is UNITS or _is_day(token, wordings))
            }
            for side in (replacement.before, replacement.after)
        )
        if old - new and new - old and not old & new:
            return True
    return False


def _is_day(token: Token, wordings: Wordings) -> bool:
    """Whether a word may be a day or month: written with a capital, where the language does that."""
    return token.text[:1].isupper() or (wordings.language not in {"en", "de"} and len(token.key) >= _MIN_DAY)


# --- negations and opposites ---------------------------------------------------------------------------------------


def _negation_differs(wordings: Wordings) -> bool:
    counts = [sum(is_negation(token.key) for token in side) for side in (wordings.before, wordings.after)]
    if counts[0] == counts[1]:
        return False
    changed = [
        token
        for replacement in wordings.replacements
        if not is_same_word(replacement.before, replacement.after)
        for token in (*content(replacement.before, wordings), *content(replacement.after, wordings))
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


_RULES = (
    ("figure", _figures_differ),
    ("unit", _units_differ),
    ("date", _dates_differ),
    ("negation", _negation_differs),
    ("opposite", _opposite),
    ("name", names_differ),
    ("quotation", quotation_differs),
)
