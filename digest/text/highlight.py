"""Highlighting: where a text has the words of a query."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from digest.text.search_terms import Term, fold, search_tokens


def highlight(text: str, terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is one of the query's words."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for start, stop in _matches(text, terms):
        if start > end:
            parts.append((text[end:start], False))
        parts.append((text[start:stop], True))
        end = stop
    if end < len(text):
        parts.append((text[end:], False))
    return parts


def best_text(texts: Sequence[str], terms: Sequence[Term]) -> str:
    """The text with the most of the query's tokens; the first of several; empty without texts."""
    wanted = {token for term in terms for token in term.tokens}
    return max(texts, key=lambda text: len(wanted.intersection(search_tokens(text))), default="")


def _matches(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    exact = {token for term in terms for token in term.tokens}
    prefixes = tuple(term.tokens[-1] for term in terms if term.is_prefix)
    unspaced = [_joined(term.tokens) for term in terms if not term.tokens[0].isascii()]
    for start, run in _runs(text):
        tokens = search_tokens(run)
        if len(tokens) == 1 and (tokens[0] in exact or tokens[0].startswith(prefixes)):
            yield start, start + len(run)
        elif not run.isascii():
            yield from ((start + at, start + end) for at, end in _matches_within(run, unspaced))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Runs of letters and digits with their marks, and where they start."""
    at = 0
    for is_word, characters in groupby(text, key=lambda character: unicodedata.category(character)[0] in "LNM"):
        run = "".join(characters)
        if is_word:
            yield at, run
        at += len(run)


def _matches_within(run: str, unspaced: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Matches within a run of characters without spaces, whose tokens are pairs of characters."""
    folded = fold(run)
    at = 0
    while len(folded) == len(run) and at < len(folded):
        places = [(place, len(word)) for word in unspaced if (place := folded.find(word, at)) >= 0]
        if not places:
            return
        start, length = min(places)
        at = start + length
        yield start, at


def _joined(pairs: Sequence[str]) -> str:
    """The characters of which these are the pairs."""
    return "".join(pair[0] for pair in pairs[:-1]) + pairs[-1]
