"""How fast sentences are chosen, beside stock sumy on the same sentences, in processor time of one run.

The text is made up, its words spread as they are in language (Zipf); repeated here, it is the same on every machine.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from statistics import median
from typing import Any

from nltk import word_tokenize
from nltk.stem.snowball import EnglishStemmer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers import AbstractSummarizer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer

from digest.model import Article, Ranked, Story
from digest.ports import Budget
from digest.summarize import candidates, summarize
from digest.summarizers import methods, summarizer
from digest.summarizers.document import Stemmer, Tokenizer
from digest.text.words import stop_words
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
STOCK: dict[str, type[AbstractSummarizer]] = {"lex-rank": LexRankSummarizer, "text-rank": TextRankSummarizer}


def measure() -> list[Row]:
    """The matrix methods on given words; then the whole way from an article's text to its brief."""
    rows = [row for name in STOCK for count in (200, 1000) for row in _on_given_words(name, text(count))]
    return [*rows, *_from_text(text(_USUAL))]


def text(count: int) -> list[str]:
    """So many sentences of 12 to 28 words."""
    dice = random.Random(count)
    vocabulary = ["".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(6000)]
    spread = list(accumulate(1 / rank for rank in range(3, len(vocabulary) + 3)))
    sentences = (dice.choices(vocabulary, cum_weights=spread, k=dice.randint(12, 28)) for _ in range(count))
    return [f"{' '.join(words).capitalize()}." for words in sentences]


def _on_given_words(name: str, texts: Sequence[str]) -> list[Row]:
    stock, ours = STOCK[name](Stemmer("en")), methods.make(name, Stemmer("en"), stop_words("en"))
    stock.stop_words, stock.epsilon = stop_words("en"), ours.epsilon
    document = _document(texts, Tokenizer("en"))
    same = stock(document, 3) == ours(document, 3)
    task = f"{name} of {len(texts):,} sentences, words given"
    return _rows(task, _seconds(lambda: ours(document, 3), 7), _seconds(lambda: stock(document, 3), 1), same=same)


def _from_text(texts: Sequence[str]) -> list[Row]:
    """Our words, stems and choice beside NLTK's words and stems and sumy's choice; the sentences are given to both."""

    def stock() -> object:
        method = LexRankSummarizer(EnglishStemmer().stem)
        method.stop_words = stop_words("en")
        return method(_document(texts, NltkWords()), 3)

    theirs = _seconds(stock, 15)
    rows: list[Row] = []
    for name in ("lex-rank", "default"):
        choose = summarizer(name)
        stories = iter([_story(texts, at) for at in range(16)])
        seconds = _seconds(lambda: summarize([next(stories)], choose, Budget()), 15)  # noqa: B023  # called at once
        rows += _rows(f"{name} from text to brief, {len(texts)} sentences", seconds, theirs)
        offers = iter([candidates(_story(texts, at).story) for at in range(20, 36)])
        seconds = _seconds(lambda: choose(next(offers), Budget(), language="en"), 15)  # noqa: B023  # called at once
        rows += _rows(f"{name}, {len(texts)} sentences given", seconds, theirs)
    return rows


class NltkWords:
    """NLTK's word tokenizer as sumy uses it, in the one way that needs no data."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(filter(str.isalpha, word_tokenize(sentence, preserve_line=True)))


def _document(texts: Sequence[str], tokenizer: Any) -> ObjectDocumentModel:
    document = ObjectDocumentModel([Paragraph([Sentence(one, tokenizer) for one in texts])])
    if isinstance(tokenizer, Tokenizer):
        _ = [sentence.words for sentence in document.sentences]
    return document


def _story(texts: Sequence[str], at: int) -> Ranked:
    """The same article under another number, so that no run finds the last one's sentences in a cache."""
    paragraphs = tuple(f"{number} {at} {one}" for number, one in enumerate(texts))
    when = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        id=str(at), source_id="a", source="a", url="", title="", paragraphs=paragraphs, published=when, language="en"
    )
    return Ranked(story=Story(articles=(article,)), score=0, reasons=())


def _seconds(run: Callable[[], object], times: int) -> float:
    """The median of a few runs' processor time."""
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return median(found)


def _rows(task: str, ours: float, theirs: float, *, same: bool | None = None) -> list[Row]:
    note = f"{theirs / ours:.0f} times as fast" + (
        "" if same is None else f", {'the same' if same else 'OTHER'} sentences"
    )
    return [
        Row(task=task, system="digest", figure=f"{ours * 1000:,.1f} ms", note=note),
        Row(task=task, system="stock sumy", figure=f"{theirs * 1000:,.1f} ms"),
    ]
