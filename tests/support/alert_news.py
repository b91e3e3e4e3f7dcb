"""News for alerts: events, each reported by several outlets in their own words, and a service that collects them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.perform import perform
from digest.jobs.types import Collect, Job
from digest.model.articles import Article
from digest.model.audiences import ReadingPreferences
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import App, make_app
from digest.pipeline.audiences import choose_preferences
from digest.settings import Settings
from digest.store import Store, articles, deliveries, editions, entries, runs, stories, subscribers
from digest.store.editions import EditionSummary
from digest.store.subscribers import NewSubscriber
from tests.support.values import article, entry

OUTLETS = ("herald", "courier", "gazette", "tribune", "observer")
#: A Monday; its newsletter is due at seven in Berlin, which is five in UTC.
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NEWSLETTER = Newsletter(
    id="main",
    title="Main",
    sender=Mailbox.parse("Main <main@example.org>"),
    timezone=ZoneInfo("Europe/Berlin"),
    alert=("*",),
    quality_floor=0,
)

#: Place, thing and its name, of each event.
EVENTS = (
    ("Sandhaven", "ferry", "Aurora"),
    ("Kestrel Bay", "refinery", "Bellmont"),
    ("Northmoor", "viaduct", "Calder"),
    ("Eastwick", "cathedral", "Dunstan"),
    ("Ravensholm", "stadium", "Elmfield"),
    ("Millbrook", "hospital", "Fairleigh"),
    ("Oakhampton", "reservoir", "Garrowdale"),
    ("Windermoor", "tunnel", "Hollins"),
    ("Ashcombe", "airport", "Ivelchester"),
    ("Thornbury", "brewery", "Jessop"),
)
_TITLES = (
    "Fire destroys {thing} {name} in {place}",
    "{place}: blaze guts the {name} {thing}",
    "{name} {thing} of {place} burns down overnight",
    "Flames consume {place}'s {thing} {name}",
    "{thing} {name} lost to fire, {place} mourns",
)
_TEXTS = (
    (
        "The {thing} {name} in {place} burned for six hours before crews brought the fire under control. "
        "Nobody was hurt, the mayor of {place} said."
    ),
    (
        "Firefighters from four towns could not save the {name}, the {thing} that {place} has known for a century. "
        "Smoke from the fire hung over {place} until noon."
    ),
    (
        "A night watchman noticed flames in the {thing} shortly after two. The {name} was empty, and {place} slept. "
        "By morning the fire had left only walls."
    ),
    (
        "Investigators search what remains of the {name}. The fire spread through the old {thing} within minutes, "
        "witnesses in {place} told reporters."
    ),
    (
        "People of {place} gathered where the {name} stood. The {thing} had survived two wars, and a fire ended it. "
        "Its insurance ran out in spring."
    ),
)


def report(event: int, outlet: int, *, at: datetime) -> Article:
    """The event as this outlet tells it."""
    place, thing, name = EVENTS[event]
    words = {"place": place, "thing": thing, "name": name}
    title, text = _TITLES[outlet].format(**words), _TEXTS[outlet].format(**words)
    source = OUTLETS[outlet]
    return article(
        f"{source}-{event}",
        source_id=source,
        source=source.title(),
        url=f"https://{source}.example/{event}",
        title=title[0].upper() + title[1:],
        paragraphs=(text,),
        published=at,
    )


def background(number: int, *, at: datetime) -> Article:
    """Other news: texts show which words are rare."""
    from tests.support.audience_days import words

    return article(
        f"other-{number}",
        source_id=OUTLETS[number % len(OUTLETS)],
        url=f"https://{OUTLETS[number % len(OUTLETS)]}.example/other/{number}",
        title=words(number),
        paragraphs=(words(number + 1000), words(number + 2000)),
        published=at,
    )


@dataclass(slots=True, kw_only=True)
class Newsroom:
    """A newsletter with alerts, its store, and the jobs of its service, at times of the test's choice."""

    store: Store
    newsletter: Newsletter = NEWSLETTER
    now: datetime = NOON
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    #: Called where an edition's deliveries are queued, in the transaction that freezes it.
    on_freeze: Callable[[], None] = lambda: None
    _app: App | None = None

    @property
    def app(self) -> App:
        if self._app is None or self._app.settings.newsletters != (self.newsletter,):
            sources = tuple(Source(id=outlet, url=f"https://{outlet}.example/feed") for outlet in OUTLETS)
            self._app = make_app(Settings(sources=sources, newsletters=(self.newsletter,)), store=self.store)
        return self._app

    def subscribe(self, *names: str, preferences: ReadingPreferences | None = None) -> None:
        with self.store.begin() as conn:
            for name in names:
                subscribers.add(conn, [NewSubscriber(address=f"{name}@example.org")], "main", at=self.now)
                if preferences:
                    subscriber = subscribers.find(conn, f"{name}@example.org")
                    assert subscriber
                    choose_preferences(conn, self.newsletter, subscriber.id, preferences, at=self.now)

    def collect(self, *new: Article, undated: bool = False) -> None:
        """A collection now that brings these articles."""
        with self.store.begin() as conn:
            pairs = [
                (
                    entry(
                        item.id,
                        source_id=item.source_id,
                        url=item.url,
                        seen=self.now,
                        published=None if undated else item.published,
                    ),
                    item,
                )
                for item in new
            ]
            entries.add(conn, [stored for stored, _ in pairs])
            articles.add(conn, pairs)
            run_id = runs.start(conn, Collect.kind, at=self.now)
            runs.finish(conn, run_id, "done", at=self.now, counts={"new": len(new)})
        self.now += MINUTE

    def surge(self, event: int = 0, outlets: Sequence[int] = (0, 1, 2), *, ago: timedelta = 20 * MINUTE) -> None:
        """A collection that brings the event by these outlets, published a minute apart and so long ago."""
        self.collect(
            *(report(event, outlet, at=self.now - ago + number * MINUTE) for number, outlet in enumerate(outlets))
        )

    def begin(self) -> None:
        """The first collection, and the check that notes it."""
        self.collect(*(background(number, at=self.now - HOUR - number * MINUTE) for number in range(20)))
        self.work()

    def alerts(self) -> list[str]:
        """Do the due jobs; the slots of alerts that are new."""
        return [key for key in self.work() if "alert" in key]

    def work(self) -> list[str]:
        """Do the jobs of newsletters that are due; the slots of editions that are new."""
        before = {edition.id for edition in self.editions()}
        record_missed_slots(self.app, now=self.now, log=self._log)
        for job in self.due():
            self.perform(job)
        self.now += MINUTE
        return [edition.slot.key for edition in self.editions() if edition.id not in before]

    def due(self) -> list[Job]:
        """The due jobs of newsletters; a collection that is due brings nothing."""
        jobs = due_jobs(self.app, now=self.now)
        if Collect() in jobs:
            with self.store.begin() as conn:
                runs.finish(conn, runs.start(conn, Collect.kind, at=self.now), "done", at=self.now)
            jobs = due_jobs(self.app, now=self.now)
        return [job for job in jobs if job.kind in {"alert", "publish"}]

    def perform(self, job: Job) -> None:
        context = JobContext(
            app=self.app,
            clock=lambda: self.now,
            stop=threading.Event(),
            log=self._log,
            enqueue=lambda *_: self.on_freeze(),
        )
        perform(job, context)

    def change(self, **settings: object) -> None:
        """Change the newsletter's settings."""
        self.newsletter = replace(self.newsletter, **settings)  # type: ignore[arg-type]  # of any field

    def editions(self) -> tuple[EditionSummary, ...]:
        """Earliest first."""
        with self.store.read() as conn:
            return tuple(reversed(editions.summaries(conn)))

    def articles(self, slot_key: str, audience: str = "") -> frozenset[str]:
        """The ids of the articles in the slot's edition for the audience."""
        (edition,) = (item for item in self.editions() if (item.slot.key, item.audience) == (slot_key, audience))
        with self.store.read() as conn:
            return frozenset(stories.articles_of_editions(conn, [edition.id]))

    def recipients(self, slot_key: str) -> list[str]:
        """Names of those who get the slot's editions."""
        ids = [edition.id for edition in self.editions() if edition.slot.key == slot_key]
        with self.store.read() as conn:
            rows = [row for id_ in ids for row in deliveries.for_edition(conn, id_)]
        return sorted(row.subscriber.address.partition("@")[0] for row in rows)

    def _log(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))
