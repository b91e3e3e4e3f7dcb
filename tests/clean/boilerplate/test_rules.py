"""What passes lines over finds what the patterns find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate import calls_to_action, credits
from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action, is_imperative_call
from digest.clean.boilerplate.classify import lines_of
from digest.clean.boilerplate.credits import is_caption, is_credit, without_credit
from digest.clean.boilerplate.lines import Line
from digest.clean.boilerplate.rules import Rule, RuleSet
from digest.text.blocks import Block
from tests.support.regex_examples import forms


def _within(value: object) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, RuleSet):
        yield from value.rules


RULES = [found for room in (calls_to_action, credits) for value in vars(room).values() for found in _within(value)]
OPENINGS = [rule for rule in RULES if min(rule.keywords).startswith("^")]
_TRAITS = sorted({keyword.strip("^$") for rule in RULES for keyword in rule.keywords})
#: Lines of what rules ask for, and of what stands between.
_LINES = st.lists(
    st.sampled_from([*_TRAITS, "the", "of", "Harbour", "is", "to", "us", "this", "AP", "2026", "photo1"])
    | st.sampled_from([":", "©", "(", ")", "@x.org", "|", "–", "/", ".", "?", "“", "”", "[[", "]]", "%d", "5, 2026"])
    | st.text(alphabet="aiäßİıſж一1_-'’", max_size=3),
    max_size=12,
).map(" ".join)


def _line(text: str) -> Line:
    return lines_of([Block(text=text)])[0]


def test_there_are_rules() -> None:
    assert len(RULES) > 30
    assert len(OPENINGS) > 3


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: min(rule.keywords))
def test_each_line_is_known_to_have_what_a_rule_asks_for(rule: Rule) -> None:
    for keyword in rule.keywords:
        word = f"{keyword[1:]} it" if keyword[0] == "^" else f"The {keyword} is here"
        text = "In May 2026." if keyword == "0$" else word

        assert rule.may_match(_line(text)), keyword


@given(_LINES)
def test_of_a_line_only_what_rules_ask_for_matters(text: str) -> None:
    line = _line(text)
    whole = line._replace(keywords=frozenset(keyword for rule in RULES for keyword in rule.keywords))

    for judged in (is_credit, is_caption, is_call_to_action, addresses_reader, is_imperative_call, without_credit):
        assert judged(line) == judged(whole), judged


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: min(opening.keywords))
def test_whatever_an_opening_describes_is_found(opening: Rule) -> None:
    described = re.compile(opening.pattern.pattern, opening.pattern.flags)
    texts = [text for text in forms(opening.pattern.pattern) if described.match(text)]

    assert len(texts) > 20
    assert [text for text in texts if not opening.matches_start(_line(text))] == []


@given(_LINES)
def test_an_opening_opens_what_its_pattern_matches(text: str) -> None:
    for opening in OPENINGS:
        assert opening.matches_start(_line(text)) is (opening.pattern.match(text) is not None)


@pytest.mark.parametrize("text", ["VİDEO: the bridge", "Vıdeo: the bridge", "ſource: the bridge", "_Photo: the bridge"])
def test_letters_that_only_a_pattern_takes_for_others_fit(text: str) -> None:
    assert is_credit(_line(text)) is (text[0] != "_")
