"""What passes lines over finds what the patterns find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import calls, credits
from digest.text.blocks import Block
from digest.text.calls import is_address, is_bid, is_call
from digest.text.credits import is_caption, is_credit, without_credit
from digest.text.furniture import read
from digest.text.lines import Line, bare
from digest.text.rules import Opening, Rule
from tests.forms import forms


def _within(value: object) -> Iterator[Rule | Opening]:
    if isinstance(value, Rule | Opening):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _within(each)


_FOUND = [found for room in (calls, credits) for value in vars(room).values() for found in _within(value)]
RULES = [found for found in _FOUND if isinstance(found, Rule)]
OPENINGS = [found for found in _FOUND if isinstance(found, Opening)]
_WORDS = sorted(
    {word for rule in RULES for word in rule.words} | {letters for each in OPENINGS for letters in each.letters}
)
#: Lines of words that rules ask for, and of what stands between them.
_LINES = st.lists(
    st.sampled_from([*_WORDS, "the", "of", "Harbour", "is", "to", "us", "this", "AP", "2026", "photo1"])
    | st.sampled_from([":", "©", "(", ")", "@x.org", "|", "–", "/", ".", "?", "“", "”", "[[", "]]", "%d"])
    | st.text(alphabet="aiäßİıſж一1_-'’", max_size=3),
    max_size=12,
).map(" ".join)


def _line(text: str) -> Line:
    return read([Block(text=text)])[0]


def test_there_are_rules() -> None:
    assert (len(RULES), len(OPENINGS)) > (20, 2)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: min(rule.words))
def test_each_line_is_known_to_have_the_words_that_a_rule_needs(rule: Rule) -> None:
    for word in rule.words:
        assert rule.concerns(_line(f"The {word} is here.")), word


@given(_LINES)
def test_of_a_line_only_the_words_that_rules_need_matter(text: str) -> None:
    known = _line(text)
    whole = Line.of(known.block, frozenset(bare(text.replace("İ", "i").replace("ı", "i")).split()))

    for judged in (is_credit, is_caption, is_call, is_address, is_bid, without_credit):
        assert judged(known) == judged(whole), judged


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: min(opening.letters))
def test_whatever_an_opening_describes_fits(opening: Opening) -> None:
    described = re.compile(opening.pattern.pattern, opening.pattern.flags)
    texts = [text for text in forms(opening.pattern.pattern) if described.match(text)]

    assert len(texts) > 50
    assert [text for text in texts if not opening.fits(_line(text))] == []


@given(_LINES)
def test_an_opening_fits_nothing_else(text: str) -> None:
    for opening in OPENINGS:
        assert opening.fits(_line(text)) is (opening.pattern.match(text) is not None)


@pytest.mark.parametrize("text", ["VİDEO: the bridge", "Vıdeo: the bridge", "ſource: the bridge", "_Photo: the bridge"])
def test_letters_that_only_a_pattern_takes_for_others_fit(text: str) -> None:
    assert is_credit(_line(text)) is (text[0] != "_")
