"""Compares the names and the quotations of two wordings."""

from __future__ import annotations

from collections import Counter

from digest.stories.corrections.alignment import Tokens, Wordings, align, content, is_same_word
from digest.stories.corrections.folding import Token, tokenize
from digest.stories.corrections.vocabulary import MONTHS, SCALES, TITLES, UNITS, WEEKDAYS, are_confusable
from digest.text.quotes import quotation_spans

#: Languages that write all nouns with a capital: a name can't be told from a noun by that.
_CAPITALISED_NOUNS = frozenset({"de", "lb"})
_NO_NAMES = frozenset({*WEEKDAYS, *MONTHS, *UNITS, *SCALES})
#: Share of a quotation's words that stay if it is the same quotation with another wording.
_SAME_QUOTATION = 0.6


def names_differ(wordings: Wordings) -> bool:
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
        and token.key not in _NO_NAMES
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
    if is_same_word(old, new) or _are_initials(old, new) or _are_initials(new, old):
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


def quotation_differs(wordings: Wordings) -> bool:
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
        content(replacement.before, quotations)
        and content(replacement.after, quotations)
        and not is_same_word(replacement.before, replacement.after)
        for replacement in quotations.replacements
    )
