"""Lazily compiled patterns."""

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


def test_a_lazy_pattern_behaves_as_the_compiled_pattern() -> None:
    text = "Ferries wait; FERRIES leave."
    lazy, eager = lazy_compile("ferr(ies)", re.IGNORECASE), re.compile("ferr(ies)", re.IGNORECASE)

    assert lazy.findall(text) == eager.findall(text)
    assert lazy.sub(r"\1", text) == eager.sub(r"\1", text)
    assert (lazy.fullmatch(text), lazy.pattern, lazy.flags) == (None, eager.pattern, eager.flags)


def test_a_syntax_error_shows_on_first_use() -> None:
    broken = lazy_compile("(")

    with pytest.raises(re.error):
        broken.search("")


def test_all_lazy_patterns_compile() -> None:
    """Otherwise a syntax error would show in production, on a line that no test has."""
    packages = (digest.clean, digest.stories, digest.text)
    names = [
        module.name
        for package in packages
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    ]
    lazy_type = type(lazy_compile(""))
    patterns = [lazy for name in names for lazy in _patterns_in(vars(importlib.import_module(name)), lazy_type)]

    assert len(patterns) > 50
    assert all(lazy.search("") is None or lazy.pattern for lazy in patterns)


def _patterns_in(value: object, lazy_type: type) -> list[re.Pattern[str]]:
    """The lazy patterns of a module, also those nested in tables and rules."""
    if isinstance(value, lazy_type):
        return [value]  # type: ignore[list-item]  # it stands in for re.Pattern
    if isinstance(value, Rule):
        return [value.pattern]
    if isinstance(value, RuleSet):
        return [rule.pattern for rule in value.rules]
    if isinstance(value, dict):
        return _patterns_in(tuple(value.values()), lazy_type)
    if isinstance(value, tuple):
        return [pattern for item in value for pattern in _patterns_in(item, lazy_type)]
    return []
