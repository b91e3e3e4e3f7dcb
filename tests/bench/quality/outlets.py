"""What a brief of several outlets is worth: told from some of them, measured against what another one wrote.

ECB+ has no summaries written by people. An outlet that is held out, cut at the same words, takes their place: what it
chose to tell first of the event is what others should tell too.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from digest.model import Article, Brief, Ranked, Story
from digest.ports import Budget
from digest.summarize import candidates, summarize
from digest.summarizers import summarizer
from tests.bench.quality.grouping import OWN, read
from tests.bench.quality.rouge import rouge_n
from tests.bench.quality.summaries import Case, first, told, twins
from tests.bench.quality.table import Row

_SYSTEMS = ("default", "lead", "lex-rank", "text-rank", "sum-basic", "kl")
_WORDS = 200
#: Outlets that a brief is made of.
_OUTLETS = 4


def measure(shared: Path) -> list[Row]:
    file = shared / "ecb_dev.jsonl"
    name, file = ("ECB+ dev", file) if file.is_file() else ("own stories", OWN)
    stories = _stories(file, least=60 if file != OWN else 1)
    return [*_held_out(f"several outlets, {_WORDS} words exactly, ROUGE-1, {name}", stories), *_briefs(name, stories)]


def _stories(file: Path, *, least: int) -> list[list[Article]]:
    """The articles of each event that enough outlets have told at some length."""
    by_story: dict[str, list[Article]] = defaultdict(list)
    for one in read(file):
        if one.article.words >= least:
            by_story[one.story].append(one.article)
    return [articles for _, articles in sorted(by_story.items()) if len(articles) > 2]


def _held_out(task: str, stories: Sequence[Sequence[Article]]) -> list[Row]:
    cases = [_case(articles, at) for articles in stories for at in range(min(len(articles), _OUTLETS + 1))]
    systems = {"the first article": first} | {name: summarizer(name) for name in _SYSTEMS}
    scores = {name: [_score(case, partial(told, system=system)) for case in cases] for name, system in systems.items()}
    baseline = scores["the first article"]
    return [
        Row(task=task, system=name, figure=f"{statistics.fmean(found):.1f}", note=_paired(found, baseline))
        for name, found in scores.items()
    ]


def _case(articles: Sequence[Article], at: int) -> Case:
    """Held out is the article at ``at``."""
    rest = [article for place, article in enumerate(articles) if place != at][:_OUTLETS]
    reference = " ".join(" ".join(articles[at].paragraphs).split()[:_WORDS])
    return Case(candidates=candidates(Story(articles=tuple(rest))), references=(reference,))


def _score(case: Case, tell: partial[str]) -> float:
    return rouge_n(tell(case, words=_WORDS), case.references[0])


def _paired(ours: Sequence[float], theirs: Sequence[float]) -> str:
    gains = [our - their for our, their in zip(ours, theirs, strict=True)]
    if not any(gains):
        return f"{len(gains)} cases"
    return f"{statistics.fmean(gains):+.1f} ± {statistics.stdev(gains) / len(gains) ** 0.5:.1f} to the first article"


def _briefs(name: str, stories: Sequence[Sequence[Article]]) -> list[Row]:
    chosen = [Ranked(story=Story(articles=tuple(told[:_OUTLETS])), score=0, reasons=()) for told in stories]
    rows = []
    for label, budget in (("3 sentences", Budget()), (f"{_WORDS} words", Budget(words=_WORDS))):
        briefs = summarize(chosen, summarizer("default"), budget)
        cited = statistics.fmean(len({one.article.id for one in brief.sentences}) > 1 for brief in briefs)
        copied = statistics.fmean(_is_the_lead(brief) for brief in briefs)
        words = statistics.fmean(sum(len(one.text.split()) for one in brief.sentences) for brief in briefs)
        double = sum(twins([one.text for one in brief.sentences]) for brief in briefs)
        note = f"{copied:.0%} only copy the lead; {words:.0f} words; {double} near-duplicate pairs"
        task = f"briefs of {label} that cite two outlets or more, {name}"
        rows.append(Row(task=task, system="default", figure=f"{cited:.0%}", note=note))
    return rows


def _is_the_lead(brief: Brief) -> bool:
    opening = candidates(replace(brief.story, articles=brief.story.articles[:1]))[: len(brief.sentences)]
    return [one.text for one in brief.sentences] == [one.text for one in opening]
