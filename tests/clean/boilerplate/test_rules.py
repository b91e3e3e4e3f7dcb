"""Boilerplate rules: the keyword pre-filter never hides a match of a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate import calls_to_action, credits
from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action, is_imperative_call
from digest.clean.boilerplate.credits import is_caption, is_credit, without_credit
from digest.clean.boilerplate.rules import Rule, RuleSet
from tests.support.boilerplate_lines import line_of
from tests.support.regex_examples import example_texts


def _rules_in(value: object) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, RuleSet):
        yield from value.rules


RULES = [rule for module in (calls_to_action, credits) for value in vars(module).values() for rule in _rules_in(value)]
OPENING_RULES = [rule for rule in RULES if min(rule.keywords).startswith("^")]
_KEYWORDS = sorted({keyword.strip("^$") for rule in RULES for keyword in rule.keywords})
#: Lines of keywords, and of words and symbols between them.
_LINES = st.lists(
    st.sampled_from([*_KEYWORDS, "the", "of", "Harbour", "is", "to", "us", "this", "AP", "2026", "photo1"])
    | st.sampled_from([":", "©", "(", ")", "@x.org", "|", "–", "/", ".", "?", "“", "”", "[[", "]]", "%d", "5, 2026"])
    | st.text(alphabet="aiäßİıſж一1_-'’", max_size=3),
    max_size=12,
).map(" ".join)


def test_the_modules_have_rules() -> None:
    assert len(RULES) > 30
    assert len(OPENING_RULES) > 3


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: min(rule.keywords))
def test_every_keyword_of_a_rule_is_recognized_in_a_line(rule: Rule) -> None:
    for keyword in rule.keywords:
        word = f"{keyword[1:]} it" if keyword[0] == "^" else f"The {keyword} is here"
        text = "In May 2026." if keyword == "0$" else word

        assert rule.may_match(line_of(text)), keyword


@given(_LINES)
def test_the_pre_filter_changes_no_decision(text: str) -> None:
    line = line_of(text)
    unfiltered = line._replace(keywords=frozenset(keyword for rule in RULES for keyword in rule.keywords))

    for decide in (is_credit, is_caption, is_call_to_action, addresses_reader, is_imperative_call, without_credit):
        assert decide(line) == decide(unfiltered), decide


@pytest.mark.parametrize("rule", OPENING_RULES, ids=lambda rule: min(rule.keywords))
def test_an_opening_rule_matches_every_form_of_its_pattern(rule: Rule) -> None:
    compiled = re.compile(rule.pattern.pattern, rule.pattern.flags)
    texts = [text for text in example_texts(rule.pattern.pattern) if compiled.match(text)]

    assert len(texts) > 20
    assert [text for text in texts if not rule.matches_start(line_of(text))] == []


@given(_LINES)
def test_an_opening_rule_matches_when_its_pattern_does(text: str) -> None:
    for rule in OPENING_RULES:
        assert rule.matches_start(line_of(text)) is (rule.pattern.match(text) is not None)


@pytest.mark.parametrize("text", ["VİDEO: the bridge", "Vıdeo: the bridge", "ſource: the bridge", "_Photo: the bridge"])
def test_characters_that_match_regardless_of_case_pass_the_pre_filter(text: str) -> None:
    assert is_credit(line_of(text)) is (text[0] != "_")
