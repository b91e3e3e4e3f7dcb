"""Grouping is shared by audiences: computed once for the same articles, and restricted to what an audience gets."""

from __future__ import annotations

from dataclasses import replace

from digest.model.stories import Story
from digest.pipeline.grouping import GroupCache, restrict
from tests.support.values import article

A, B, C = (article(id_, source_id=id_) for id_ in "abc")


def test_the_same_articles_are_grouped_once() -> None:
    cache = GroupCache()
    first = cache.group((A, B), {"a": 1})

    assert cache.group((replace(A), replace(B)), {"a": 1}) is first
    assert cache.group((A, B), {"a": 2}) is not first
    assert cache.group((replace(A, paragraphs=("It closed.",)), B), {"a": 1}) is not first


def test_the_earliest_groupings_are_forgotten() -> None:
    cache = GroupCache()
    first = cache.group((A,), {})
    for others in ((B,), (C,)):
        cache.group(others, {})

    assert cache.group((A,), {}) is not first


def test_a_story_keeps_what_an_audience_gets() -> None:
    story, other = Story(articles=(A, B), near_duplicates=(C,)), Story(articles=(C,))
    rows = {
        "abc": [story, other],
        "bc": [Story(articles=(B,), near_duplicates=(C,)), other],
        "c": [Story(articles=(C,)), other],
        "ab": [Story(articles=(A, B))],
        "": [],
    }

    assert {ids: list(restrict([story, other], lambda item, ids=ids: item.id in ids)) for ids in rows} == rows
