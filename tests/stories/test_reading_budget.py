"""The reading budget: the best stories for so many minutes, in the order of the edition."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model.stories import Brief, Ranked, Sentence
from digest.stories.reading_budget import within_minutes
from tests.support.ranking import outlet_article, story

#: Stories with a text that is read in a minute, but for their titles; "b" is the best.
SCORES = {"a": 1.0, "b": 3.0, "c": 2.0}


def chosen() -> list[Ranked]:
    return [
        Ranked(story=story(outlet_article(id, words=226)), score=points, reasons=()) for id, points in SCORES.items()
    ]


def whole(ranked: Ranked) -> Brief:
    lead = ranked.story.lead
    return Brief(ranked=ranked, sentences=(Sentence(text=lead.paragraphs[0], article=lead),))


@pytest.mark.parametrize(
    ("minutes", "ids"),
    [(None, ["a", "b", "c"]), (1, ["b"]), (2, ["b", "c"]), (3, ["a", "b", "c"]), (30, ["a", "b", "c"])],
)
def test_the_best_stories_that_fit_are_in_their_order(minutes: int | None, ids: list[str]) -> None:
    briefs, left_out = within_minutes(chosen(), minutes, whole)

    assert [brief.story.lead.id for brief in briefs] == ids
    assert sorted(item.article.id for item in left_out) == sorted(SCORES.keys() - set(ids))


def test_what_does_not_fit_is_left_out_with_its_rank() -> None:
    _, left_out = within_minutes(chosen(), 1, whole)

    assert [(item.article.id, item.explanation) for item in left_out] == [
        ("c", "over the reading time of 1 minute (rank 2)"),
        ("a", "over the reading time of 1 minute (rank 3)"),
    ]


def test_the_best_story_is_in_however_long_it_is() -> None:
    long = replace(chosen()[0], story=story(outlet_article("long", words=5_000)))

    assert len(within_minutes([long], 1, whole)[0]) == 1


def test_chinese_is_read_by_characters() -> None:
    characters = replace(chosen()[0], story=story(outlet_article("zh", "风" * 600)))

    briefs, left_out = within_minutes([replace(characters, score=9.0), *chosen()], 2, whole)

    assert [brief.story.lead.id for brief in briefs] == ["zh"]
    assert len(left_out) == 3
