"""Jobs in simulated time: each happens at the right time, once, by what the store says."""

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

from digest.jobs.alarm import send_alarms
from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.perform import perform
from digest.jobs.types import ApplyRetention, Collect, Deliver, Job, Publish
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import SendOutcome
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.settings import OperatorSettings, Secret, Settings, WebSettings
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
class Simulation:
    """The jobs over a folder of articles, with a simulated clock and a mailer that accepts everything."""

    app: App
    folder: Path
    clock: Clock
    mailer: FakeMailer
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    written: int = 0

    def log(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))

    def due_jobs(self) -> tuple[Job, ...]:
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
            enqueue=lambda _, /, *jobs: follow_ups.extend(jobs),
        )
        perform(job, context)
        return tuple(follow_ups)

    def run_due_jobs(self) -> None:
        """Perform the jobs that are due now, and their follow-ups."""
        for _ in range(20):
            jobs = self.due_jobs()
            if not jobs:
                return
            for job in jobs:
                waiting = [job]
                while waiting:
                    waiting += self.perform(waiting.pop())
        raise AssertionError(f"jobs stay due: {jobs}")

    def run_until(self, until: datetime, *, step: timedelta = STEP) -> None:
        """Advance the clock in steps, and perform due jobs at each."""
        while self.clock() < until:
            self.run_due_jobs()
            self.clock.advance(min(step, until - self.clock()))
        self.run_due_jobs()

    def write(self) -> None:
        """Write a new article to the folder."""
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
    def statuses(self) -> dict[str, SlotStatus]:
        with self.app.store.read() as conn:
            return {slot.key: status for slot, status in slots.statuses(conn, "main").items()}

    def set(self, **changes: object) -> None:
        """Change the newsletter's settings."""
        newsletter = replace(self.app.settings.newsletters[0], **changes)  # type: ignore[arg-type]
        self.app = replace(self.app, settings=replace(self.app.settings, newsletters=(newsletter,)))


def simulate(store: Store, folder: Path, *, at: datetime = START) -> Simulation:
    mailer = FakeMailer()
    settings = Settings(sources=(Source(id="post", path=folder),), newsletters=(MAIN,))
    app = replace(make_app(settings, store=store), mailer=lambda: mailer)
    return Simulation(app=app, folder=folder, clock=Clock(at), mailer=mailer)


@pytest.fixture
def simulation(tmp_path: Path, persistent_url: str) -> Iterator[Simulation]:
    folder = tmp_path / "articles"
    folder.mkdir()
    with open_store(persistent_url) as store:
        with store.begin() as conn:
            people = [NewSubscriber(address="ann@example.org"), NewSubscriber(address="bo@example.org")]
            subscribers.add(conn, people, "main", at=START)
        simulation = simulate(store, folder)
        simulation.write()
        yield simulation


# --- days --------------------------------------------------------------------------------------------------------


def test_an_edition_is_sent_at_its_time_once_to_each_subscriber(simulation: Simulation) -> None:
    simulation.run_until(START + HOUR)
    assert simulation.mailer.accepted == []
    simulation.run_until(START + 2 * HOUR)
    assert simulation.mailer.recipients == ["ann@example.org", "bo@example.org"]
    simulation.run_until(START + 20 * HOUR)

    assert len(simulation.mailer.accepted) == 2
    assert simulation.editions == ["2026-06-01"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        pytest.param(datetime(2026, 3, 27, 12, tzinfo=UTC), id="over spring's change"),
        pytest.param(datetime(2026, 10, 23, 12, tzinfo=UTC), id="over autumn's change"),
    ],
)
@pytest.mark.parametrize("time", ["00:00", "02:30", "07:00"])
def test_every_day_has_one_edition_over_a_clock_change(simulation: Simulation, start: datetime, time: str) -> None:
    simulation.clock.now = start
    simulation.set(schedule=parse_schedule(f"daily {time}"))
    for day in range(4):
        simulation.write()
        simulation.run_until(start + (day + 1) * DAY, step=HOUR)

    assert simulation.editions == [f"{start + (day + 1) * DAY:%Y-%m-%d}" for day in range(4)]
    assert simulation.mailer.recipients == ["ann@example.org", "bo@example.org"] * 4


def test_several_slots_a_day_are_editions_of_their_own(simulation: Simulation) -> None:
    simulation.set(schedule=parse_schedule("daily 07:00,18:00"))
    simulation.run_until(START + 8 * HOUR, step=HOUR)
    simulation.write()
    simulation.run_until(START + 20 * HOUR, step=HOUR)

    assert simulation.editions == ["2026-06-01T07:00", "2026-06-01T18:00"]


# --- a new newsletter, downtime, a wrong clock -------------------------------------------------------------------


def test_a_new_newsletter_publishes_no_slot_from_before_its_registration(simulation: Simulation) -> None:
    simulation.clock.advance(4 * HOUR)
    simulation.run_until(simulation.clock() + 10 * HOUR)

    assert simulation.editions == []
    assert simulation.statuses == {"2026-06-01": SlotStatus.BEFORE}


def test_a_restart_changes_nothing(simulation: Simulation) -> None:
    simulation.run_until(START + 3 * HOUR)
    restarted = simulate(simulation.app.store, simulation.folder, at=simulation.clock())
    restarted.run_until(START + 20 * HOUR)

    assert restarted.mailer.accepted == []
    assert restarted.editions == ["2026-06-01"]


def test_after_a_night_of_downtime_the_slot_is_published_late(simulation: Simulation) -> None:
    simulation.run_until(START + HOUR)
    simulation.clock.now = START + 8 * HOUR
    simulation.run_due_jobs()

    assert simulation.editions == ["2026-06-01"]


def test_after_days_of_downtime_the_newest_edition_has_the_articles_of_missed_ones(simulation: Simulation) -> None:
    simulation.run_until(START + 3 * HOUR)
    simulation.clock.advance(DAY)
    simulation.write()
    simulation.clock.now = START + 4 * DAY + 3 * HOUR
    simulation.run_due_jobs()

    assert simulation.editions == ["2026-06-01", "2026-06-05"]
    assert [simulation.statuses[f"2026-06-0{day}"] for day in (2, 3, 4)] == [SlotStatus.MISSED] * 3
    assert b"On the library 2" in simulation.mailer.accepted[-1].content
    assert [fields["slot"] for event, fields in simulation.events if event == "slot_missed"] == [
        "2026-06-02",
        "2026-06-03",
        "2026-06-04",
    ]


def test_articles_of_a_slot_missed_for_too_long_go_into_the_next(simulation: Simulation) -> None:
    simulation.run_until(START + 3 * HOUR)
    simulation.write()
    simulation.clock.now = START + DAY + 15 * HOUR
    simulation.run_due_jobs()
    assert simulation.editions == ["2026-06-01"]
    simulation.run_until(START + 2 * DAY + 3 * HOUR, step=HOUR)

    assert simulation.editions == ["2026-06-01", "2026-06-03"]


def test_no_edition_is_lost_when_the_clock_jumps_ahead_and_back(simulation: Simulation) -> None:
    simulation.run_until(START + 3 * HOUR)
    simulation.clock.advance(300 * DAY)
    simulation.run_due_jobs()
    simulation.clock.now = START + 4 * HOUR
    for day in range(1, 4):
        simulation.write()
        simulation.run_until(START + day * DAY + 3 * HOUR, step=HOUR)

    assert simulation.editions[:4] == ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"]


def test_nothing_is_sent_twice_when_an_hour_repeats(simulation: Simulation) -> None:
    simulation.run_until(START + 150 * timedelta(minutes=1))
    simulation.clock.advance(-HOUR)
    simulation.run_until(START + 5 * HOUR)

    assert simulation.editions == ["2026-06-01"]
    assert len(simulation.mailer.accepted) == 2


def test_two_processes_on_one_store_send_nothing_twice(simulation: Simulation) -> None:
    second = simulate(simulation.app.store, simulation.folder, at=START)
    while simulation.clock() < START + DAY + 4 * HOUR:
        jobs = [(process, job) for process in (simulation, second) for job in process.due_jobs()]
        for process, job in jobs:
            for follow in process.perform(job):
                process.perform(follow)
        if not jobs:
            simulation.write() if simulation.clock().hour == 12 else None
            simulation.clock.advance(STEP)
            second.clock.now = simulation.clock()

    assert simulation.editions == ["2026-06-01", "2026-06-02"]
    assert (
        sorted(simulation.mailer.recipients + second.mailer.recipients)
        == ["ann@example.org"] * 2 + ["bo@example.org"] * 2
    )


# --- single jobs -------------------------------------------------------------------------------------------------


def test_sources_are_collected_at_their_interval(simulation: Simulation) -> None:
    simulation.run_until(START + HOUR)

    with simulation.app.store.read() as conn:
        started = [run.started for run in runs.recent(conn, "collect")]
    assert started == [START + HOUR - number * STEP for number in range(5)]


def test_an_edition_waits_for_a_running_collection(simulation: Simulation) -> None:
    simulation.run_due_jobs()
    simulation.clock.now = START + 2 * HOUR
    assert simulation.due_jobs() == (Collect(),)
    with simulation.app.store.begin() as conn:
        run_id = runs.start(conn, "collect", at=simulation.clock())
    assert simulation.due_jobs() == ()
    with simulation.app.store.begin() as conn:
        runs.finish(conn, run_id, "done", at=simulation.clock())
    assert simulation.due_jobs() == (Publish(newsletter_id="main", slot=Slot(due=START + 2 * HOUR, key="2026-06-01")),)


def test_an_edition_does_not_wait_for_the_collection_of_a_dead_process(simulation: Simulation) -> None:
    simulation.run_due_jobs()
    simulation.clock.now = START + 2 * HOUR
    with simulation.app.store.begin() as conn:
        runs.start(conn, "collect", at=simulation.clock())
    simulation.clock.advance(timedelta(minutes=8))

    assert [type(job) for job in simulation.due_jobs()] == [Publish]


def test_deferred_mails_are_retried(simulation: Simulation) -> None:
    simulation.mailer.not_accepted["bo@example.org"] = (SendOutcome.DEFERRED, "come back later")
    simulation.run_until(START + 2 * HOUR)
    assert simulation.mailer.recipients == ["ann@example.org"]
    simulation.mailer.not_accepted.clear()
    simulation.clock.advance(HOUR)
    simulation.run_due_jobs()

    assert simulation.mailer.recipients == ["ann@example.org", "bo@example.org"]


def test_old_text_is_deleted_once_a_day(simulation: Simulation) -> None:
    simulation.run_due_jobs()
    simulation.clock.advance(100 * DAY)
    assert ApplyRetention() in simulation.due_jobs()
    simulation.perform(ApplyRetention())
    assert ApplyRetention() not in simulation.due_jobs()

    applied = [fields for event, fields in simulation.events if event == "retention_applied"]
    assert [(fields["texts"], fields["days"], fields["counts"]) for fields in applied] == [(0, 0, 0), (1, 1, 0)]


def test_runs_are_in_the_history(simulation: Simulation) -> None:
    simulation.run_until(START + 2 * HOUR)

    with simulation.app.store.read() as conn:
        history = {run.kind: (run.about, run.outcome, run.counts) for run in runs.recent(conn)}
    assert history["publish"] == ("main", "done", {"stories": 1})
    assert history["deliver"] == ("main", "done", {"sent": 2})
    assert history["collect"][:2] == ("", "done")


def test_a_failed_run_is_in_the_history(simulation: Simulation) -> None:
    def no_mailer() -> FakeMailer:
        raise DigestError("no server")

    simulation.run_until(START + HOUR)
    simulation.app = replace(simulation.app, mailer=no_mailer)
    simulation.clock.advance(HOUR)
    with pytest.raises(DigestError, match="no server"):
        simulation.run_due_jobs()
    with simulation.app.store.read() as conn:
        assert [run.outcome for run in runs.recent(conn, "deliver")] == ["failed"]


def test_a_missing_edition_is_an_error(simulation: Simulation) -> None:
    with pytest.raises(DigestError, match="no edition 7"):
        simulation.perform(Deliver(edition_id=7))


# --- alarms ------------------------------------------------------------------------------------------------------


def watched(simulation: Simulation) -> None:
    operator = OperatorSettings(address=Mailbox.parse("Office <office@example.org>"), alarm_after=3)
    simulation.app = replace(simulation.app, settings=replace(simulation.app.settings, operator=operator))


def alarms(simulation: Simulation) -> int:
    return simulation.mailer.recipients.count("office@example.org")


def test_the_operator_is_alarmed_once_about_a_newsletter_without_news(simulation: Simulation) -> None:
    watched(simulation)
    simulation.run_until(START + 3 * DAY + HOUR, step=6 * HOUR)
    assert alarms(simulation) == 0
    simulation.run_until(START + 6 * DAY, step=6 * HOUR)
    assert alarms(simulation) == 1
    assert b"nothing new for 3 editions" in simulation.mailer.accepted[-1].content
    simulation.write()
    simulation.run_until(START + 7 * DAY, step=6 * HOUR)
    assert alarms(simulation) == 1
    simulation.run_until(START + 12 * DAY, step=6 * HOUR)
    assert alarms(simulation) == 2


def test_the_operator_is_alarmed_once_if_all_sources_fail(simulation: Simulation) -> None:
    watched(simulation)
    simulation.run_due_jobs()
    moved = simulation.folder.rename(simulation.folder.with_name("moved"))
    simulation.run_until(START + 50 * timedelta(minutes=1))
    assert alarms(simulation) == 0
    simulation.run_until(START + 5 * HOUR)
    assert alarms(simulation) == 1
    moved.rename(simulation.folder)
    simulation.run_until(START + 8 * HOUR)
    simulation.folder.rename(moved)
    simulation.run_until(START + 12 * HOUR)
    assert alarms(simulation) == 2


def test_the_operator_is_alarmed_once_about_a_secret_that_can_be_guessed(simulation: Simulation) -> None:
    watched(simulation)
    second = replace(MAIN, id="second", title="Second")
    settings = replace(simulation.app.settings, newsletters=(MAIN, second), web=WebSettings(secret=Secret("go!")))
    simulation.app = replace(simulation.app, settings=settings)
    simulation.run_until(START + 2 * DAY, step=6 * HOUR)

    assert alarms(simulation) == 1
    (alarm,) = (mail.content for mail in simulation.mailer.accepted if mail.recipient == "office@example.org")
    assert b"Subject: digest: the secret that signs mails can be guessed" in alarm
    assert b"go!" not in alarm


def test_a_refused_alarm_is_sent_again(simulation: Simulation) -> None:
    watched(simulation)
    simulation.mailer.not_accepted["office@example.org"] = (SendOutcome.DEFERRED, "later")
    simulation.run_until(START + 3 * DAY + HOUR, step=6 * HOUR)
    simulation.run_until(START + 3 * DAY + 3 * HOUR)
    assert "alarm_failed" in [event for event, _ in simulation.events]
    simulation.mailer.not_accepted.clear()
    simulation.run_until(START + 3 * DAY + 5 * HOUR)
    assert alarms(simulation) == 1


# --- concurrency -------------------------------------------------------------------------------------------------


def at_once(*actions: Callable[[], object]) -> None:
    """Run the actions at the same moment, each in its own thread; raise what any of them raises."""
    together = threading.Barrier(len(actions))

    def run_action(action: Callable[[], object]) -> None:
        together.wait(10)
        action()

    with ThreadPoolExecutor(len(actions)) as pool:
        for ended in [pool.submit(run_action, action) for action in actions]:
            ended.result()


def test_newsletters_due_at_the_same_minute_are_published_concurrently(simulation: Simulation) -> None:
    letters = tuple(replace(MAIN, id=f"letter-{number}", title=f"Letter {number}") for number in range(4))
    simulation.app = replace(simulation.app, settings=replace(simulation.app.settings, newsletters=letters))
    simulation.run_due_jobs()
    simulation.clock.advance(2 * HOUR)
    simulation.perform(Collect())
    due = [job for job in simulation.due_jobs() if isinstance(job, Publish)]
    at_once(*[partial(simulation.perform, job) for job in due])

    with simulation.app.store.read() as conn:
        published = [
            stored.edition for heading in editions.summaries(conn) if (stored := editions.get(conn, heading.id))
        ]
    assert sorted(edition.newsletter_id for edition in published) == [letter.id for letter in letters]
    for edition in published:
        assert f"Letter {edition.newsletter_id[-1]}" in edition.text
        assert "On the harbour 1" in edition.text


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply", ["550 5.1.1 User unknown", "554 5.7.1 Recipient address rejected: Access denied", "550 Invalid recipient"]
)
def test_a_suspected_edition_is_logged_and_mailed_once_and_not_tried_again(simulation: Simulation, reply: str) -> None:
    watched(simulation)
    for address in ("ann@example.org", "bo@example.org"):
        simulation.mailer.not_accepted[address] = (SendOutcome.REJECTED, reply)
    simulation.run_until(START + 20 * HOUR, step=HOUR)

    events = [(event, fields.get("edition")) for event, fields in simulation.events]
    assert events.count(("edition_suspected", 1)) == 1
    assert "delivered" not in [event for event, _ in events]
    assert alarms(simulation) == 1
    content = simulation.mailer.accepted[-1].content.decode().replace("=\r\n", "")
    assert reply in content
    assert "digest bounces review" in content
    with simulation.app.store.read() as conn:
        assert not subscribers.suppression_reasons(conn, ["ann@example.org", "bo@example.org"])


def test_an_edition_that_reached_nobody_is_not_logged_as_delivered(simulation: Simulation) -> None:
    watched(simulation)
    for address in ("ann@example.org", "bo@example.org"):
        simulation.mailer.not_accepted[address] = (SendOutcome.REJECTED, "550 5.2.2 mailbox full")
    simulation.run_until(START + 20 * HOUR, step=HOUR)

    assert "delivery_failed" in [event for event, _ in simulation.events]
    assert "delivered" not in [event for event, _ in simulation.events]
    assert alarms(simulation) == 1


def test_an_alarm_that_the_server_refuses_stops_no_job_and_is_sent_later(simulation: Simulation) -> None:
    watched(simulation)
    refused = (SendOutcome.REJECTED, "554 5.7.1 Access denied")
    for address in ("ann@example.org", "bo@example.org", "office@example.org"):
        simulation.mailer.not_accepted[address] = refused
    simulation.run_until(START + 4 * HOUR)
    assert "alarm_failed" in [event for event, _ in simulation.events]
    del simulation.mailer.not_accepted["office@example.org"]
    simulation.run_until(START + 8 * HOUR)

    assert alarms(simulation) == 1


def test_of_concurrent_processes_one_collects(simulation: Simulation) -> None:
    for _ in range(5):
        at_once(*[lambda: simulation.perform(Collect())] * 4)
        simulation.clock.advance(STEP)

    with simulation.app.store.read() as conn:
        assert len(runs.recent(conn, "collect")) == 5


def test_of_concurrent_processes_one_sends_the_alarm(simulation: Simulation) -> None:
    watched(simulation)
    simulation.run_until(START + 4 * DAY, step=6 * HOUR)
    with simulation.app.store.begin() as conn:
        conn.execute(delete(runs.table).where(runs.table.c.kind == "alarm"))
    simulation.mailer.accepted.clear()
    at_once(*[lambda: list(send_alarms(MAIN, simulation.app, now=simulation.clock()))] * 4)

    assert alarms(simulation) == 1


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(seconds=20)])
def test_machines_with_slightly_different_clocks_do_nothing_twice(simulation: Simulation, ahead: timedelta) -> None:
    watched(simulation)
    second = replace(simulation, clock=Clock(simulation.clock() + ahead))
    second.perform(Collect())
    simulation.perform(Collect())
    with simulation.app.store.read() as conn:
        assert len(runs.recent(conn, "collect")) == 1
    simulation.run_until(START + 4 * DAY, step=6 * HOUR)
    second.clock.now = simulation.clock() + ahead
    with simulation.app.store.begin() as conn:
        conn.execute(delete(runs.table).where(runs.table.c.kind == "alarm"))
    simulation.mailer.accepted.clear()
    assert list(send_alarms(MAIN, second.app, now=second.clock()))
    assert not list(send_alarms(MAIN, simulation.app, now=simulation.clock()))
    assert alarms(simulation) == 1
