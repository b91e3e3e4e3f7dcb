"""Quality of alerts: days replayed in steps of a quarter of an hour, by the decision that the service makes.

UCI titles have times and gold stories but no outlets: each headline counts as one. An alert is right if most of its
story's articles, and as many as it needs outlets, are of one gold story that no alert was about; false if they are not.
The three days have neither gold stories nor true hours: there, only the alerts are counted, with their titles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from digest import settings as settings_reader
from digest.model.articles import Article
from digest.model.editions import EditionKind
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Window
from digest.pipeline.alert_decision import decide
from digest.pipeline.alerts import compose_alert, story_of
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.settings import Settings
from digest.store import articles, editions, entries, open_store, stories
from digest.stories.surge import Surge
from tests.bench.quality.days import day_folders
from tests.bench.quality.grouping import read_gold
from tests.bench.quality.table import Row
from tests.support.values import edition, entry

STEP = timedelta(minutes=15)
#: Outlets and hours.
CHOICES = ((2, 3), (3, 3), (4, 3), (3, 1), (3, 6))
DEFAULT = 3, 3
#: An alert's share of articles of one gold story.
_PURE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Alerts of a replay, judged by gold stories."""

    right: int
    #: About a story that an alert was about before.
    repeated: int
    false: int
    #: Gold stories with so many headlines within the time.
    possible: int

    def __str__(self) -> str:
        precision = 100 * (self.right + self.repeated) / max(self.right + self.repeated + self.false, 1)
        return (
            f"{self.right} of {self.possible}, {self.repeated} again, {self.false} false: precision {precision:.0f} %"
        )


def replay(news: Sequence[Article], *, outlets: int, hours: int) -> Iterator[Surge]:
    """The surges of the articles, each collected in the step after its publication, without a limit for a day."""
    ordered = sorted(news, key=lambda article: article.published)
    newsletter = Newsletter(
        id="main",
        title="Main",
        alert=("*",),
        alert_outlets=outlets,
        alert_within=timedelta(hours=hours),
        alert_quiet=None,
    )
    sources = tuple(Source(id=id_, url=f"https://{id_}.example/") for id_ in sorted({item.source_id for item in news}))
    with open_store("sqlite://") as store:
        app = make_app(Settings(sources=sources, newsletters=(newsletter,)), store=store)
        now, at = ordered[0].published + STEP, 0
        while at < len(ordered):
            new = [item for item in ordered[at:] if item.published <= now]
            at += len(new)
            with store.begin() as conn:
                pairs = [
                    (entry(item.id, source_id=item.source_id, seen=now, published=item.published), item) for item in new
                ]
                entries.add(conn, [stored for stored, _ in pairs])
                articles.add(conn, pairs)
            decision = decide(newsletter, app, now=now, since=now - STEP)
            for number, surge in enumerate(decision.surges):
                digest = compose_alert(newsletter, story_of(surge), decision.slot, app)
                frozen = edition(slot=decision.slot, kind=EditionKind.ALERT, revision=number + 1)
                with store.begin() as conn:
                    id_, _ = editions.add(conn, frozen, at=now)
                    stories.add(conn, id_, digest.briefs)
                yield surge
            now += STEP


def judge(surges: Iterable[Surge], gold: Mapping[str, str], *, needed: int, possible: int) -> Verdict:
    """The surges by the gold stories of their articles."""
    told: set[str] = set()
    counts: Counter[str] = Counter()
    for surge in surges:
        of_story = Counter(gold[article.id] for article in surge.story.articles)
        story, number = of_story.most_common(1)[0]
        is_pure = number >= max(needed, _PURE * of_story.total())
        counts["false" if not is_pure else "repeated" if story in told else "right"] += 1
        told.add(story)
    return Verdict(right=counts["right"], repeated=counts["repeated"], false=counts["false"], possible=possible)


def measure(shared: Path) -> list[Row]:
    titles = shared / "uci_titles_dev.jsonl"
    rows = _uci(titles) if titles.is_file() else []
    return rows + [row for folder in day_folders(shared) for row in _day(folder)]


def _uci(file: Path) -> list[Row]:
    gold = read_gold(file)
    story_of_article = {item.article.id: item.story for item in gold}
    rows = []
    for outlets, hours in CHOICES:
        possible = _possible([(item.article.published, item.story) for item in gold], outlets, hours)
        surges = replay([item.article for item in gold], outlets=outlets, hours=hours)
        verdict = judge(surges, story_of_article, needed=outlets, possible=possible)
        rows.append(_row("alerts, UCI titles dev: gold stories found", outlets, hours, str(verdict)))
    return rows


def _possible(times: Iterable[tuple[datetime, str]], outlets: int, hours: int) -> int:
    by_story: dict[str, list[datetime]] = {}
    for published, story in sorted(times):
        by_story.setdefault(story, []).append(published)
    length = timedelta(hours=hours)
    return sum(
        any(last - first <= length for first, last in zip(of_story, of_story[outlets - 1 :], strict=False))
        for of_story in by_story.values()
    )


def _day(folder: Path) -> list[Row]:
    configured = settings_reader.load(folder / "digest.toml", {})
    now = datetime.fromisoformat(f"{folder.name}T23:59:00+00:00")
    with open_store("sqlite://") as store:
        app = make_app(configured, store=store)
        collect_sources(configured.sources, app, now=now)
        window = Window(start=now - timedelta(days=900), end=now + timedelta(days=3))
        with store.read() as conn:
            news = articles.in_window(conn, [source.id for source in configured.sources], window)
    rows = []
    for outlets, hours in CHOICES:
        titles = [surge.story.lead.title for surge in replay(news, outlets=outlets, hours=hours)]
        figure = f"{len(titles)} alerts of {len(news)} articles"
        rows.append(_row(f"alerts, {folder.name}", outlets, hours, figure, "; ".join(titles)))
    return rows


def _row(task: str, outlets: int, hours: int, figure: str, note: str = "") -> Row:
    is_default = " (default)" if (outlets, hours) == DEFAULT else ""
    return Row(task=task, system=f"{outlets} outlets in {hours} h{is_default}", figure=figure, note=note)
