"""Patterns compiled when first used."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import digest.clean
import digest.stories
import digest.text
from digest.clean.boilerplate.rules import Rule, RuleSet
from digest.text.lazy_regex import lazy_compile


def test_a_pattern_answers_as_the_compiled_one_does() -> None:
    text = "Ferries wait; FERRIES leave."
    lazy, eager = lazy_compile("ferr(ies)", re.IGNORECASE), re.compile("ferr(ies)", re.IGNORECASE)

    assert lazy.findall(text) == eager.findall(text)
    assert lazy.sub(r"\1", text) == eager.sub(r"\1", text)
    assert (lazy.fullmatch(text), lazy.pattern, lazy.flags) == (None, eager.pattern, eager.flags)


def test_what_is_wrong_with_a_pattern_shows_when_it_is_used() -> None:
    broken = lazy_compile("(")

    with pytest.raises(re.error):
        broken.search("")


def test_every_pattern_of_ours_is_sound() -> None:
    """What is compiled late would fail late: in a reader's run, on a line that nobody tried."""
    packages = (digest.clean, digest.stories, digest.text)
    names = [
        module.name
        for package in packages
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    ]
    kind = type(lazy_compile(""))
    found = [one for name in names for one in _within(vars(importlib.import_module(name)), kind)]

    assert len(found) > 50
    assert all(one.search("") is None or one.pattern for one in found)


def _within(value: object, kind: type) -> list[re.Pattern[str]]:
    """The patterns in a module's tables, however nested."""
    if isinstance(value, kind):
        return [value]  # type: ignore[list-item]  # it stands in for one
    if isinstance(value, Rule):
        return [value.pattern]
    if isinstance(value, RuleSet):
        return [each.pattern for each in value.rules]
    if isinstance(value, dict):
        return _within(tuple(value.values()), kind)
    if isinstance(value, tuple):
        return [one for each in value for one in _within(each, kind)]
    return []
