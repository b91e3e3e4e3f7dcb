"""Quality of the summarizers: ROUGE against human summaries, with every system cut at the same number of words.

A system selects whole sentences until they have enough words; its summary, in reading order, is cut there.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from pathlib import Path

from digest.model.articles import Article
from digest.model.protocols import Budget, Candidate, Summarizer
from digest.stories.summarizers import NAMES, summarizer
from tests.bench.quality.rouge import rouge_l, rouge_n, tokens
from tests.bench.quality.table import Row

#: Written for this project; used if the external sets are absent.
OWN = Path(__file__).resolve().parents[2] / "data" / "quality" / "news.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Texts with their human summaries."""

    candidates: tuple[Candidate, ...]
    references: tuple[str, ...]


def cases(path: Path) -> list[Case]:
    """The cases of a JSON Lines file, each with its documents' sentences and the references."""
    return [_case(json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def _case(row: dict[str, list[list[str]]]) -> Case:
    articles = [_article(f"{row['id']}/{at}", sentences) for at, sentences in enumerate(row["docs"])]
    unique = {candidate.text: candidate for article in articles for candidate in reversed(_candidates(article))}
    order = sorted(unique.values(), key=lambda candidate: (candidate.article.id, candidate.position))
    return Case(candidates=tuple(order), references=tuple(map(str, row["refs"])))


def _article(id: str, sentences: Sequence[str]) -> Article:
    published = datetime(2026, 1, 1, tzinfo=UTC)
    paragraphs = tuple(sentences)
    return Article(
        id=id, source_id=id, source=id, url="", title="", paragraphs=paragraphs, published=published, language="en"
    )


def _candidates(article: Article) -> list[Candidate]:
    texts = [text for text in article.paragraphs if any(map(str.isalnum, text))]
    return [Candidate(text=text, article=article, position=at, paragraph=at) for at, text in enumerate(texts)]


def first(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """The baseline: the first sentences."""
    return tuple(candidates[: budget.sentences])


def select(case: Case, system: Summarizer, *, words: int) -> tuple[Candidate, ...]:
    """The system's shortest selection of at least ``words`` words."""
    selected: tuple[Candidate, ...] = ()
    for count in range(1, len(case.candidates) + 1):
        selected = system(case.candidates, Budget(sentences=count), language="en")
        if len(selected) < count or sum(len(sentence.text.split()) for sentence in selected) >= words:
            break
    return selected


def summary_text(case: Case, system: Summarizer, *, words: int) -> str:
    """The system's summary in exactly ``words`` words (fewer only if the texts have no more)."""
    selected = select(case, system, words=words)
    return " ".join(" ".join(sentence.text for sentence in selected).split()[:words])


def mean_over_references(case: Case, text: str, metric: Callable[[str, str], float]) -> float:
    return statistics.fmean(metric(text, reference) for reference in case.references)


def measure(shared: Path) -> list[Row]:
    """ROUGE of every summarizer on one article and on several texts; near-duplicates; the share of later sentences."""
    if not (shared / "realsumm_dev.jsonl").is_file():
        sample = cases(OWN)
        single = [replace(case, candidates=_lead(case)) for case in sample]
        return [*_one_article(single, words=60), *_many(sample, words=30)]
    news = [case for name in ("realsumm_dev", "summeval_dev") for case in cases(shared / f"{name}.jsonl")]
    topics = cases(shared / "opinosis_dev.jsonl")
    return [*_one_article(news, words=60), *_many(topics, words=20), *_many(topics, words=30)]


def _lead(case: Case) -> tuple[Candidate, ...]:
    """The first article's sentences alone."""
    first_id = case.candidates[0].article.id
    return tuple(candidate for candidate in case.candidates if candidate.article.id == first_id)


def _one_article(news: Sequence[Case], *, words: int) -> list[Row]:
    rows: list[Row] = []
    for label, metric in (("ROUGE-1", rouge_n), ("ROUGE-2", partial(rouge_n, n=2)), ("ROUGE-L", rouge_l)):
        task = f"one article, {words} words exactly, {label}"
        scores: dict[str, list[float]] = {}
        for name in ("first", *NAMES) if label == "ROUGE-1" else ("first", "default"):
            system = first if name == "first" else summarizer(name)
            scores[name] = [
                mean_over_references(case, summary_text(case, system, words=words), metric) for case in news
            ]
        for name, values in scores.items():
            note = "the first sentences" if name == "first" else _paired(values, scores["first"])
            rows.append(Row(task=task, system=name, figure=f"{statistics.fmean(values):.1f}", note=note))
    default = summarizer("default")
    later = [sentence.position > 2 for case in news for sentence in select(case, default, words=words)]
    share = f"{statistics.fmean(later):.0%}"
    return [*rows, Row(task="sentences from beyond an article's first three", system="default", figure=share)]


def _paired(ours: Sequence[float], theirs: Sequence[float], folds: int = 5) -> str:
    """The mean difference to the first sentences with its standard error, and its range over folds."""
    gains = [our - their for our, their in zip(ours, theirs, strict=True)]
    error = statistics.stdev(gains) / len(gains) ** 0.5
    if len(gains) < 2 * folds:
        return f"{statistics.fmean(gains):+.1f} ± {error:.1f} to first"
    parts = [statistics.fmean(gains[fold::folds]) for fold in range(folds)]
    return f"{statistics.fmean(gains):+.1f} ± {error:.1f} to first; folds {min(parts):+.1f} to {max(parts):+.1f}"


def _many(topics: Sequence[Case], *, words: int) -> list[Row]:
    rows = []
    for name in NAMES:
        system = summarizer(name)
        figure = statistics.fmean(
            mean_over_references(case, summary_text(case, system, words=words), rouge_n) for case in topics
        )
        double = sum(
            near_duplicate_pairs([sentence.text for sentence in select(case, system, words=100)]) for case in topics
        )
        task, note = f"several texts, {words} words exactly, ROUGE-1", f"{double} near-duplicate pairs in 100 words"
        rows.append(Row(task=task, system=name, figure=f"{figure:.1f}", note=note))
    return rows


def near_duplicate_pairs(texts: Sequence[str]) -> int:
    """Pairs of sentences that have more than half of their words in common."""
    bags = [frozenset(tokens(text)) for text in texts]
    return sum(len(first & second) > 0.5 * len(first | second) for first, second in combinations(bags, 2))
