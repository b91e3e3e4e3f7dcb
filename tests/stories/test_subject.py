"""Stories that the subject and the preheader name."""

from __future__ import annotations

import pytest

from digest.stories.subject import stories_for_subject
from tests.support.digests import article, brief

NEWS = ("Council votes for new tram line", "Ferry stays in harbour for third day", "Library opens after two years")
UNFIT = {
    "a question": article("Will the council vote for the tram?"),
    "a label": article("Opinion: The tram line is a mistake"),
    "an opinion by its address": article("The tram line is a mistake", url="https://a.example/opinion/tram"),
    "a date": article("28 March 2026"),
    "a name": article("The Tram"),
    "no title": article(""),
}


@pytest.mark.parametrize("lead", UNFIT.values(), ids=UNFIT.keys())
def test_stories_with_unfit_titles_come_last(lead: object) -> None:
    unfit = brief([lead])  # type: ignore[list-item]
    news = [brief([article(title, number=n)]) for n, title in enumerate(NEWS)]

    assert stories_for_subject([unfit, *news]) == tuple(news)
    assert stories_for_subject([unfit, news[0]]) == (news[0], unfit)
    assert stories_for_subject([unfit]) == (unfit,)
