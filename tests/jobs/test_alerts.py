"""Alerts over simulated days: each story once, not at night, not too many, and never of a backlog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.jobs.overview import read_overview
from digest.jobs.problems import find_alarms
from digest.model.audiences import ReadingPreferences
from digest.model.editions import EditionKind
from digest.pipeline.alert_decision import decide
from digest.pipeline.alerts import publish_alert
from digest.pipeline.archive import edition_page, slot_address, slot_key
from digest.store import Store, open_store, runs
from tests.support.alert_news import HOUR, MINUTE, NOON, Newsroom, background, report

DAY = timedelta(days=1)
FIRST = "2026-06-01-alert-1"


@pytest.fixture
def news() -> Iterator[Newsroom]:
    """A newsletter with two subscribers, an hour after its first collection."""
    with open_store("sqlite://") as store:
        newsroom = Newsroom(store=store, now=NOON - HOUR)
        newsroom.subscribe("ann", "bo")
        newsroom.begin()
        newsroom.now = NOON
        yield newsroom


def test_a_surge_is_one_mail_to_all_and_the_next_digest_leaves_it_out(news: Newsroom) -> None:
    news.surge()
    assert news.work() == [FIRST]
    (alert,) = news.editions()
    assert (alert.kind, alert.subject) == (EditionKind.ALERT, "Alert: Fire destroys ferry Aurora in Sandhaven")
    assert news.recipients(FIRST) == ["ann", "bo"]

    again = replace(report(0, 3, at=news.now - MINUTE), paragraphs=report(0, 0, at=NOON).paragraphs)
    news.collect(again, background(50, at=news.now - MINUTE))
    assert news.work() == []
    news.now = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
    assert news.work() == ["2026-06-02"]
    told = news.articles("2026-06-02")
    assert "other-50" in told
    assert not [id_ for id_ in told if id_.endswith("-0") and not id_.startswith("other")]


def test_the_first_collection_makes_no_alert() -> None:
    """Its articles are a backlog, however new they are."""
    with open_store("sqlite://") as store:
        news = Newsroom(store=store)
        news.surge()
        assert news.work() == []
        news.surge(0, (3,))
        assert news.work() == []


@pytest.mark.parametrize(
    ("ago", "undated"),
    [
        pytest.param(26 * HOUR, False, id="a source was away for a day"),
        pytest.param(MINUTE, True, id="dates are guessed"),
    ],
)
def test_what_is_only_collected_now_makes_no_alert(news: Newsroom, ago: timedelta, undated: bool) -> None:
    news.collect(*(report(0, outlet, at=news.now - ago) for outlet in range(4)), undated=undated)
    assert news.work() == []


@pytest.mark.slow
def test_a_story_of_the_night_is_told_in_the_morning(news: Newsroom) -> None:
    news.change(schedule=replace(news.newsletter.schedule, weekdays=frozenset({3})))
    news.now = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
    news.surge()
    assert news.work() == []
    news.now = datetime(2026, 6, 2, 4, 58, tzinfo=UTC)
    assert news.due() == []
    news.now = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
    assert news.work() == ["2026-06-02-alert-1"]


@pytest.mark.slow
def test_the_digest_of_the_morning_takes_the_place_of_an_alert(news: Newsroom) -> None:
    news.now = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
    news.surge()
    news.now = datetime(2026, 6, 2, 4, 58, tzinfo=UTC)
    assert news.work() == []
    news.now = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
    assert news.work() == ["2026-06-02"]
    for _ in range(3):
        news.now += HOUR
        news.collect(background(70 + news.now.hour, at=news.now - MINUTE))
        assert news.work() == []


@pytest.mark.slow
def test_no_more_than_so_many_alerts_a_day_an_hour_apart(news: Newsroom) -> None:
    for event in range(4):
        news.surge(event)
    assert news.work() == [FIRST]
    assert news.work() == []
    news.now += HOUR
    assert news.work() == ["2026-06-01-alert-2"]
    news.now += HOUR
    assert news.work() == []
    assert news.due() == []


@pytest.mark.slow
def test_a_flood_is_no_alert_but_an_error_and_an_alarm(news: Newsroom) -> None:
    news.collect(*(report(event, outlet, at=news.now - 5 * MINUTE) for event in range(10) for outlet in range(3)))
    assert news.work() == []
    assert news.events == [("alert_flood", {"newsletter": "main", "stories": 10})]
    with news.store.read() as conn:
        alarms = find_alarms(conn, news.newsletter, news.app.settings, now=news.now)
    assert [alarm.message.partition(" would")[0] for alarm in alarms if alarm.topic == "alerts"] == ["10 stories"]


@pytest.mark.slow
def test_each_audience_gets_what_it_asked_for(news: Newsroom) -> None:
    """Without the story in the alert, it is told in the digest."""
    wishes = {
        "off": ReadingPreferences(alerts="off"),
        "weekly": ReadingPreferences(frequency="weekly mon 08:00"),
        "weekly-on": ReadingPreferences(frequency="weekly mon 08:00", alerts="on"),
        "chess": ReadingPreferences(topics=("chess",)),
        "ferries": ReadingPreferences(topics=("ferry",)),
        "muted": ReadingPreferences(muted=("herald",)),
    }
    for name, preferences in wishes.items():
        news.subscribe(name, preferences=preferences)
    news.surge()
    news.work()
    assert news.recipients(FIRST) == ["ann", "bo", "ferries", "weekly-on"]

    news.now = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
    news.collect(background(60, at=news.now - HOUR))
    news.work()
    off, published = (news.articles("2026-06-02", wish.key) for wish in (wishes["off"], ReadingPreferences()))
    assert "herald-0" in off
    assert "herald-0" not in published


@pytest.mark.slow
def test_a_digest_that_was_composed_before_an_alert_does_not_tell_its_story_again(news: Newsroom) -> None:
    """Two processes at once: the digest is frozen after the alert, from what was read before it."""
    news.change(alert_quiet=None)
    news.now = datetime(2026, 6, 2, 3, 40, tzinfo=UTC)
    news.surge()
    late = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
    assert news.work() == ["2026-06-02-alert-1"]
    news.now = late  # the digest of seven is late, and has an alert before it and one after its slot
    news.surge(1)
    keys = news.work()
    assert keys == ["2026-06-02"]
    assert "herald-0" not in news.articles("2026-06-02")


@pytest.mark.slow
def test_two_processes_at_once_send_one_alert(news: Newsroom) -> None:
    news.surge()
    (job,) = news.due()
    news.perform(job)
    news.perform(job)  # it was queued before the first had ended

    assert [edition.slot.key for edition in news.editions()] == [FIRST]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("now", "may_send"),
    [
        pytest.param("2026-03-28 20:57", True, id="before ten in the evening"),
        pytest.param("2026-03-28 21:01", False, id="after ten"),
        pytest.param("2026-03-29 04:57", False, id="before seven, an hour earlier after the change"),
        pytest.param("2026-03-29 06:01", True, id="after seven, on the morning of the change"),
        pytest.param("2026-10-25 05:57", False, id="before seven, an hour later after the change"),
        pytest.param("2026-10-25 07:01", True, id="after seven in autumn"),
    ],
)
def test_quiet_hours_follow_the_clock_of_the_newsletters_zone(now: str, may_send: bool) -> None:
    at = datetime.fromisoformat(f"{now}+00:00")
    with open_store("sqlite://") as store:
        news = Newsroom(store=store, now=at - DAY)
        news.change(schedule=replace(news.newsletter.schedule, times=(datetime(2026, 1, 1, 15).time(),)))
        news.begin()
        news.now = at - 4 * HOUR
        news.work()
        news.now = at
        news.surge()
        assert bool(news.alerts()) == may_send


@pytest.mark.slow
def test_the_status_tells_the_last_alert_and_why_none_comes_now(news: Newsroom) -> None:
    news.surge()
    news.work()
    (status,) = read_overview(news.app.settings, news.store, now=news.now).newsletters

    assert status.alerts is not None
    assert status.alerts.last is not None
    assert (status.alerts.last.key, status.alerts.today) == (FIRST, 1)
    assert status.alerts.wait == "the last alert was sent less than an hour ago"


class _Killed(BaseException):
    """Nothing of the process runs any more."""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["decided", "frozen, not committed", "committed"])
def test_a_process_that_dies_costs_no_alert_and_sends_none_twice(store: Store, moment: str) -> None:
    """On each kind of database."""
    news = Newsroom(store=store, now=NOON - HOUR)
    news.subscribe("ann", "bo")
    news.begin()
    news.now = NOON
    news.surge()
    (job,) = news.due()
    if moment == "frozen, not committed":
        news.on_freeze = _die
        with pytest.raises(_Killed):
            news.perform(job)
        news.on_freeze = lambda: None
    elif moment == "committed":
        news.perform(job)
    with store.begin() as conn:  # its run has no end
        runs.start(conn, job.kind, at=news.now, about="main")
    news.now += 10 * MINUTE

    news.work()
    news.work()
    assert [edition.slot.key for edition in news.editions()] == [FIRST]
    assert news.recipients(FIRST) == ["ann", "bo"]


@pytest.mark.slow
def test_of_processes_at_once_one_sends_the_alert(store: Store) -> None:
    """On each kind of database: both decide, and the second finds that an edition was published meanwhile."""
    news = Newsroom(store=store, now=NOON - HOUR)
    news.subscribe("ann")
    news.begin()
    news.now = NOON
    news.surge()
    newsletter, app = news.newsletter, news.app
    decisions = [decide(newsletter, app, now=news.now, since=NOON - MINUTE) for _ in range(2)]
    results = [publish_alert(newsletter, decision, app, now=news.now) for decision in decisions]

    assert [bool(result) for result in results] == [True, False]
    assert [edition.slot.key for edition in news.editions()] == [FIRST]


def _die() -> None:
    raise _Killed


@pytest.mark.slow
def test_an_alert_has_a_page_of_its_own_in_the_archive(news: Newsroom) -> None:
    news.surge()
    news.work()
    key = slot_key(slot_address(FIRST))
    assert key == FIRST
    with news.store.read() as conn:
        page = edition_page(conn, replace(news.newsletter, archive="public"), key, news.app.settings)

    assert page is not None
    assert page.edition.slot.time(news.newsletter.timezone) == "14:01"
    assert [story.title for story in page.stories] == ["Fire destroys ferry Aurora in Sandhaven"]
