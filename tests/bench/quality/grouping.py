"""Quality of grouping: B-cubed F1 against gold stories.

On whole sets, random halves of the topics or of the stories, thin days, and days of few unlike articles on each event.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from digest.model.articles import Article
from digest.stories.group import group
from digest.text.stop_words import stop_words
from digest.text.words import stems, words
from tests.bench.quality.table import Row

#: Written for this project; used if the external sets are absent.
OWN = Path(__file__).resolve().parents[2] / "data" / "group" / "stories.jsonl"
_HALVES = 12
#: Splits of the stories of a set with few topics.
_SPLITS = 3
#: A story's number of articles on a thin day is one of these.
_THIN_SIZES = (1, 1, 1, 1, 2, 2, 3, 4, 6, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """An article with its story, within a topic of stories that are easily confused."""

    article: Article
    story: str
    topic: str


Grouping = Callable[[Sequence[Article]], list[list[str]]]


def measure(shared: Path) -> list[Row]:
    rows = _rows("grouping, own stories: B-cubed F1", OWN, title_times=3, link="complete", threshold=0.1)
    if (shared / "ecb_dev.jsonl").is_file():
        rows += _rows(
            "grouping, ECB+ dev: B-cubed F1", shared / "ecb_dev.jsonl", title_times=3, link="complete", threshold=0.09
        )
        rows += _rows(
            "grouping, UCI titles dev: B-cubed F1",
            shared / "uci_titles_dev.jsonl",
            title_times=1,
            link="average",
            threshold=0.04,
        )
    return rows


def _rows(task: str, file: Path, *, title_times: int, link: str, threshold: float) -> list[Row]:
    gold = read_gold(file)
    rows = [
        _row(
            task,
            f"TF-IDF, {link} link",
            [_f1(gold, _baseline(title_times, link, threshold))],
            "threshold fitted here",
        ),
        _row(task, "digest", [_f1(gold, _grouping)], f"{len(gold)} articles"),
    ]
    if len({item.topic for item in gold}) > 3:
        rows.append(
            _row(
                task, "digest, half of the topics", [_f1(half, _grouping) for half in _halves(gold)], f"{_HALVES} draws"
            )
        )
        rows.append(
            _row(
                task,
                "digest, few unlike articles",
                [_f1(day, _grouping) for day in _unlike(gold)],
                "a story of each topic by two or three of its least similar articles",
            )
        )
    else:
        rows.append(
            _row(
                task,
                "digest, half of the stories",
                [_f1(half, _grouping) for half in _story_halves(gold)],
                f"{_SPLITS} splits, both halves",
            )
        )
    rows.append(
        _row(
            task,
            "digest, thin days",
            [_f1(day, _grouping) for day in _thin(gold)],
            "1 to 10 articles a story, mostly 1",
        )
    )
    return rows


def _row(task: str, system: str, figures: Sequence[float], note: str) -> Row:
    spread = f" ± {stdev(figures):.1f} (lowest {min(figures):.1f})" if len(figures) > 1 else ""
    return Row(task=task, system=system, figure=f"{mean(figures):.1f}{spread}", note=note)


def read_gold(file: Path) -> list[Gold]:
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
    topics = sorted({item.topic for item in gold})
    draws = [set(random.Random(seed).sample(topics, len(topics) // 2)) for seed in range(_HALVES)]
    return [[item for item in gold if item.topic in half] for half in draws]


def _story_halves(gold: Sequence[Gold]) -> list[list[Gold]]:
    """Both halves of some random splits of the stories."""
    stories = sorted({item.story for item in gold})
    draws = [set(random.Random(seed).sample(stories, len(stories) // 2)) for seed in range(_SPLITS)]
    return [[item for item in gold if (item.story in draw) == inside] for draw in draws for inside in (True, False)]


def _unlike(gold: Sequence[Gold]) -> list[list[Gold]]:
    """Days with one story of each topic, told by two or three of its articles that share few words."""
    similarity = _cosines([_term_counts(item.article, 1) for item in gold])
    topics: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, item in enumerate(gold):
        topics[item.topic][item.story].append(at)
    days = []
    for generator in map(random.Random, range(_HALVES)):
        stories = [stories[generator.choice(sorted(stories))] for _, stories in sorted(topics.items())]
        days.append([gold[at] for story in stories for at in _least_similar(story, similarity, generator)])
    return days


def _least_similar(story: list[int], similarity: np.ndarray, generator: random.Random) -> tuple[int, ...]:
    """Two or three articles of a story, from the least similar third of all such choices."""
    size = min(len(story), generator.choice((2, 3)))
    choices = [*combinations(story, size)]
    choices.sort(key=lambda rows: similarity[np.ix_(rows, rows)].sum())
    return generator.choice(choices[: max(1, len(choices) // 3)])


def _thin(gold: Sequence[Gold]) -> list[list[Gold]]:
    stories: dict[str, list[Gold]] = defaultdict(list)
    for item in gold:
        stories[item.story].append(item)
    return [_drawn(stories, random.Random(seed)) for seed in range(_HALVES)]


def _drawn(stories: dict[str, list[Gold]], generator: random.Random) -> list[Gold]:
    return [
        item
        for _, items in sorted(stories.items())
        for item in generator.sample(items, min(len(items), generator.choice(_THIN_SIZES)))
    ]


def _f1(gold: Sequence[Gold], grouping: Grouping) -> float:
    """B-cubed F1, in hundredths (Bagga and Baldwin 1998)."""
    stories = {id: at for at, ids in enumerate(grouping([item.article for item in gold])) for id in ids}
    pairs = Counter((stories[item.article.id], item.story) for item in gold)
    sizes = Counter(stories[item.article.id] for item in gold), Counter(item.story for item in gold)
    precision = sum(n * n / sizes[0][story] for (story, _), n in pairs.items()) / len(gold)
    recall = sum(n * n / sizes[1][truth] for (_, truth), n in pairs.items()) / len(gold)
    return 200 * precision * recall / (precision + recall)


def _grouping(articles: Sequence[Article]) -> list[list[str]]:
    return [[article.id for article in story.all_articles] for story in group(articles)]


# --- the baseline: all pairs, one threshold ------------------------------------------------------------------------


def _baseline(title_times: int, link: str, threshold: float) -> Grouping:
    """Agglomerative clustering of TF-IDF cosines by complete or average link, down to a threshold."""

    def grouping(articles: Sequence[Article]) -> list[list[str]]:
        similarity = _cosines([_term_counts(article, title_times) for article in articles])
        return [[articles[at].id for at in members] for members in _cluster(similarity, link == "complete", threshold)]

    return grouping


def _term_counts(article: Article, title_times: int) -> Counter[str]:
    text = " ".join([article.title] * title_times + list(article.paragraphs))
    stop = stop_words(article.language)
    return Counter(
        stems((word for word in words(text, article.language) if word.lower() not in stop), article.language)
    )


def _cosines(counts: Sequence[Counter[str]]) -> np.ndarray:
    spread = Counter(term for count in counts for term in count)
    column = {term: at for at, term in enumerate(sorted(spread))}
    rows = np.zeros((len(counts), len(column)), np.float32)
    for row, count in zip(rows, counts, strict=True):
        for term, times in count.items():
            row[column[term]] = (1 + np.log(times)) * np.log(len(counts) / spread[term])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return (rows @ rows.T).astype(np.float64)


def _cluster(similarity: np.ndarray, complete: bool, threshold: float) -> list[list[int]]:
    """Merge the most similar pair each time (Lance and Williams); its row is the minimum, or weighted mean, of both."""
    similarity = similarity.copy()
    np.fill_diagonal(similarity, -1)
    members = {at: [at] for at in range(len(similarity))}
    best = similarity.max(axis=1)
    while len(members) > 1 and best.max() >= threshold:
        first = int(best.argmax())
        second = int(similarity[first].argmax())
        sizes = len(members[first]), len(members[second])
        joined = (
            np.minimum(similarity[first], similarity[second])
            if complete
            else np.average(similarity[[first, second]], 0, sizes)
        )
        joined[[first, second]] = -1
        joined[best == -2] = -1
        members[first] += members.pop(second)
        similarity[first] = similarity[:, first] = joined
        similarity[second] = similarity[:, second] = -1
        best = np.where(best == -2, -2, similarity.max(axis=1))
        best[second] = -2
    return list(members.values())
