"""What the program does by itself: the right thing at the right time, once, out of what the store says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from digest.jobs import ApplyRetention, Collect, Deliver, Job, JobContext, Publish, due_jobs, perform
from digest.jobs.alarm import send_alarm
from digest.jobs.due import record_missed_slots
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import SendOutcome
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.settings import OperatorSettings, Settings
from digest.settings.schedule import parse_schedule
from digest.store import Store, editions, open_store, runs, slots, subscribers
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from tests.support.fakes import Clock, FakeMailer

HOUR, DAY, STEP = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)
MAIN = Newsletter(
    id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"), timezone=ZoneInfo("Europe/Berlin")
)
#: A Monday, 05:00 in Berlin.
START = datetime(2026, 6, 1, 3, tzinfo=UTC)
WORDS = [
    "harbour",
    "library",
    "bridge",
    "orchard",
    "theatre",
    "railway",
    "glacier",
    "lighthouse",
    "market",
    "observatory",
    "vineyard",
    "canal",
]


@dataclass(slots=True)
class House:
    """The program over a folder of articles, with a clock that stands and a server that takes everything."""

    app: App
    folder: Path
    clock: Clock
    mailer: FakeMailer
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    written: int = 0

    def log(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))

    def look(self) -> tuple[Job, ...]:
        record_missed_slots(self.app, now=self.clock(), log=self.log)
        return due_jobs(self.app, now=self.clock())

    def perform(self, job: Job) -> tuple[Job, ...]:
        """Do the job, and return its follow-up jobs."""
        follow_ups: list[Job] = []
        context = JobContext(
            app=self.app,
            clock=self.clock,
            stop=threading.Event(),
            log=self.log,
            enqueue=lambda _, job: follow_ups.append(job),
        )
        perform(job, context)
        return tuple(follow_ups)

    def settle(self) -> None:
        """Do what is due now, and what follows from it."""
        for _ in range(20):
            jobs = self.look()
            if not jobs:
                return
            for job in jobs:
                waiting = [job]
                while waiting:
                    waiting += self.perform(waiting.pop())
        raise AssertionError(f"there is no end to {jobs}")

    def live(self, until: datetime, *, step: timedelta = STEP) -> None:
        """Let time pass."""
        while self.clock() < until:
            self.settle()
            self.clock.advance(step)
        self.settle()

    def write(self) -> None:
        """An article comes."""
        word, self.written = WORDS[self.written % len(WORDS)], self.written + 1
        at, url = self.clock().isoformat(), f"https://post.example/{self.written}"
        text = f"The {word} number {self.written} was opened by its office. Nobody had expected the {word} so soon."
        head = f"title: On the {word} {self.written}\nsource: Post\ndate: {at}\nurl: {url}"
        (self.folder / f"{self.written}.md").write_text(f"---\n{head}\n---\n{text}\n", "utf-8")

    @property
    def editions(self) -> list[str]:
        with self.app.store.read() as conn:
            return [heading.slot.key for heading in reversed(editions.summaries(conn))]

    @property
    def fates(self) -> dict[str, SlotStatus]:
        with self.app.store.read() as conn:
            return {slot.key: fate for slot, fate in slots.statuses(conn, "main").items()}

    def set(self, **changes: object) -> None:
        """Change the newsletter's settings."""
        newsletter = replace(self.app.settings.newsletters[0], **changes)  # type: ignore[arg-type]
        self.app = replace(self.app, settings=replace(self.app.settings, newsletters=(newsletter,)))


def house_over(store: Store, folder: Path, *, at: datetime = START) -> House:
    mailer = FakeMailer()
    settings = Settings(sources=(Source(id="post", path=folder),), newsletters=(MAIN,))
    app = replace(make_app(settings, store=store), mailer=lambda: mailer)
    return House(app=app, folder=folder, clock=Clock(at), mailer=mailer)


@pytest.fixture
def house(tmp_path: Path, persistent_url: str) -> Iterator[House]:
    folder = tmp_path / "articles"
    folder.mkdir()
    with open_store(persistent_url) as store:
        with store.begin() as conn:
            people = [NewSubscriber(address="ann@example.org"), NewSubscriber(address="bo@example.org")]
            subscribers.add(conn, people, "main", at=START)
        made = house_over(store, folder)
        made.write()
        yield made


# --- day after day -----------------------------------------------------------------------------------------------


def test_an_edition_is_sent_at_its_time_once_to_each_subscriber(house: House) -> None:
    house.live(START + HOUR)
    assert house.mailer.accepted == []
    house.live(START + 2 * HOUR)
    assert house.mailer.recipients == ["ann@example.org", "bo@example.org"]
    house.live(START + 20 * HOUR)

    assert len(house.mailer.accepted) == 2
    assert house.editions == ["2026-06-01"]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(datetime(2026, 3, 27, 12, tzinfo=UTC), id="over spring's change"),
        pytest.param(datetime(2026, 10, 23, 12, tzinfo=UTC), id="over autumn's change"),
    ],
)
@pytest.mark.parametrize("time", ["00:00", "02:30", "07:00"])
def test_every_day_has_one_edition_over_a_clock_change(house: House, start: datetime, time: str) -> None:
    house.clock.now = start
    house.set(schedule=parse_schedule(f"daily {time}"))
    for day in range(4):
        house.write()
        house.live(start + (day + 1) * DAY, step=HOUR)

    assert house.editions == [f"{start + (day + 1) * DAY:%Y-%m-%d}" for day in range(4)]
    assert house.mailer.recipients == ["ann@example.org", "bo@example.org"] * 4


def test_several_slots_a_day_are_editions_of_their_own(house: House) -> None:
    house.set(schedule=parse_schedule("daily 07:00,18:00"))
    house.live(START + 8 * HOUR)
    house.write()
    house.live(START + 20 * HOUR)

    assert house.editions == ["2026-06-01T07:00", "2026-06-01T18:00"]


# --- a new newsletter, downtime, a wrong clock -------------------------------------------------------------------


def test_a_new_newsletter_publishes_no_slot_from_before_its_registration(house: House) -> None:
    house.clock.advance(4 * HOUR)
    house.live(house.clock() + 10 * HOUR)

    assert house.editions == []
    assert house.fates == {"2026-06-01": SlotStatus.BEFORE}


def test_a_restart_changes_nothing(house: House) -> None:
    house.live(START + 3 * HOUR)
    again = house_over(house.app.store, house.folder, at=house.clock())
    again.live(START + 20 * HOUR)

    assert again.mailer.accepted == []
    assert again.editions == ["2026-06-01"]


def test_after_a_night_of_downtime_the_slot_is_published_late(house: House) -> None:
    house.live(START + HOUR)
    house.clock.now = START + 8 * HOUR
    house.settle()

    assert house.editions == ["2026-06-01"]


def test_after_days_of_downtime_the_newest_edition_has_the_articles_of_missed_ones(house: House) -> None:
    house.live(START + 3 * HOUR)
    house.clock.advance(DAY)
    house.write()
    house.clock.now = START + 4 * DAY + 3 * HOUR
    house.settle()

    assert house.editions == ["2026-06-01", "2026-06-05"]
    assert [house.fates[f"2026-06-0{day}"] for day in (2, 3, 4)] == [SlotStatus.MISSED] * 3
    assert b"On the library 2" in house.mailer.accepted[-1].content
    assert [fields["slot"] for event, fields in house.events if event == "slot_missed"] == [
        "2026-06-02",
        "2026-06-03",
        "2026-06-04",
    ]


def test_articles_of_a_slot_missed_for_too_long_go_into_the_next(house: House) -> None:
    house.live(START + 3 * HOUR)
    house.write()
    house.clock.now = START + DAY + 15 * HOUR
    house.settle()
    assert house.editions == ["2026-06-01"]
    house.live(START + 2 * DAY + 3 * HOUR)

    assert house.editions == ["2026-06-01", "2026-06-03"]


def test_no_edition_is_lost_when_the_clock_jumps_ahead_and_back(house: House) -> None:
    house.live(START + 3 * HOUR)
    house.clock.advance(300 * DAY)
    house.settle()
    house.clock.now = START + 4 * HOUR
    for day in range(1, 4):
        house.write()
        house.live(START + day * DAY + 3 * HOUR)

    assert house.editions[:4] == ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"]


def test_nothing_is_sent_twice_when_an_hour_repeats(house: House) -> None:
    house.live(START + 150 * timedelta(minutes=1))
    house.clock.advance(-HOUR)
    house.live(START + 5 * HOUR)

    assert house.editions == ["2026-06-01"]
    assert len(house.mailer.accepted) == 2


def test_two_processes_on_one_store_send_nothing_twice(house: House) -> None:
    other = house_over(house.app.store, house.folder, at=START)
    while house.clock() < START + DAY + 4 * HOUR:
        jobs = [(each, job) for each in (house, other) for job in each.look()]
        for each, job in jobs:
            for follow in each.perform(job):
                each.perform(follow)
        if not jobs:
            house.write() if house.clock().hour == 12 else None
            house.clock.advance(STEP)
            other.clock.now = house.clock()

    assert house.editions == ["2026-06-01", "2026-06-02"]
    assert sorted(house.mailer.recipients + other.mailer.recipients) == ["ann@example.org"] * 2 + ["bo@example.org"] * 2


# --- job by job --------------------------------------------------------------------------------------------------


def test_sources_are_collected_at_their_interval(house: House) -> None:
    house.live(START + HOUR)

    with house.app.store.read() as conn:
        started = [run.started for run in runs.recent(conn, "collect")]
    assert started == [START + HOUR - number * STEP for number in range(5)]


def test_an_edition_waits_for_a_running_collection(house: House) -> None:
    house.settle()
    house.clock.now = START + 2 * HOUR
    assert house.look() == (Collect(),)
    with house.app.store.begin() as conn:
        run_id = runs.start(conn, "collect", at=house.clock())
    assert house.look() == ()
    with house.app.store.begin() as conn:
        runs.finish(conn, run_id, "done", at=house.clock())
    assert house.look() == (Publish(newsletter_id="main", slot=Slot(due=START + 2 * HOUR, key="2026-06-01")),)


def test_an_edition_does_not_wait_for_the_collection_of_a_dead_process(house: House) -> None:
    house.settle()
    house.clock.now = START + 2 * HOUR
    with house.app.store.begin() as conn:
        runs.start(conn, "collect", at=house.clock())
    house.clock.advance(timedelta(minutes=8))

    assert [type(job) for job in house.look()] == [Publish]


def test_deferred_mails_are_retried(house: House) -> None:
    house.mailer.not_accepted["bo@example.org"] = (SendOutcome.DEFERRED, "come back later")
    house.live(START + 2 * HOUR)
    assert house.mailer.recipients == ["ann@example.org"]
    house.mailer.not_accepted.clear()
    house.clock.advance(HOUR)
    house.settle()

    assert house.mailer.recipients == ["ann@example.org", "bo@example.org"]


def test_old_text_is_deleted_once_a_day(house: House) -> None:
    house.settle()
    house.clock.advance(100 * DAY)
    assert ApplyRetention() in house.look()
    house.perform(ApplyRetention())
    assert ApplyRetention() not in house.look()

    assert [fields["texts"] for event, fields in house.events if event == "retention_applied"] == [0, 1]


def test_runs_are_in_the_history(house: House) -> None:
    house.live(START + 2 * HOUR)

    with house.app.store.read() as conn:
        history = {run.kind: (run.about, run.outcome, run.counts) for run in runs.recent(conn)}
    assert history["publish"] == ("main", "done", {"stories": 1})
    assert history["deliver"] == ("main", "done", {"sent": 2})
    assert history["collect"][:2] == ("", "done")


def test_a_failed_run_is_in_the_history(house: House) -> None:
    def no_mailer() -> FakeMailer:
        raise DigestError("no server")

    house.live(START + HOUR)
    house.app = replace(house.app, mailer=no_mailer)
    house.clock.advance(HOUR)
    with pytest.raises(DigestError, match="no server"):
        house.settle()
    with house.app.store.read() as conn:
        assert [run.outcome for run in runs.recent(conn, "deliver")] == ["failed"]


def test_a_missing_edition_is_an_error(house: House) -> None:
    with pytest.raises(DigestError, match="no edition 7"):
        house.perform(Deliver(edition_id=7))


# --- silence -----------------------------------------------------------------------------------------------------


def watched(house: House) -> None:
    operator = OperatorSettings(address=Mailbox.parse("Office <office@example.org>"), alarm_after=3)
    house.app = replace(house.app, settings=replace(house.app.settings, operator=operator))


def alarms(house: House) -> int:
    return house.mailer.recipients.count("office@example.org")


def test_the_operator_is_alarmed_once_about_a_newsletter_without_news(house: House) -> None:
    watched(house)
    house.live(START + 3 * DAY + HOUR, step=HOUR)
    assert alarms(house) == 0
    house.live(START + 6 * DAY, step=HOUR)
    assert alarms(house) == 1
    assert b"nothing new for 3 editions" in house.mailer.accepted[-1].content
    house.write()
    house.live(START + 7 * DAY, step=HOUR)
    assert alarms(house) == 1
    house.live(START + 12 * DAY, step=HOUR)
    assert alarms(house) == 2


def test_the_operator_is_alarmed_once_if_all_sources_fail(house: House) -> None:
    watched(house)
    house.settle()
    moved = house.folder.rename(house.folder.with_name("moved"))
    house.live(START + 50 * timedelta(minutes=1))
    assert alarms(house) == 0
    house.live(START + 5 * HOUR)
    assert alarms(house) == 1
    moved.rename(house.folder)
    house.live(START + 8 * HOUR)
    house.folder.rename(moved)
    house.live(START + 12 * HOUR)
    assert alarms(house) == 2


def test_a_refused_alarm_is_sent_again(house: House) -> None:
    watched(house)
    house.mailer.not_accepted["office@example.org"] = (SendOutcome.DEFERRED, "later")
    house.live(START + 3 * DAY + 3 * HOUR)
    assert "alarm_failed" in [event for event, _ in house.events]
    house.mailer.not_accepted.clear()
    house.live(START + 3 * DAY + 5 * HOUR)
    assert alarms(house) == 1


# --- several at once ---------------------------------------------------------------------------------------------


def at_once(*works: Callable[[], object]) -> None:
    """Begun in the same moment, each in a thread of its own; what one raises is raised."""
    together = threading.Barrier(len(works))

    def work(one: Callable[[], object]) -> None:
        together.wait(10)
        one()

    with ThreadPoolExecutor(len(works)) as pool:
        for ended in [pool.submit(work, one) for one in works]:
            ended.result()


def test_newsletters_due_at_the_same_minute_are_published_concurrently(house: House) -> None:
    letters = tuple(replace(MAIN, id=f"letter-{number}", title=f"Letter {number}") for number in range(4))
    house.app = replace(house.app, settings=replace(house.app.settings, newsletters=letters))
    house.settle()
    house.clock.advance(2 * HOUR)
    house.perform(Collect())
    due = [job for job in house.look() if isinstance(job, Publish)]
    at_once(*[partial(house.perform, job) for job in due])

    with house.app.store.read() as conn:
        made = [found.edition for heading in editions.summaries(conn) if (found := editions.get(conn, heading.id))]
    assert sorted(edition.newsletter_id for edition in made) == [letter.id for letter in letters]
    for edition in made:
        assert f"Letter {edition.newsletter_id[-1]}" in edition.text
        assert "On the harbour 1" in edition.text


def test_of_concurrent_processes_one_collects(house: House) -> None:
    for _ in range(5):
        at_once(*[lambda: house.perform(Collect())] * 4)
        house.clock.advance(STEP)

    with house.app.store.read() as conn:
        assert len(runs.recent(conn, "collect")) == 5


def test_of_concurrent_processes_one_sends_the_alarm(house: House) -> None:
    watched(house)
    house.live(START + 4 * DAY, step=HOUR)
    with house.app.store.begin() as conn:
        conn.execute(delete(runs.table).where(runs.table.c.kind == "alarm"))
    house.mailer.accepted.clear()
    at_once(*[lambda: send_alarm(MAIN, house.app, now=house.clock())] * 4)

    assert alarms(house) == 1


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(seconds=20)])
def test_machines_with_slightly_different_clocks_do_nothing_twice(house: House, ahead: timedelta) -> None:
    watched(house)
    other = replace(house, clock=Clock(house.clock() + ahead))
    other.perform(Collect())
    house.perform(Collect())
    with house.app.store.read() as conn:
        assert len(runs.recent(conn, "collect")) == 1
    house.live(START + 4 * DAY, step=HOUR)
    other.clock.now = house.clock() + ahead
    with house.app.store.begin() as conn:
        conn.execute(delete(runs.table).where(runs.table.c.kind == "alarm"))
    house.mailer.accepted.clear()
    assert send_alarm(MAIN, other.app, now=other.clock())
    assert not send_alarm(MAIN, house.app, now=house.clock())
    assert alarms(house) == 1
