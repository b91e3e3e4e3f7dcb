"""Editions that wait for an editor: downtime, clock changes, other audiences, two processes, changed settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.jobs.types import ComposeDraft, Publish
from digest.model.audiences import ReadingPreferences
from digest.model.drafts import Approve, DraftState, Drop, Headline, Merge, Note, Pin, Reject, Reopen
from digest.model.protocols import SendOutcome
from digest.settings.schedule import parse_schedule
from digest.store import Store, drafts, retention
from tests.support.audience_days import DAY, HOUR, START
from tests.support.desk_days import EDITOR, HELD, MINUTE, DeskDays, desk_days

pytestmark = pytest.mark.slow

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


def test_news_of_the_hold_is_not_passed_over_by_the_quality_floor() -> None:
    """Single reports that the last edition could have had are left out; it could not have these."""
    with desk_days(replace(HELD, quality_floor=0.5)) as days:
        write(days, 2, at=START + HOUR)
        days.run_until(DRAFTED)
        late = write(days, 1, at=DRAFTED + 10 * MINUTE)
        days.run_until(SLOT)
        days.run_until(SLOT + DAY)

        assert flat(days.edition_articles(TOMORROW)) == {*late}


def test_a_dropped_story_stays_out_of_later_editions(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    dropped = [article.id for article in days.draft().stories[0].articles]
    days.decide(Drop(story=1))
    days.run_until(SLOT)
    days.run_until(SLOT + DAY - HOUR)
    write(days, 1, at=SLOT + DAY - HOUR)
    days.run_until(SLOT + DAY)

    assert days.edition_articles(TOMORROW)
    assert not flat(days.edition_articles(TOMORROW)) & {*dropped}


def test_an_approved_edition_is_sent_at_once_with_the_date_of_its_slot(days: DeskDays) -> None:
    days.subscribe("ann")
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Approve())
    days.run_until(DRAFTED + MINUTE)
    assert len(days.edition_articles(TODAY)) == 2
    days.run_until(SLOT)
    days.run_until(SLOT + HOUR)

    assert days.mailer.recipients.count("ann@example.org") == 1
    assert days.decide(Drop(story=1)).outcome == "closed"


def test_a_rejection_can_be_taken_back_until_the_slot(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Reject())
    days.run_until(DRAFTED + 10 * MINUTE)
    days.decide(Reopen())
    days.run_until(SLOT)

    assert days.status(TODAY) == "published"


def test_nothing_goes_out_unseen_where_that_is_wanted() -> None:
    with desk_days(replace(HELD, unanswered="skip")) as days:
        write(days, 2, at=START + HOUR)
        days.run_until(DRAFTED)
        days.run_until(SLOT)
        assert (days.status(TODAY), len(days.events("draft_unanswered"))) == ("rejected", 1)
        days.run_until(SLOT + DAY - 45 * MINUTE)
        days.decide(Note(text="Seen."))
        days.run_until(SLOT + DAY)

        assert len(days.edition_articles(TOMORROW)) == 2


def test_after_downtime_over_the_hold_an_edition_goes_out_at_once(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(SLOT + MINUTE)

    assert days.status(TODAY) == "published"
    assert not days.events("draft_composed")


def test_after_downtime_over_the_hold_an_editor_who_must_answer_still_gets_the_time() -> None:
    with desk_days(replace(HELD, unanswered="skip")) as days:
        write(days, 2, at=START + HOUR)
        days.run_until(SLOT + 10 * MINUTE)
        assert days.status(TODAY) is None
        assert days.draft().until == SLOT + 55 * MINUTE
        days.decide(Approve())
        days.run_until(SLOT + 11 * MINUTE)

        assert days.status(TODAY) == "published"


def test_a_late_draft_leaves_the_editor_what_time_remains(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(SLOT - 5 * MINUTE)

    assert days.draft().until == SLOT


def test_of_two_processes_one_stores_the_draft(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.now = DRAFTED
    [job] = [job for job in days.due() if isinstance(job, ComposeDraft)]
    days.run_until(DRAFTED)
    from digest.jobs.perform import perform

    perform(job, days._context())

    assert len(days.events("draft_composed")) == 1


def test_texts_that_change_during_the_hold_leave_the_draft_as_it_was(days: DeskDays) -> None:
    write(days, 1, at=START + HOUR)
    days.run_until(DRAFTED)
    before = days.draft().stories
    with days.store.begin() as conn:
        conn.exec_driver_sql("UPDATE articles SET paragraphs = '[\"Something else.\"]', title = 'Something else'")
    days.run_until(SLOT)

    assert days.draft(TODAY).stories == before
    assert days.edition_articles(TODAY) == [["a0"]]


def test_the_editor_gets_each_draft_by_mail_once(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    for minute in range(0, 45, 15):
        days.run_until(DRAFTED + minute * MINUTE)

    assert days.mailer.recipients == [EDITOR]
    assert days.draft().mailed == DRAFTED


def test_an_editors_mail_that_is_not_accepted_is_tried_again_and_holds_up_no_edition(days: DeskDays) -> None:
    days.subscribe("ann")
    write(days, 2, at=START + HOUR)
    days.mailer.not_accepted[EDITOR] = (SendOutcome.DEFERRED, "451 later")
    days.run_until(DRAFTED)
    days.run_until(DRAFTED + 10 * MINUTE)
    assert len(days.events("draft_not_mailed")) == 2
    assert [fields["message"] for fields in days.events("alarm_sent")] == [
        "the mail about the draft for 2026-06-01 could not be sent"
    ]
    del days.mailer.not_accepted[EDITOR]
    days.run_until(DRAFTED + 20 * MINUTE)
    assert days.mailer.recipients.count(EDITOR) == 1
    days.run_until(SLOT)

    assert "ann@example.org" in days.mailer.recipients


def test_no_editor_is_asked_about_an_edition_without_news(days: DeskDays) -> None:
    days.run_until(DRAFTED)

    assert days.draft().stories == ()
    assert days.mailer.recipients == []


def test_two_editors_do_not_overwrite_each_other(days: DeskDays) -> None:
    from digest.pipeline.editor_desk import decide

    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    draft = days.draft()
    first = decide(days.app, draft.id, Drop(story=1), by="operator", now=days.now, expected_version=draft.version)
    second = decide(days.app, draft.id, Pin(story=2), by=EDITOR, now=days.now, expected_version=draft.version)

    assert first
    assert second
    assert (first.outcome, second.outcome) == ("done", "stale")
    assert [(record.kind, record.by) for record in second.others] == [("drop", "operator")]
    assert [record.kind for record in days.draft().history] == ["drop"]


@pytest.mark.parametrize("hour", [6, 7], ids=["before the slot", "at the slot"])
def test_a_decision_after_the_slot_is_refused(days: DeskDays, hour: int) -> None:
    write(days, 1, at=START + HOUR)
    days.run_until(DRAFTED)
    days.now = START + hour * HOUR + 30 * MINUTE * (hour == 6)

    assert days.decide(Drop(story=1)).outcome == ("done" if hour == 6 else "closed")


@pytest.mark.parametrize(
    ("wishes", "due"),
    [
        pytest.param(ReadingPreferences(topics=("harbour",)), SLOT, id="topics, at the same slot"),
        pytest.param(ReadingPreferences(timezone="America/New_York"), SLOT + 4 * HOUR, id="another zone"),
        pytest.param(ReadingPreferences(frequency="daily 18:00"), SLOT + 11 * HOUR, id="own times"),
    ],
)
def test_decisions_hold_for_subscribers_with_wishes_of_their_own(
    days: DeskDays, wishes: ReadingPreferences, due: datetime
) -> None:
    days.now = START
    days.subscribe("ann", "bo")
    key = days.choose("ann", wishes)
    days.now = START + HOUR
    kept, dropped = days.write(about="Harbour opens."), days.write(about="Harbour closes.")
    days.run_until(DRAFTED)
    number = next(story.number for story in days.draft().stories if story.headline == dropped)
    days.decide(Drop(story=number), Note(text="On the harbour."))
    late = write(days, 1, at=DRAFTED + MINUTE)
    days.run_until(SLOT)
    days.run_until(due)

    articles = flat(days.edition_articles(TODAY, key))
    assert kept in articles
    assert dropped not in articles
    assert ({*late} <= articles) == (due > SLOT)
    mail = next(mail for mail in days.mailer.accepted if mail.recipient == "ann@example.org")
    assert (b"On the harbour." in b"".join(mail.chunks)) == (not wishes.frequency)


def test_an_approved_edition_goes_to_all_who_have_its_slot(days: DeskDays) -> None:
    days.now = START
    days.subscribe("ann", "bo")
    key = days.choose("ann", ReadingPreferences(topics=("harbour",)))
    days.now = START + HOUR
    days.write(about="Harbour opens.")
    days.run_until(DRAFTED)
    days.decide(Approve())
    days.run_until(DRAFTED + MINUTE)

    assert days.edition_articles(TODAY, key)
    assert {"ann@example.org", "bo@example.org"} <= {*days.mailer.recipients}


def test_a_rejected_edition_goes_to_nobody_who_has_its_slot(days: DeskDays) -> None:
    days.now = START
    days.subscribe("ann")
    key = days.choose("ann", ReadingPreferences(topics=("harbour",)))
    days.now = START + HOUR
    days.write(about="Harbour opens.")
    days.run_until(DRAFTED)
    days.decide(Reject())
    days.run_until(SLOT)

    assert days.status(TODAY, key) == "rejected"
    assert "ann@example.org" not in days.mailer.recipients


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29), datetime(2026, 10, 25)], ids=["spring's change", "autumn's change"]
)
def test_a_hold_lasts_as_long_over_a_clock_change(day: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    newsletter = replace(HELD, timezone=berlin, schedule=parse_schedule("daily 03:00"), hold=90 * MINUTE)
    with desk_days(newsletter) as days:
        slot = day.replace(hour=3, tzinfo=berlin).astimezone(ZoneInfo("UTC"))
        key = f"{day:%Y-%m-%d}"
        write(days, 1, at=slot - 3 * HOUR)
        days.run_until(slot - 91 * MINUTE)
        assert days.due() == []
        days.run_until(slot - 90 * MINUTE)
        assert days.draft().until - days.draft().composed == timedelta(minutes=90)
        days.run_until(slot)

        assert days.status(key) == "published"


def test_settings_without_a_hold_send_a_waiting_draft_at_its_slot() -> None:
    with desk_days(replace(HELD, unanswered="skip")) as days:
        write(days, 2, at=START + HOUR)
        days.run_until(DRAFTED)
        dropped = days.draft().stories[0].headline
        days.decide(Drop(story=1))
        plain = replace(HELD, hold=timedelta())
        days.newsletter = plain
        days.app = replace(days.app, settings=replace(days.app.settings, newsletters=(plain,)))
        days.run_until(SLOT)

        assert len(days.edition_articles(TODAY)) == 1
        assert dropped not in flat(days.edition_articles(TODAY))


@pytest.mark.parametrize("time", ["08:00", "06:45"])
def test_a_schedule_that_changes_during_the_hold_keeps_the_draft(days: DeskDays, time: str) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Drop(story=1))
    days.newsletter = replace(HELD, schedule=parse_schedule(f"daily {time}"))
    days.app = replace(days.app, settings=replace(days.app.settings, newsletters=(days.newsletter,)))
    late = write(days, 1, at=DRAFTED + 10 * MINUTE)
    days.run_until(SLOT + HOUR)
    days.run_until(SLOT + DAY + HOUR)

    assert len(days.edition_articles(TODAY)) == 1
    assert len(days.events("draft_composed")) == 1
    assert flat(days.edition_articles(TOMORROW)) == {*late}


def test_a_newsletter_that_was_removed_leaves_its_draft_alone(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.app = replace(days.app, settings=replace(days.app.settings, newsletters=()))
    days.run_until(SLOT)

    assert not days.edition_articles(TODAY)


def test_a_draft_with_everything_dropped_is_an_empty_edition(days: DeskDays) -> None:
    write(days, 1, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Drop(story=1))
    days.run_until(SLOT)

    assert (days.status(TODAY), days.draft(TODAY).state) == ("empty", DraftState.EMPTY)


def test_nothing_is_published_while_a_draft_waits(days: DeskDays) -> None:
    write(days, 1, at=START + HOUR)
    days.run_until(DRAFTED)
    days.now = SLOT - MINUTE

    assert not [job for job in days.due() if isinstance(job, Publish)]


def test_retention_deletes_a_drafts_content_and_keeps_what_was_decided(days: DeskDays) -> None:
    write(days, 2, at=START + HOUR)
    days.run_until(DRAFTED)
    days.decide(Drop(story=1))
    days.run_until(SLOT)
    with days.store.begin() as conn:
        assert retention.delete_drafts(conn, before=SLOT) == 0
        assert retention.delete_drafts(conn, before=SLOT + DAY) == 1
        assert retention.delete_dropped(conn, before=SLOT + DAY) == 1
        stored = drafts.find(conn, "main", TODAY)
        assert stored
        assert [entry.record.kind for entry in drafts.history(conn, stored.id)] == ["drop"]
        assert drafts.content(conn, stored.id) is None


def test_drafts_on_both_databases(store: Store) -> None:
    with desk_days(store=store) as days:
        days.subscribe("ann")
        write(days, 4, at=START + HOUR)
        days.run_until(DRAFTED)
        stories = days.draft().stories
        days.decide(Merge(story=1, other=2), Drop(story=3), Headline(story=1, article=stories[1].headline))
        days.run_until(SLOT)

        assert days.edition_articles(TODAY)[0] == sorted(
            article.id for story in stories[:2] for article in story.articles
        )
        assert days.draft(TODAY).stories[0].headline == stories[1].headline
