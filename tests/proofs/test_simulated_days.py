"""The real program over simulated days: ``digest run`` as a process, a feed server, a mail server, and a clock on the
wall that is set while it runs. One edition a day, each article published once, one mail a day for each subscriber."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.model.editions import Outcome
from digest.store import deliveries, editions, slots, subscribers
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from tests.support.daily_feed import NEWS, feed
from tests.support.databases import open_persistent_store, sqlite_only
from tests.support.mail_server import RecordingMailServer, running_mail_server
from tests.support.run_process import Run, RunProcess, WallClock, until
from tests.support.web_servers import Answer, WebServer, web_server

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
READERS = ["ann@example.org", "bo@example.org"]
SETTINGS = """\
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"

[fetch]
allow = ["{web}"]
every = "30m"

[[sources]]
id = "news"
url = "http://{web}/feed"
full_text = "never"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 02:30"
timezone = "Europe/Berlin"
"""


@dataclass(kw_only=True)
class World:
    """The program's surroundings: clock, feed server, mail server."""

    wall: WallClock
    web: WebServer
    mail_server: RecordingMailServer
    articles: list[tuple[int, datetime]] = field(default_factory=list)

    def write(self, at: datetime) -> None:
        """Publish an article in the feed."""
        self.articles.append((len(self.articles), at))
        self.web.routes["/feed"] = Answer(body=feed(self.articles), headers={"Content-Type": "application/rss+xml"})

    def subjects(self) -> list[str]:
        """Slots and subjects of the published editions, earliest first."""
        with open_persistent_store() as store, store.read() as conn:
            return [f"{stored.slot.key} {stored.subject}" for stored in reversed(editions.summaries(conn))]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persistent_url: str) -> Iterator[World]:
    monkeypatch.chdir(tmp_path)
    with web_server() as web, running_mail_server() as mail_server:
        Path("digest.toml").write_text(SETTINGS.format(port=mail_server.port, web=web.address))
        with open_persistent_store() as store, store.begin() as conn:
            people = [NewSubscriber(address=address) for address in READERS]
            subscribers.add(conn, people, "main", at=datetime(2020, 1, 1, tzinfo=UTC))
        yield World(wall=WallClock(tmp_path), web=web, mail_server=mail_server)


def go_to(at: datetime, running: RunProcess, world: World) -> None:
    """Set the clock, and wait until the program has collected at that time."""
    so_far = running.events.count("collected")
    world.wall.set(at)
    until(lambda: running.events.count("collected") > so_far)


def is_delivered(running: RunProcess, number: int) -> bool:
    return running.events.count("delivered") == number


def due(day: datetime) -> datetime:
    """When Berlin's clock first reads 02:30 or later on that date."""
    local = day.replace(hour=2, minute=30, tzinfo=BERLIN)
    skipped = local.astimezone(UTC).astimezone(BERLIN).hour != 2
    return (local.replace(hour=3, minute=0) if skipped else local).astimezone(UTC)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(datetime(2026, 3, 28), id="over spring's change"),
        pytest.param(datetime(2026, 10, 24), id="over autumn's change"),
    ],
)
def test_each_day_has_one_edition_with_its_articles_and_one_mail_each(world: World, run: Run, first: datetime) -> None:
    days = 3
    world.write(due(first) - 3 * HOUR)
    world.wall.set(due(first) - 2 * HOUR)
    running = run(**world.wall.environment)
    running.wait_for("collected")
    for day in range(days):
        slot = due(first + day * DAY)
        if day:
            world.write(slot - 2 * HOUR)
        go_to(slot - 31 * MINUTE, running, world)
        assert len(world.mail_server.envelopes) == day * len(READERS), "nothing leaves before its time"
        world.wall.set(slot + MINUTE)
        until(lambda day=day: is_delivered(running, day + 1))
        go_to(slot + HOUR, running, world)  # in autumn, the clock reads 02:30 again
        go_to(slot + 3 * HOUR, running, world)
    assert running.end() == 0

    subjects = world.subjects()
    assert [subject[:10] for subject in subjects] == [f"{first + day * DAY:%Y-%m-%d}" for day in range(days)]
    assert all(f"{NEWS[number][0]} {number}" in subject for number, subject in enumerate(subjects))
    assert world.mail_server.recipients == sorted(READERS * days)
    assert "job_failed" not in running.events


@sqlite_only
def test_after_days_of_downtime_the_newest_edition_has_the_articles_of_missed_ones(world: World, run: Run) -> None:
    first = datetime(2026, 3, 28)
    world.write(due(first) - 3 * HOUR)
    world.wall.set(due(first) - MINUTE)
    running = run(**world.wall.environment)
    running.wait_for("collected")
    world.wall.set(due(first))
    until(lambda: is_delivered(running, 1))
    assert running.end(signal.SIGKILL) == -signal.SIGKILL
    for day in (1, 2, 3):
        world.write(due(first + day * DAY) - 2 * HOUR)
    world.wall.set(due(first + 3 * DAY) + 5 * HOUR)
    restarted = run(**world.wall.environment)
    until(lambda: is_delivered(restarted, 1))
    assert restarted.end() == 0

    assert [subject[:10] for subject in world.subjects()] == ["2026-03-28", "2026-03-31"]
    with open_persistent_store() as store, store.read() as conn:
        fates = {slot.key: fate for slot, fate in slots.statuses(conn, "main").items()}
        newest = editions.summaries(conn)[0]
        stored = editions.get(conn, newest.id)
    assert fates["2026-03-29"] == fates["2026-03-30"] == SlotStatus.MISSED
    assert stored is not None
    assert all(f"{NEWS[number][0]} {number}" in stored.edition.text for number in (1, 2, 3))
    assert world.mail_server.recipients == sorted(READERS * 2)


@sqlite_only
def test_no_edition_is_lost_and_no_mail_doubled_when_the_clock_jumps_a_day(world: World, run: Run) -> None:
    first = datetime(2026, 6, 1)
    world.write(due(first) - 3 * HOUR)
    world.wall.set(due(first) - MINUTE)
    running = run(**world.wall.environment)
    running.wait_for("collected")
    world.wall.set(due(first))
    until(lambda: is_delivered(running, 1))
    world.write(due(first) + HOUR)
    go_to(due(first) + DAY + HOUR, running, world)  # tomorrow, by a clock that is wrong: its edition goes out
    until(lambda: is_delivered(running, 2))
    world.wall.set(due(first) + 2 * HOUR)
    running.wait_for("clock_changed", "by_s=-")
    world.write(due(first) + 3 * HOUR)
    for day in (1, 2, 3):
        go_to(due(first + day * DAY) - 31 * MINUTE, running, world)
        world.wall.set(due(first + day * DAY) + MINUTE)
        if day > 1:
            until(lambda day=day: is_delivered(running, day + 1))
            world.write(due(first + day * DAY) + HOUR)
    assert running.end() == 0

    with open_persistent_store() as store, store.read() as conn:
        listed = editions.summaries(conn)
        counts = Counter(dict.fromkeys(Outcome, 0))
        for heading in listed:
            counts.update(deliveries.counts(conn, heading.id))
    assert [heading.slot.key for heading in reversed(listed)] == [f"2026-06-0{day}" for day in (1, 2, 3, 4)]
    assert world.mail_server.recipients == sorted(READERS * 4)
    assert {outcome for outcome, count in counts.items() if count} == {Outcome.SENT}


def test_two_processes_on_one_store_send_everything_once(world: World, run: Run) -> None:
    first = datetime(2026, 6, 1)
    readers = [f"reader{number}@example.org" for number in range(300)]
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in readers], "main", at=due(first) - DAY)
    world.mail_server.delay_s = 0.05
    world.write(due(first) - 3 * HOUR)
    world.wall.set(due(first) - 2 * HOUR)
    both = [run(**world.wall.environment), run(**world.wall.environment)]
    for running in both:
        running.wait_for("started")
    until(lambda: visits(both) == 1)
    for day in range(3):
        world.wall.set(due(first + day * DAY) - 31 * MINUTE)
        until(lambda day=day: visits(both) == 2 * day + 2)
        world.wall.set(due(first + day * DAY) + MINUTE)
        until(lambda day=day: len(world.mail_server.envelopes) >= (day + 1) * len([*READERS, *readers]))
        world.write(due(first + day * DAY) + HOUR)
        until(lambda day=day: visits(both) == 2 * day + 3)
    for running in both:
        assert running.end() == 0
        assert {"delivering", "delivered"} & {*running.events}, "both had a hand in it"

    assert Counter(world.mail_server.recipients) == dict.fromkeys([*READERS, *readers], 3)
    assert [subject[:10] for subject in world.subjects()] == ["2026-06-01", "2026-06-02", "2026-06-03"]


def visits(both: list[RunProcess]) -> int:
    """The number of collections by both processes."""
    return sum(running.events.count("collected") for running in both)
