"""Simulated days of a newsletter whose subscribers change their preferences: articles come in, slots are published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model.audiences import ReadingPreferences
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.audiences import audiences_of, choose_preferences, personalise
from digest.pipeline.publish import publish
from digest.settings import Settings
from digest.settings.schedule import parse_schedule
from digest.store import Store, articles, audiences, deliveries, editions, entries, open_store, stories, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import article, entry

#: A Monday.
START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWSLETTER = Newsletter(
    id="main",
    title="Main",
    sender=Mailbox.parse("Main <main@example.org>"),
    timezone=ZoneInfo("UTC"),
    schedule=parse_schedule("daily 07:00"),
    stories=None,
    quality_floor=0,
    catch_up=timedelta(hours=3),
)
#: When slots of the wishes in tests are due, in UTC: other hours are passed over.
_HOURS = (7, 8, 9, 18, 22)
_SYLLABLES = ("bar", "del", "fin", "gor", "hul", "kes", "lom", "nir", "pal", "rus", "sot", "tev", "vik", "wam", "zed")


def words(number: int) -> str:
    """A sentence that no other number has a word of."""
    names = [f"{_SYLLABLES[(number * 7 + place) % 15]}{_SYLLABLES[place]}{number}" for place in range(9)]
    return f"{' '.join(names).capitalize()}."


@dataclass(slots=True, kw_only=True)
class Days:
    """A newsletter, its subscribers, and what they were sent."""

    app: App
    now: datetime = START
    newsletter: Newsletter = NEWSLETTER
    ids: dict[str, int] = field(default_factory=dict)
    articles: dict[str, datetime] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.app.store

    def subscribe(self, *names: str) -> None:
        with self.store.begin() as conn:
            new = [NewSubscriber(address=f"{name}@example.org") for name in names]
            subscribers.add(conn, new, "main", at=self.now)
            for name in names:
                subscriber = subscribers.find(conn, f"{name}@example.org")
                assert subscriber
                self.ids[name] = subscriber.id

    def choose(self, name: str, preferences: ReadingPreferences) -> str:
        """Store the subscriber's wishes; the key of the audience."""
        with self.store.begin() as conn:
            return choose_preferences(conn, self.newsletter, self.ids[name], preferences, at=self.now).key

    def pause(self, name: str, until: datetime) -> None:
        with self.store.begin() as conn:
            audiences.pause(conn, "main", self.ids[name], until)

    def write(self, source: str = "post", *, about: str = "") -> str:
        """An article comes in; its id."""
        number = len(self.articles)
        id_ = f"a{number}"
        text = f"{about} {words(number)}".strip()
        new = article(id_, source_id=source, title=text, paragraphs=(text, words(number + 1000)), published=self.now)
        with self.store.begin() as conn:
            stored = entry(id_, source_id=source, seen=self.now, published=self.now)
            entries.add(conn, [stored])
            articles.add(conn, [(stored, new)])
        self.articles[id_] = self.now
        return id_

    def publish_due(self) -> None:
        """Publish every slot that is due, as the service does."""
        with self.store.read() as conn:
            due = [
                (audience, calendar.due_slots(conn, personal, now=self.now, audience=audience.key))
                for audience in audiences_of(conn, self.newsletter)
                for personal in [personalise(self.newsletter, audience.preferences)]
            ]
        for audience, slots in due:
            if slots and slots.slot:
                publish(self.newsletter, slots.slot, self.app, now=self.now, audience=audience)

    def pass_time(self, hours: int, *, article_every: int = 0) -> None:
        """Let hours go by; slots are published when they are due."""
        for _ in range(hours):
            self.now += HOUR
            if article_every and (self.now - START) // HOUR % article_every == 0:
                self.write()
            if self.now.hour in _HOURS:
                self.publish_due()

    def editions(self, name: str) -> list[tuple[str, str, list[str]]]:
        """Audience, slot and article ids of the subscriber's editions, in order."""
        with self.store.read() as conn:
            return [
                (summary.audience, summary.slot.key, sorted(stories.articles_of_editions(conn, [summary.id])))
                for summary in reversed(editions.summaries(conn, "main", limit=10_000))
                if any(row.subscriber.id == self.ids[name] for row in deliveries.for_edition(conn, summary.id))
            ]

    def received(self) -> Mapping[str, list[str]]:
        """Article ids by subscriber, once for each time that one was sent."""
        names = {id_: name for name, id_ in self.ids.items()}
        received: dict[str, list[str]] = defaultdict(list)
        with self.store.read() as conn:
            for summary in reversed(editions.summaries(conn, "main", limit=10_000)):
                ids = stories.articles_of_editions(conn, [summary.id])
                for row in deliveries.for_edition(conn, summary.id):
                    received[names[row.subscriber.id]] += ids
        return received


@contextmanager
def running_days(store: Store | None = None, newsletter: Newsletter = NEWSLETTER) -> Iterator[Days]:
    """Days over an empty store, in memory unless one is given."""
    sources = (Source(id="post", url="https://post.example"), Source(id="quiet", url="https://quiet.example"))
    with store or open_store("sqlite://") as opened:
        app = make_app(Settings(sources=sources, newsletters=(newsletter,)), store=opened)
        with opened.begin() as conn:
            calendar.register(conn, newsletter, now=START)
        yield Days(app=app, newsletter=newsletter)
