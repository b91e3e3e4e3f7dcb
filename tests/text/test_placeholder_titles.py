"""Titles that are none."""

from __future__ import annotations

import pytest

from digest.text.placeholder_titles import is_placeholder


@pytest.mark.parametrize(
    "title",
    [
        "Loading...", "Loading …", "LOADING", "Please wait", "Just a moment...", "Untitled Document",
        "undefined", "Home page",
        "By Ann Smith", "By ANN SMITH", "By Ann Smith and Bob Roe", "By ANN SMITH and BOB ROE, Example Press",
        "By Ann Smith | 5 May 2026", "Ann Smith/AFP", "Ann B. Smith/Example Images", "Ann Smith / Example Press",
        "Ann Smith/AFP via Example Images", "By Will May", "By John Law Day", "By Jean Van Damme",
    ],
)  # fmt: skip
def test_bylines_credits_and_placeholders_are_no_titles(title: str) -> None:
    assert is_placeholder(title)


@pytest.mark.parametrize(
    "title",
    [
        "Bridge closed", "Loading docks reopen in Ferrytown", "By the numbers: the ferry", "By train to the harbour",
        "Home prices rise", "Index funds lose ground", "Ann Smith wins/loses her case", "TCP/IP explained",
        "Ferry/bridge",
        "Untitled: a show of nameless paintings", "Please wait for the ferry", "By-election in Ferrytown", "",
        "By Train Across Europe", "By Night Train", "By Popular Demand", "By Bus Through Peru", "By Any Other Name",
    ],
)  # fmt: skip
def test_headlines_are_titles(title: str) -> None:
    assert not is_placeholder(title)
