"""Quality of briefs from several outlets: ROUGE against the article of an outlet that is held out.

ECB+ has no human summaries. Instead the beginning of a held-out article, cut at the same number of words, is the
reference. Or two articles are held out, and the beginnings of both are the reference.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from digest.model.articles import Article
from digest.model.protocols import Budget
from digest.model.stories import Brief, Ranked, Story
from digest.stories.summarize import candidates, summarize
from digest.stories.summarizers import summarizer
from tests.bench.quality.grouping import OWN, read_gold
from tests.bench.quality.rouge import rouge_n
from tests.bench.quality.summaries import Case, first, near_duplicate_pairs, summary_text
from tests.bench.quality.table import Row

_SYSTEMS = ("default", "lead", "lex-rank", "text-rank", "sum-basic", "kl")
_WORDS = 200
#: Articles of a brief; and of a brief where two articles are held out.
_OUTLETS, _FEW = 4, 2


def measure(shared: Path) -> list[Row]:
    file = shared / "ecb_dev.jsonl"
    name, file = ("ECB+ dev", file) if file.is_file() else ("own stories", OWN)
    stories = _stories(file, min_words=60 if file != OWN else 1)
    return [
        *_held_out(f"several outlets, {_WORDS} words exactly, ROUGE-1, {name}", _cases(stories)),
        *_held_out(f"two outlets, {_WORDS} words exactly, ROUGE-1 to two others, {name}", _pairs(stories)),
        *_briefs(name, stories),
    ]


def _stories(file: Path, *, min_words: int) -> list[list[Article]]:
    """The articles of each event with more than two articles of enough words."""
    by_story: dict[str, list[Article]] = defaultdict(list)
    for row in read_gold(file):
        if row.article.words >= min_words:
            by_story[row.story].append(row.article)
    return [articles for _, articles in sorted(by_story.items()) if len(articles) > 2]


def _cases(stories: Sequence[Sequence[Article]]) -> list[Case]:
    return [_case(articles, at) for articles in stories for at in range(min(len(articles), _OUTLETS + 1))]


def _pairs(stories: Sequence[Sequence[Article]]) -> list[Case]:
    """Each article in turn is held out together with the one after it."""
    many = [articles for articles in stories if len(articles) >= _FEW + 2]
    return [_pair([*articles[at:], *articles[:at]]) for articles in many for at in range(min(len(articles), _FEW + 3))]


def _pair(articles: Sequence[Article]) -> Case:
    """Hold out the first two articles; the longest of the others are summarized."""
    summarized = sorted(articles[2:], key=lambda article: -article.words)[:_FEW]
    halves = [" ".join(article.paragraphs).split()[: _WORDS // 2] for article in articles[:2]]
    return Case(candidates=candidates(Story(articles=tuple(summarized))), references=(" ".join(halves[0] + halves[1]),))


def _held_out(task: str, cases: Sequence[Case]) -> list[Row]:
    systems = {"the first article": first} | {name: summarizer(name) for name in _SYSTEMS}
    scores = {
        name: [_score(case, partial(summary_text, system=system)) for case in cases] for name, system in systems.items()
    }
    baseline = scores["the first article"]
    return [
        Row(task=task, system=name, figure=f"{statistics.fmean(values):.1f}", note=_paired(values, baseline))
        for name, values in scores.items()
    ]


def _case(articles: Sequence[Article], at: int) -> Case:
    """Hold out the article at index ``at``."""
    summarized = [article for index, article in enumerate(articles) if index != at][:_OUTLETS]
    reference = " ".join(" ".join(articles[at].paragraphs).split()[:_WORDS])
    return Case(candidates=candidates(Story(articles=tuple(summarized))), references=(reference,))


def _score(case: Case, summarize_case: partial[str]) -> float:
    return rouge_n(summarize_case(case, words=_WORDS), case.references[0])


def _paired(ours: Sequence[float], theirs: Sequence[float]) -> str:
    gains = [our - their for our, their in zip(ours, theirs, strict=True)]
    if not any(gains):
        return f"{len(gains)} cases"
    return f"{statistics.fmean(gains):+.1f} ± {statistics.stdev(gains) / len(gains) ** 0.5:.1f} to the first article"


def _briefs(name: str, stories: Sequence[Sequence[Article]]) -> list[Row]:
    ranked = [Ranked(story=Story(articles=tuple(articles[:_OUTLETS])), score=0, reasons=()) for articles in stories]
    rows = []
    for label, budget in (("3 sentences", Budget()), (f"{_WORDS} words", Budget(words=_WORDS))):
        briefs = summarize(ranked, summarizer("default"), budget)
        cited = statistics.fmean(len({sentence.article.id for sentence in brief.sentences}) > 1 for brief in briefs)
        copied = statistics.fmean(_copies_the_lead(brief) for brief in briefs)
        words = statistics.fmean(sum(len(sentence.text.split()) for sentence in brief.sentences) for brief in briefs)
        double = sum(near_duplicate_pairs([sentence.text for sentence in brief.sentences]) for brief in briefs)
        late = statistics.fmean(_is_later(brief, at) for brief in briefs for at in range(len(brief.sentences)))
        note = f"{copied:.0%} only copy the lead; {late:.0%} from beyond an article's first three; {words:.0f} words"
        note += f"; {double} near-duplicate pairs"
        task = f"briefs of {label} that cite two outlets or more, {name}"
        rows.append(Row(task=task, system="default", figure=f"{cited:.0%}", note=note))
    return rows


def _is_later(brief: Brief, at: int) -> bool:
    sentence = brief.sentences[at]
    article_sentences = candidates(Story(articles=(sentence.article,)))
    return sentence.text not in {candidate.text for candidate in article_sentences[:3]}


def _copies_the_lead(brief: Brief) -> bool:
    opening = candidates(replace(brief.story, articles=brief.story.articles[:1]))[: len(brief.sentences)]
    return [sentence.text for sentence in brief.sentences] == [candidate.text for candidate in opening]
