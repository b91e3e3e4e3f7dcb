"""How fast sentences are chosen, beside stock sumy on the same sentences, in processor time of one run.

The text is made up, its words spread as they are in language (Zipf); repeated here, it is the same on every machine.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from nltk import word_tokenize
from nltk.stem.snowball import EnglishStemmer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers import AbstractSummarizer, edmundson, kl, lex_rank, lsa, luhn, reduction, sum_basic, text_rank

from digest.model import Article, Ranked, Story
from digest.model.protocols import Budget
from digest.stories.summarize import summarize
from digest.stories.summarizers import summarizer, sumy_methods
from digest.stories.summarizers.sumy_adapter import Tokenizer
from digest.text.stop_words import stop_words
from digest.text.words import stemmer
from tests.bench.quality.__main__ import SHARED
from tests.bench.quality.table import Row

_SYLLABLES = (
    "ba",
    "co",
    "den",
    "fil",
    "gor",
    "han",
    "ix",
    "jul",
    "kem",
    "lor",
    "min",
    "nop",
    "ram",
    "sti",
    "tur",
    "vel",
)
_USUAL = 35
STOCK: dict[str, type[AbstractSummarizer]] = {
    "lex-rank": lex_rank.LexRankSummarizer,
    "text-rank": text_rank.TextRankSummarizer,
    "lsa": lsa.LsaSummarizer,
    "luhn": luhn.LuhnSummarizer,
    "kl": kl.KLSummarizer,
    "sum-basic": sum_basic.SumBasicSummarizer,
    "reduction": reduction.ReductionSummarizer,
    "edmundson": edmundson.EdmundsonSummarizer,
}
#: Quadratic in stock sumy, and measured by themselves.
_MATRICES = ("lex-rank", "text-rank")


def measure() -> list[Row]:
    """The matrix methods on given words; then the whole way from an article's text to its brief."""
    rows = [row for name in _MATRICES for count in (200, 1000) for row in _on_given_words(name, text(count))]
    real = _news(SHARED)
    return [*rows, *_from_text([text(_USUAL)] * 16, "made-up sentences"), *_from_text(real, "sentences of news")]


def _news(shared: Path) -> list[list[str]]:
    """The beginnings of real articles, where they are at hand."""
    files = [file for name in ("realsumm_dev", "summeval_dev") if (file := shared / f"{name}.jsonl").is_file()]
    articles = [json.loads(line)["docs"][0] for file in files for line in file.read_text("utf-8").splitlines()]
    return [sentences[:_USUAL] for sentences in articles if len(sentences) >= _USUAL]


def text(count: int) -> list[str]:
    """So many sentences of 12 to 28 words."""
    dice = random.Random(count)
    vocabulary = ["".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(6000)]
    spread = list(accumulate(1 / rank for rank in range(3, len(vocabulary) + 3)))
    sentences = (dice.choices(vocabulary, cum_weights=spread, k=dice.randint(12, 28)) for _ in range(count))
    return [f"{' '.join(words).capitalize()}." for words in sentences]


def _on_given_words(name: str, texts: Sequence[str]) -> list[Row]:
    """At the precision at which we stop, and, where stock stops earlier, at stock's too: the same sentences at both."""
    document = _document(texts, Tokenizer("en"))
    rows: list[Row] = []
    for epsilon in dict.fromkeys(
        (sumy_methods.make_method(name, stemmer("en"), frozenset()).epsilon, STOCK[name].epsilon)
    ):
        stock, ours = STOCK[name](stemmer("en")), sumy_methods.make_method(name, stemmer("en"), stop_words("en"))
        stock.stop_words, stock.epsilon, ours.epsilon = stop_words("en"), epsilon, epsilon
        same = stock(document, 3) == ours(document, 3)
        task = f"{name} of {len(texts):,} sentences, words given, epsilon {epsilon:g}"
        seconds = _seconds(partial(ours, document, 3), 7)
        rows += _rows(task, seconds, _seconds(partial(stock, document, 3), 1), same=same)
    return rows


def _from_text(articles: Sequence[Sequence[str]], kind: str) -> list[Row]:
    """Our words, stems and choice beside NLTK's words and stems and sumy's choice; the sentences are given to sumy.

    Our default stands beside sumy's LexRank. Both sides take turns, article by article.
    """
    if not articles:
        return []
    ways = ((f"{kind}, a paragraph each", 1), (f"{kind}, two in a paragraph", 2))
    return [
        row for name in ("default", *STOCK) for way, together in ways for row in _paired(name, articles, way, together)
    ]


def _paired(name: str, articles: Sequence[Sequence[str]], way: str, together: int) -> list[Row]:
    choose = summarizer(name)
    kind = STOCK.get(name, lex_rank.LexRankSummarizer)
    known, new = (
        [_story(texts, f"{name} {run} {at} {together}", together) for at, texts in enumerate(articles)]
        for run in (1, 2)
    )
    summarize(known, choose, Budget())  # a program that runs for days knows the language's words
    ours, theirs = [], []
    for story, texts in zip(new, articles, strict=True):
        ours.append(_processor(partial(summarize, [story], choose, Budget())))
        theirs.append(_processor(partial(_stock, kind, texts)))
    return _rows(f"{name} from text to brief, {_USUAL} {way}", median(ours), median(theirs))


def _stock(kind: type[AbstractSummarizer], texts: Sequence[str]) -> object:
    method = kind(EnglishStemmer().stem)
    if isinstance(method, edmundson.EdmundsonSummarizer):  # it has no title here: any word may speak for a sentence
        method.bonus_words, method.stigma_words, method.null_words = (
            {"city"},
            sumy_methods.ANAPHORIC_WORDS,
            stop_words("en"),
        )
    method.stop_words = stop_words("en")
    return method(_document(texts, NltkWords()), 3)


class NltkWords:
    """NLTK's word tokenizer as sumy uses it, in the one way that needs no data."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(filter(str.isalpha, word_tokenize(sentence, preserve_line=True)))


def _document(texts: Sequence[str], tokenizer: Any) -> ObjectDocumentModel:
    document = ObjectDocumentModel([Paragraph([Sentence(one, tokenizer) for one in texts])])
    if isinstance(tokenizer, Tokenizer):
        _ = [sentence.words for sentence in document.sentences]
    return document


def _story(texts: Sequence[str], mark: str, together: int) -> Ranked:
    """The article with a mark of its own, so that no run finds the last one's sentences in a cache."""
    marked = [f"{one.rstrip(' .')} {mark}." for one in texts]
    paragraphs = tuple(" ".join(marked[at : at + together]) for at in range(0, len(marked), together))
    when = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        id=mark, source_id="a", source="a", url="", title="", paragraphs=paragraphs, published=when, language="en"
    )
    return Ranked(story=Story(articles=(article,)), score=0, reasons=())


def _seconds(run: Callable[[], object], times: int) -> float:
    """The median of a few runs' processor time."""
    return median(_processor(run) for _ in range(times))


def _processor(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _rows(task: str, ours: float, theirs: float, *, same: bool | None = None) -> list[Row]:
    note = f"{theirs / ours:.{int(ours * 10 > theirs)}f} times as fast" + (
        "" if same is None else f", {'the same' if same else 'OTHER'} sentences"
    )
    return [
        Row(task=task, system="digest", figure=f"{ours * 1000:,.1f} ms", note=note),
        Row(task=task, system="stock sumy", figure=f"{theirs * 1000:,.1f} ms"),
    ]
