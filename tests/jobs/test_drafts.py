"""Editions that wait for an editor: composed ahead, changed by decisions, sent at their slots or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from digest.model.drafts import DraftState, Drop, Merge, Note, Pin, Reject
from tests.support.audience_days import DAY, HOUR, START
from tests.support.desk_days import MINUTE, DeskDays, desk_days

#: The first slot, and when its draft is composed.
SLOT = START + 7 * HOUR
DRAFTED = SLOT - 45 * MINUTE
TODAY, TOMORROW = "2026-06-01", "2026-06-02"


@pytest.fixture
def days() -> Iterator[DeskDays]:
    with desk_days() as days:
        yield days


def write(days: DeskDays, count: int, *, at: datetime) -> list[str]:
    days.now = at
    return [days.write() for _ in range(count)]


def flat(stories: list[list[str]]) -> set[str]:
    return {id_ for ids in stories for id_ in ids}


def test_a_draft_is_composed_before_the_slot_and_sent_at_it_as_it_stands(days: DeskDays) -> None:
    days.subscribe("ann")
    written = write(days, 3, at=START + HOUR)
    days.run_until(DRAFTED - MINUTE)
    assert not days.events("draft_composed")
    days.run_until(DRAFTED)
    assert days.events("draft_composed") == [{"draft": 1, "stories": 3, "reserve": 0}]
    assert days.draft().until == SLOT
    days.run_until(SLOT - MINUTE)
    assert days.status(TODAY) is None
    days.run_until(SLOT)

    assert flat(days.edition_articles(TODAY)) == {*written}
    assert days.draft(TODAY).state is DraftState.PUBLISHED
    assert days.mailer.recipients.count("ann@example.org") == 1


def test_news_that_comes_in_during_the_hold_is_in_the_next_edition(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    late = write(days, 1, at=DRAFTED + 10 * MINUTE)
    days.run_until(SLOT)
    assert not flat(days.edition_articles(TODAY)) & {*late}
    days.run_until(SLOT + DAY - 45 * MINUTE)
    days.run_until(SLOT + DAY)

    assert flat(days.edition_articles(TOMORROW)) == {*late}


def test_the_edition_is_as_the_editor_decided(days: DeskDays) -> None:
    days.subscribe("ann")
    write(days, 4, at=START + HOUR)
    days.run_until(DRAFTED)
    by_number = {story.number: [article.id for article in story.articles] for story in days.draft().stories}
    days.decide(Drop(story=1), Pin(story=3), Merge(story=2, other=4), Note(text="Good morning.\n\nMind the tide."))
    days.run_until(SLOT)

    assert days.edition_articles(TODAY) == [by_number[3], sorted(by_number[2] + by_number[4])]
    assert [record.kind for record in days.draft(TODAY).history] == ["drop", "pin", "merge", "note"]
    mail = next(mail for mail in days.mailer.accepted if mail.recipient == "ann@example.org")
    assert b"Mind the tide." in b"".join(mail.chunks)


@pytest.mark.slow
def test_a_rejected_edition_is_not_sent_and_its_stories_are_new_again(days: DeskDays) -> None:
    days.subscribe("ann")
    written = write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Reject())
    days.run_until(SLOT)
    assert days.status(TODAY) == "rejected"
    assert days.draft(TODAY).state is DraftState.CLOSED
    assert "ann@example.org" not in days.mailer.recipients
    days.run_until(SLOT + DAY - 45 * MINUTE)
    days.run_until(SLOT + DAY)

    assert flat(days.edition_articles(TOMORROW)) == {*written}
    assert days.events("slot_rejected")
