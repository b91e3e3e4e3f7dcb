"""Are the stories right? B-cubed F1 against gold stories, whole sets, random halves of the topics, and thin days."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from digest.model import Article
from digest.stories.group import group
from digest.text.stop_words import stop_words
from digest.text.words import stems, words
from tests.bench.quality.table import Row

#: Small stories written for this project, for where the outside sets are not.
OWN = Path(__file__).resolve().parents[2] / "data" / "group" / "stories.jsonl"
_HALVES = 12
#: How many articles of each story a thin day has.
_THIN = (1, 1, 1, 1, 2, 2, 3, 4, 6, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """An article and the story that it belongs to, within a topic of stories that are easily confused."""

    article: Article
    story: str
    topic: str


Grouping = Callable[[Sequence[Article]], list[list[str]]]


def measure(shared: Path) -> list[Row]:
    rows = _rows("grouping, own stories: B-cubed F1", OWN, title_times=3, link="complete", bar=0.1)
    if (shared / "ecb_dev.jsonl").is_file():
        rows += _rows(
            "grouping, ECB+ dev: B-cubed F1", shared / "ecb_dev.jsonl", title_times=3, link="complete", bar=0.09
        )
        rows += _rows(
            "grouping, UCI titles dev: B-cubed F1",
            shared / "uci_titles_dev.jsonl",
            title_times=1,
            link="average",
            bar=0.04,
        )
    return rows


def _rows(task: str, file: Path, *, title_times: int, link: str, bar: float) -> list[Row]:
    gold = read(file)
    rows = [
        _row(
            task,
            f"TF-IDF, {link} link",
            [_f1(gold, _plain(title_times, link, bar))],
            "bar fitted here",
        ),
        _row(task, "digest", [_f1(gold, _ours)], f"{len(gold)} articles"),
    ]
    if len({one.topic for one in gold}) > 3:
        rows.append(
            _row(task, "digest, half of the topics", [_f1(half, _ours) for half in _halves(gold)], f"{_HALVES} draws")
        )
    rows.append(
        _row(task, "digest, thin days", [_f1(day, _ours) for day in _thin(gold)], "1 to 10 articles a story, mostly 1")
    )
    return rows


def _row(task: str, system: str, figures: Sequence[float], note: str) -> Row:
    spread = f" ± {stdev(figures):.1f} (lowest {min(figures):.1f})" if len(figures) > 1 else ""
    return Row(task=task, system=system, figure=f"{mean(figures):.1f}{spread}", note=note)


def read(file: Path) -> list[Gold]:
    return [_gold(json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _gold(row: dict[str, str]) -> Gold:
    body = row["text"].removeprefix(row["title"]).strip()
    article = Article(
        id=row["id"],
        source_id=row["id"],
        source=row["id"],
        url=f"https://{row['id']}.example/",
        title=row["title"],
        paragraphs=tuple(line for line in body.split("\n") if line.strip()),
        published=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=float(row.get("t", 0))),
        language=row.get("language", "en"),
    )
    return Gold(article=article, story=row["gold"], topic=row["topic"])


def _halves(gold: Sequence[Gold]) -> list[list[Gold]]:
    topics = sorted({one.topic for one in gold})
    draws = [set(random.Random(seed).sample(topics, len(topics) // 2)) for seed in range(_HALVES)]
    return [[one for one in gold if one.topic in half] for half in draws]


def _thin(gold: Sequence[Gold]) -> list[list[Gold]]:
    stories: dict[str, list[Gold]] = defaultdict(list)
    for one in gold:
        stories[one.story].append(one)
    return [_drawn(stories, random.Random(seed)) for seed in range(_HALVES)]


def _drawn(stories: dict[str, list[Gold]], chance: random.Random) -> list[Gold]:
    return [
        one for _, told in sorted(stories.items()) for one in chance.sample(told, min(len(told), chance.choice(_THIN)))
    ]


def _f1(gold: Sequence[Gold], grouping: Grouping) -> float:
    """B-cubed F1, in hundredths (Bagga and Baldwin 1998)."""
    found = {id: at for at, ids in enumerate(grouping([one.article for one in gold])) for id in ids}
    pairs = Counter((found[one.article.id], one.story) for one in gold)
    sizes = Counter(found[one.article.id] for one in gold), Counter(one.story for one in gold)
    precision = sum(n * n / sizes[0][story] for (story, _), n in pairs.items()) / len(gold)
    recall = sum(n * n / sizes[1][truth] for (_, truth), n in pairs.items()) / len(gold)
    return 200 * precision * recall / (precision + recall)


def _ours(articles: Sequence[Article]) -> list[list[str]]:
    return [[article.id for article in story.all_articles] for story in group(articles)]


# --- the baseline: all pairs, one bar ------------------------------------------------------------------------------


def _plain(title_times: int, link: str, bar: float) -> Grouping:
    """TF-IDF cosines of all pairs, agglomerated by complete or average link down to a bar."""

    def grouping(articles: Sequence[Article]) -> list[list[str]]:
        alike = _cosines([_counted(article, title_times) for article in articles])
        return [[articles[at].id for at in members] for members in _linked(alike, link == "complete", bar)]

    return grouping


def _counted(article: Article, title_times: int) -> Counter[str]:
    text = " ".join([article.title] * title_times + list(article.paragraphs))
    stop = stop_words(article.language)
    return Counter(stems((w for w in words(text, article.language) if w.lower() not in stop), article.language))


def _cosines(counts: Sequence[Counter[str]]) -> np.ndarray:
    spread = Counter(term for count in counts for term in count)
    column = {term: at for at, term in enumerate(sorted(spread))}
    rows = np.zeros((len(counts), len(column)), np.float32)
    for row, count in zip(rows, counts, strict=True):
        for term, times in count.items():
            row[column[term]] = (1 + np.log(times)) * np.log(len(counts) / spread[term])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return (rows @ rows.T).astype(np.float64)


def _linked(alike: np.ndarray, complete: bool, bar: float) -> list[list[int]]:
    """Lance and Williams: the two most alike join, their rows become the lower, or the weighted mean, of both."""
    alike = alike.copy()
    np.fill_diagonal(alike, -1)
    members = {at: [at] for at in range(len(alike))}
    best = alike.max(axis=1)
    while len(members) > 1 and best.max() >= bar:
        left = int(best.argmax())
        right = int(alike[left].argmax())
        sizes = len(members[left]), len(members[right])
        joined = np.minimum(alike[left], alike[right]) if complete else np.average(alike[[left, right]], 0, sizes)
        joined[[left, right]] = -1
        joined[best == -2] = -1
        members[left] += members.pop(right)
        alike[left] = alike[:, left] = joined
        alike[right] = alike[:, right] = -1
        best = np.where(best == -2, -2, alike.max(axis=1))
        best[right] = -2
    return list(members.values())
