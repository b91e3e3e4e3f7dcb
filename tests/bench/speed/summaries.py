"""Processor time of the summarizers, beside stock sumy on the same sentences.

The text is generated, with Zipf-distributed words; it is the same on every machine.
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

from digest.model.articles import Article
from digest.model.protocols import Budget
from digest.model.stories import Ranked, Story
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
#: Sentences of a usual article.
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
#: Quadratic in stock sumy; also measured on given words.
_MATRIX_METHODS = ("lex-rank", "text-rank")


def measure() -> list[Row]:
    """The matrix methods on given words; then all methods from an article's text to its brief."""
    rows = [row for name in _MATRIX_METHODS for count in (200, 1000) for row in _on_given_words(name, text(count))]
    news = _news(SHARED)
    return [*rows, *_from_text([text(_USUAL)] * 16, "generated sentences"), *_from_text(news, "sentences of news")]


def beside_sumy(names: Sequence[str]) -> list[Row]:
    """Some methods from an article's text to its brief, on generated sentences: the same on every machine."""
    articles, layout = [text(_USUAL)] * 16, "generated sentences, two in a paragraph"
    return [row for name in names for row in _paired(name, articles, layout, 2)]


def _news(shared: Path) -> list[list[str]]:
    """The beginnings of real articles; empty if the external data is absent."""
    files = [file for name in ("realsumm_dev", "summeval_dev") if (file := shared / f"{name}.jsonl").is_file()]
    articles = [json.loads(line)["docs"][0] for file in files for line in file.read_text("utf-8").splitlines()]
    return [sentences[:_USUAL] for sentences in articles if len(sentences) >= _USUAL]


def text(count: int) -> list[str]:
    """Generated sentences of 12 to 28 words."""
    generator = random.Random(count)
    vocabulary = ["".join(generator.choices(_SYLLABLES, k=generator.randint(1, 4))) for _ in range(6000)]
    cum_weights = list(accumulate(1 / rank for rank in range(3, len(vocabulary) + 3)))
    sentences = (
        generator.choices(vocabulary, cum_weights=cum_weights, k=generator.randint(12, 28)) for _ in range(count)
    )
    return [f"{' '.join(words).capitalize()}." for words in sentences]


def _on_given_words(name: str, texts: Sequence[str]) -> list[Row]:
    """At our precision and, if stock sumy's is lower, at that too; both must select the same sentences."""
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
    """Our sentences, words, stems and selection, beside NLTK's words and stems and sumy's selection.

    sumy gets the sentences. Our default is compared with sumy's LexRank. Both alternate, article by article.
    """
    if not articles:
        return []
    layouts = ((f"{kind}, a paragraph each", 1), (f"{kind}, two in a paragraph", 2))
    return [
        row
        for name in ("default", *STOCK)
        for layout, per_paragraph in layouts
        for row in _paired(name, articles, layout, per_paragraph)
    ]


def _paired(name: str, articles: Sequence[Sequence[str]], layout: str, per_paragraph: int) -> list[Row]:
    summarize_story = summarizer(name)
    kind = STOCK.get(name, lex_rank.LexRankSummarizer)
    warm_up, stories = (
        [_story(texts, f"{name} {run} {at} {per_paragraph}", per_paragraph) for at, texts in enumerate(articles)]
        for run in (1, 2)
    )
    summarize(warm_up, summarize_story, Budget())  # fills the word caches, as in a program that runs for days
    ours, theirs = [], []
    for story, texts in zip(stories, articles, strict=True):
        ours.append(_processor(partial(summarize, [story], summarize_story, Budget())))
        theirs.append(_processor(partial(_stock, kind, texts)))
    return _rows(f"{name} from text to brief, {_USUAL} {layout}", median(ours), median(theirs))


def _stock(kind: type[AbstractSummarizer], texts: Sequence[str]) -> object:
    method = kind(EnglishStemmer().stem)
    if isinstance(method, edmundson.EdmundsonSummarizer):  # has no title here, and needs a bonus word
        method.bonus_words, method.stigma_words, method.null_words = (
            {"city"},
            sumy_methods.ANAPHORIC_WORDS,
            stop_words("en"),
        )
    method.stop_words = stop_words("en")
    return method(_document(texts, NltkWords()), 3)


class NltkWords:
    """NLTK's word tokenizer as sumy uses it, in the mode that needs no data."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(filter(str.isalpha, word_tokenize(sentence, preserve_line=True)))


def _document(texts: Sequence[str], tokenizer: Any) -> ObjectDocumentModel:
    document = ObjectDocumentModel([Paragraph([Sentence(sentence, tokenizer) for sentence in texts])])
    if isinstance(tokenizer, Tokenizer):
        _ = [sentence.words for sentence in document.sentences]
    return document


def _story(texts: Sequence[str], tag: str, per_paragraph: int) -> Ranked:
    """The article with a unique tag in each sentence, so that no run finds them in a cache."""
    tagged = [f"{sentence.rstrip(' .')} {tag}." for sentence in texts]
    paragraphs = tuple(" ".join(tagged[at : at + per_paragraph]) for at in range(0, len(tagged), per_paragraph))
    published = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        id=tag, source_id="a", source="a", url="", title="", paragraphs=paragraphs, published=published, language="en"
    )
    return Ranked(story=Story(articles=(article,)), score=0, reasons=())


def _seconds(run: Callable[[], object], runs: int) -> float:
    """The median processor time of some runs."""
    return median(_processor(run) for _ in range(runs))


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
