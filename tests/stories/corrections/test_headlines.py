"""Headlines: a corrected figure counts, another way to advertise the article doesn't."""

from __future__ import annotations

import pytest

from digest.stories.corrections.headlines import is_corrected_headline

TEXT = ("At least 15 people died when the ferry sank, the coast guard said.",)
BEFORE = "Ferry sinks off Lowen: 12 people dead"
HEADLINES = {
    "a corrected figure": ("Ferry sinks off Lowen: 15 people dead", True),
    "the same in words": ("Ferry sinks off Lowen: twelve people dead", False),
    "a figure that the text doesn't have": ("Ferry sinks off Lowen: 20 people dead", False),
    "another headline": ("15 reasons why the Lowen ferry was never safe", False),
    "no figure": ("Ferry sinks off Lowen: many people dead", False),
    "the same": (BEFORE, False),
}


@pytest.mark.parametrize(("after", "is_corrected"), HEADLINES.values(), ids=HEADLINES)
def test_only_a_corrected_figure_counts(after: str, is_corrected: bool) -> None:
    assert is_corrected_headline(BEFORE, after, new=TEXT, language="en") is is_corrected


def test_an_old_figure_that_the_text_still_has_is_no_correction() -> None:
    text = (*TEXT, "Of those 12 were passengers.")

    assert not is_corrected_headline(BEFORE, "Ferry sinks off Lowen: 15 people dead", new=text, language="en")
