"""A draft's stories after an editor's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from digest.model.digests import EditorNote
from digest.model.drafts import (
    MAX_NOTE,
    Approve,
    Decision,
    Drop,
    Headline,
    Merge,
    Move,
    Note,
    Pin,
    Refusal,
    Reject,
    Reopen,
    Restore,
    Unpin,
)
from digest.model.mailbox import Mailbox
from digest.model.stories import Brief
from digest.pipeline.draft_content import DraftContent, merged_story
from digest.pipeline.draft_lineup import DROPPED, Lineup, RefusedDecision, digest_of, lineup_after
from digest.pipeline.draft_view import draft_stories
from digest.store import nested_json
from tests.support.digests import NEWSLETTER, article, brief, digest, nth_brief

#: Stories 1 to 4 of the edition, and 5 and 6 below the line.
CONTENT = DraftContent(digest=digest(stories=4), reserve=(nth_brief(4), nth_brief(5)))
SECTIONS = DraftContent(
    digest=digest([nth_brief(0, section="Town"), nth_brief(1, section="Town"), nth_brief(2, section="Sport")]),
    reserve=(nth_brief(3, section="Town"),),
)


def merged(content: DraftContent, first: int, second: int) -> Brief:
    one, two = content.briefs[first], content.briefs[second]
    story = merged_story(one.story, two.story)
    return replace(one, ranked=replace(one.ranked, story=story), sentences=(*one.sentences, *two.sentences))


def after(content: DraftContent, *decisions: Decision) -> Lineup:
    briefs = (
        merged(content, decision.story, decision.other) if isinstance(decision, Merge) else None
        for decision in decisions
    )
    return lineup_after(content, zip(decisions, briefs, strict=True))


ORDERS: Sequence[tuple[str, DraftContent, tuple[Decision, ...], tuple[int, ...]]] = (
    ("nothing", CONTENT, (), (1, 2, 3, 4)),
    ("drop", CONTENT, (Drop(story=2),), (1, 3, 4)),
    ("drop and restore", CONTENT, (Drop(story=2), Restore(story=2)), (1, 2, 3, 4)),
    (
        "drop a moved story and restore it",
        CONTENT,
        (Move(story=4, place=1), Drop(story=4), Restore(story=4)),
        (4, 1, 2, 3),
    ),
    ("a drop lets no reserve story in", CONTENT, (Drop(story=1), Drop(story=2)), (3, 4)),
    ("pin", CONTENT, (Pin(story=3),), (3, 1, 2, 4)),
    ("pin two", CONTENT, (Pin(story=3), Pin(story=2)), (3, 2, 1, 4)),
    ("pin a reserve story", CONTENT, (Pin(story=6),), (6, 1, 2, 3, 4)),
    ("unpin", CONTENT, (Pin(story=3), Unpin(story=3)), (1, 2, 3, 4)),
    ("unpin a reserve story", CONTENT, (Pin(story=6), Unpin(story=6)), (1, 2, 3, 4)),
    ("move", CONTENT, (Move(story=1, place=4),), (2, 3, 4, 1)),
    ("move a reserve story in", CONTENT, (Move(story=5, place=2),), (1, 5, 2, 3, 4)),
    ("merge", CONTENT, (Merge(story=2, other=4),), (1, 2, 3)),
    ("merge named the other way round", CONTENT, (Merge(story=4, other=2),), (1, 2, 3)),
    ("merge and undo", CONTENT, (Merge(story=2, other=3), Restore(story=3)), (1, 2, 3, 4)),
    ("pin keeps sections together", SECTIONS, (Pin(story=3),), (3, 1, 2)),
    ("move within a section", SECTIONS, (Move(story=2, place=1),), (2, 1, 3)),
    ("reserve into its section", SECTIONS, (Move(story=4, place=3),), (1, 2, 4, 3)),
    ("drop a pinned story and restore it", SECTIONS, (Pin(story=3), Drop(story=3), Restore(story=3)), (1, 2, 3)),
)


@pytest.mark.parametrize(("content", "decisions", "order"), [pytest.param(*row[1:], id=row[0]) for row in ORDERS])
def test_stories_stand_as_decided(
    content: DraftContent, decisions: tuple[Decision, ...], order: tuple[int, ...]
) -> None:
    assert after(content, *decisions).order == order


REFUSALS: Sequence[tuple[tuple[Decision, ...], Refusal]] = (
    ((Drop(story=9),), "no_story"),
    ((Drop(story=5),), "not_in_edition"),
    ((Drop(story=1), Drop(story=1)), "not_in_edition"),
    ((Drop(story=1), Pin(story=1)), "not_in_edition"),
    ((Restore(story=1),), "nothing_to_undo"),
    ((Pin(story=1), Pin(story=1)), "already"),
    ((Unpin(story=1),), "nothing_to_undo"),
    ((Move(story=1, place=0),), "no_place"),
    ((Move(story=1, place=5),), "no_place"),
    ((Merge(story=2, other=2),), "same_story"),
    ((Merge(story=5, other=6),), "not_in_edition"),
    ((Merge(story=1, other=2), Merge(story=1, other=3), Restore(story=2)), "later_merge"),
    ((Merge(story=1, other=2), Drop(story=2)), "not_in_edition"),
    ((Headline(story=1, article="of nobody"),), "no_article"),
    ((Headline(story=1, article=CONTENT.briefs[1].story.lead.id),), "already"),
    ((Note(text="x" * (MAX_NOTE + 1)),), "note_too_long"),
    ((Reject(), Reject()), "already"),
    ((Reopen(),), "nothing_to_undo"),
)


@pytest.mark.parametrize(("decisions", "refusal"), REFUSALS)
def test_impossible_decisions_are_refused(decisions: tuple[Decision, ...], refusal: Refusal) -> None:
    lineup = after(CONTENT, *decisions[:-1])
    last = decisions[-1]
    brief_ = merged(CONTENT, last.story, last.other) if isinstance(last, Merge) else None

    with pytest.raises(RefusedDecision) as error:
        lineup.after(last, brief_)
    assert error.value.refusal == refusal


def test_a_story_leaves_its_section_only_by_a_pin() -> None:
    with pytest.raises(RefusedDecision, match="other_section"):
        after(SECTIONS).after(Move(story=1, place=3))
    assert after(SECTIONS, Pin(story=2)).section(2) == ""


def test_an_edition_without_a_dropped_story_is_not_all_the_news() -> None:
    content = replace(CONTENT, digest=replace(CONTENT.digest, is_exhaustive=True))

    assert digest_of(content, after(content)).is_exhaustive
    assert not digest_of(content, after(content, Drop(story=2))).is_exhaustive
    assert digest_of(content, after(content, Drop(story=2), Restore(story=2))).is_exhaustive


def test_a_dropped_storys_articles_are_left_out_with_the_reason() -> None:
    result = digest_of(CONTENT, after(CONTENT, Drop(story=2)))

    assert {item.article for item in result.left_out} == set(CONTENT.briefs[2].story.all_articles)
    assert {item.reason for item in result.left_out} == {DROPPED}


def test_the_subject_follows_the_first_stories() -> None:
    result = digest_of(CONTENT, after(CONTENT, Pin(story=4)))

    assert result.subject_stories[0] == result.briefs[0]
    assert digest_of(CONTENT, after(CONTENT)) == CONTENT.digest


def test_a_headline_brings_its_articles_title_and_link_and_keeps_the_sentences() -> None:
    first, second = (
        article("Ferry stays in harbour", ["A."], number=1),
        article("Storm stops the ferry", ["B."], number=2),
    )
    content = DraftContent(digest=digest([brief([first], near_duplicates=[second])]))
    result = digest_of(content, after(content, Headline(story=1, article=second.id)))

    assert result.briefs[0].story.lead == second
    assert set(result.briefs[0].story.all_articles) == {first, second}
    assert result.briefs[0].sentences == content.digest.briefs[0].sentences


def test_undoing_a_merge_takes_back_a_headline_of_the_other_story() -> None:
    other = CONTENT.briefs[3].story.lead.id
    lineup = after(CONTENT, Merge(story=2, other=3), Headline(story=2, article=other), Restore(story=3))

    assert lineup.brief(2) == CONTENT.briefs[2]


def test_a_note_is_signed_by_the_editor() -> None:
    editor = Mailbox.parse("Ed <ed@example.org>")
    content = DraftContent(digest=digest(newsletter=replace(NEWSLETTER, editor=editor)))

    assert digest_of(content, after(content, Note(text="Read on."))).note == EditorNote(text="Read on.", author="Ed")
    assert digest_of(CONTENT, after(CONTENT, Note(text="x"), Note(text=""))).note is None


def test_an_approval_takes_a_rejection_back() -> None:
    lineup = after(CONTENT, Reject(), Approve())

    assert lineup.is_approved
    assert not lineup.is_rejected


def test_people_see_dropped_and_reserve_stories_after_those_of_the_edition() -> None:
    stories = draft_stories(after(CONTENT, Drop(story=1), Merge(story=2, other=3), Pin(story=4)), first_reserve=5)

    assert [(story.number, story.place) for story in stories] == [(4, 1), (2, 2), (1, 0), (3, 0), (5, 0), (6, 0)]
    by_number = {story.number: story for story in stories}
    assert by_number[1].is_dropped
    assert by_number[3].merged_into == 2
    assert by_number[4].is_pinned
    assert by_number[5].is_reserve
    assert [item.number for item in by_number[2].articles] == [*range(1, len(by_number[2].articles) + 1)]


def test_stored_content_comes_back_equal() -> None:
    stored = nested_json.encode(CONTENT)

    assert nested_json.decode(DraftContent, stored, NEWSLETTER) == CONTENT
    assert len(stored["articles"]) == len(
        {item.id for brief in CONTENT.briefs.values() for item in brief.story.all_articles}
    )


def test_content_of_another_version_is_read_as_far_as_it_is_known() -> None:
    stored = nested_json.encode(CONTENT)
    del stored["value"]["digest"]["note"]
    stored["value"]["mood"] = "calm"

    assert nested_json.decode(DraftContent, stored, NEWSLETTER) == CONTENT
