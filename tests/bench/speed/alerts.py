"""Alerts with 10,000 articles in the window, a hundred of them new: what each check costs, in processor time.

Words are invented, and as unequally frequent as a language's (Zipf's law). Each figure is the best of three.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from digest.jobs.alert_checks import is_alert_check_due, last_collected
from digest.jobs.types import CheckAlerts, Collect
from digest.model.articles import Article
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.alert_decision import decide
from digest.pipeline.app import App, make_app
from digest.settings import Settings
from digest.store import Store, articles, entries, open_store, runs
from digest.store.mapping import batches
from tests.bench.quality.table import Row
from tests.bench.speed.syllables import SYLLABLES
from tests.support.alert_news import NOON, report
from tests.support.values import article, entry

ARTICLES, NEW, OUTLETS, VOCABULARY = 10_000, 100, 500, 60_000
TASK = f"alerts with {ARTICLES:,} articles in the window, {NEW} of them new: processor time, ms"
_BEFORE = NOON - timedelta(milliseconds=1)


def measure() -> list[Row]:
    """The look of each second, and a check after a collection, from the cheapest to one that finds a surge."""
    with open_store("sqlite://") as store:
        _fill(store)
        any_topic = Newsletter(
            id="main", title="Main", sender=Mailbox.parse("a@example.org"), alert=("*",), alert_quiet=None
        )
        one_topic = replace(any_topic, alert=("volcano",))
        app = _app(store, any_topic)
        rows = [
            _row("each second: is a check due?", lambda: _is_due(app, any_topic), 20),
            _row("nothing new", lambda: decide(any_topic, app, now=NOON, since=NOON)),
            _row("nothing new about its topic", lambda: decide(one_topic, app, now=NOON, since=_BEFORE)),
            _row("any topic, no surge", lambda: decide(any_topic, app, now=NOON, since=_BEFORE)),
        ]
        _store(store, [report(0, outlet, at=NOON - timedelta(minutes=5 + outlet)) for outlet in range(4)], new=4)
        assert decide(any_topic, app, now=NOON, since=_BEFORE).surges
        rows.append(_row("any topic, a surge", lambda: decide(any_topic, app, now=NOON, since=_BEFORE)))
    return rows


def _is_due(app: App, newsletter: Newsletter) -> bool:
    with app.store.read() as conn:
        return is_alert_check_due(conn, newsletter, last_collected(conn, NOON), now=NOON)


def _fill(store: Store) -> None:
    """Articles of the last three hours, runs of a year, and a check after the last collection."""
    chance = random.Random(1)
    vocabulary = ["".join(syllables) for syllables in itertools.product(SYLLABLES, repeat=4)][:VOCABULARY]
    chance.shuffle(vocabulary)
    weights = [*itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1))]

    def text(words: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=weights, k=words)).capitalize() + "."

    made = [
        article(
            f"x{number}",
            source_id=f"s{number % OUTLETS}",
            source=f"Outlet {number % OUTLETS}",
            url=f"https://s{number % OUTLETS}.example/{number}",
            title=text(9),
            paragraphs=tuple(text(40) for _ in range(5)),
            published=NOON - timedelta(hours=3) * (1 - number / ARTICLES),
        )
        for number in range(ARTICLES)
    ]
    _store(store, made, new=NEW)
    with store.begin() as conn:
        for day in range(365):
            runs.finish(conn, runs.start(conn, Collect.kind, at=NOON - timedelta(days=day)), "done", at=NOON, counts={})
        runs.finish(conn, runs.start(conn, CheckAlerts.kind, about="main", at=NOON), "done", at=NOON)


def _store(store: Store, made: list[Article], *, new: int) -> None:
    with store.begin() as conn:
        for batch in batches(enumerate(made), 1000):
            pairs = [
                (
                    entry(
                        item.id,
                        source_id=item.source_id,
                        seen=NOON if number >= len(made) - new else item.published,
                        published=item.published,
                    ),
                    item,
                )
                for number, item in batch
            ]
            entries.add(conn, [stored for stored, _ in pairs])
            articles.add(conn, pairs)


def _app(store: Store, newsletter: Newsletter) -> App:
    names = [*(f"s{number}" for number in range(OUTLETS)), "herald", "courier", "gazette", "tribune"]
    sources = tuple(Source(id=name, url=f"https://{name}.example/") for name in names)
    return make_app(Settings(sources=sources, newsletters=(newsletter,)), store=store)


def _row(system: str, check: Callable[[], object], repeats: int = 1) -> Row:
    times = []
    for _ in range(3):
        start = time.process_time()
        for _ in range(repeats):
            check()
        times.append((time.process_time() - start) / repeats * 1000)
    return Row(task=TASK, system=system, figure=f"{min(times):,.1f}")
