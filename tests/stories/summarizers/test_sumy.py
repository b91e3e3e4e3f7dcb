"""sumy's methods beside stock sumy, sentence for sentence, on every article of the sample and of the outside sets.

Both get the same words and stems. Where stock sumy has a defect, what was mended is tested by itself.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.edmundson import EdmundsonSummarizer
from sumy.summarizers.kl import KLSummarizer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.lsa import LsaSummarizer
from sumy.summarizers.luhn import LuhnSummarizer
from sumy.summarizers.reduction import ReductionSummarizer
from sumy.summarizers.sum_basic import SumBasicSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer

from digest.clean.articles import clean
from digest.collect.collector import make_collector
from digest.model import Article, Source
from digest.model.protocols import Budget, Candidate, FetchState
from digest.settings import FetchSettings
from digest.stories.summarizers import METHODS, NAMES, summarizer, sumy_methods
from digest.stories.summarizers.sumy_adapter import Tokenizer, make_document
from digest.text.sentences import sentences
from digest.text.stop_words import stop_words
from digest.text.words import stemmer
from tests.support import values

STOCK: dict[str, Callable[[Callable[[str], str]], Any]] = {
    "lex-rank": LexRankSummarizer,
    "text-rank": TextRankSummarizer,
    "lsa": LsaSummarizer,
    "luhn": LuhnSummarizer,
    "kl": KLSummarizer,
    "reduction": ReductionSummarizer,
    "sum-basic": SumBasicSummarizer,
    "edmundson": EdmundsonSummarizer,
}
#: Those whose choice is stock's as it is; the others have a defect mended.
EXACT = ("text-rank", "luhn", "kl", "reduction", "sum-basic")

#: An article's language, title and sentences.
Text = tuple[str, str, list[str]]


@pytest.fixture(scope="module")
def sample() -> list[Text]:
    folder = Path(__file__).resolve().parents[3] / "config" / "sample"
    collector = make_collector(FetchSettings(), values.NOON)
    entries = asyncio.run(collector(Source(id="sample", path=folder), FetchState())).entries
    return [(one.language, one.title, _sentences(one)) for one in clean(entries)]


def _sentences(article: Article) -> list[str]:
    return list(dict.fromkeys(text for each in article.paragraphs for text in sentences(each, article.language)))


@pytest.fixture(scope="module")
def news(shared: Path) -> list[Text]:
    files = [shared / "quality" / f"{name}.jsonl" for name in ("realsumm_dev", "summeval_dev")]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [("en", "", list(dict.fromkeys(row["docs"][0]))[:45]) for row in rows]


def model(texts: Iterable[str], language: str) -> ObjectDocumentModel:
    return ObjectDocumentModel([Paragraph([Sentence(text, Tokenizer(language)) for text in texts])])


def stock(name: str, text: Text, count: int, **attributes: Any) -> list[str]:
    language, _, texts = text
    method = STOCK[name](stemmer(language))
    method.stop_words = stop_words(language)
    for attribute, value in attributes.items():
        setattr(method, attribute, value)
    return [str(sentence) for sentence in method(model(texts, language), count)]


def ours(name: str, text: Text, count: int) -> list[str]:
    """What our class chooses where nothing but its ratings counts (a brief passes over near-duplicates)."""
    language, _, texts = text
    method = sumy_methods.make_method(name, stemmer(language), stop_words(language))
    return [str(sentence) for sentence in method(model(texts, language), count)]


def candidates(text: Text) -> tuple[Candidate, ...]:
    """One paragraph to a sentence."""
    language, title, texts = text
    where = values.article(title=title, paragraphs=tuple(texts), language=language)
    return tuple(Candidate(text=one, article=where, position=at, paragraph=at) for at, one in enumerate(texts))


def test_every_method_of_sumy_is_here_but_the_one_that_draws_lots() -> None:
    import pkgutil

    import sumy.summarizers

    files = {each.name for each in pkgutil.iter_modules(sumy.summarizers.__path__)}
    parts = {"_summarizer", "edmundson_cue", "edmundson_key", "edmundson_location", "edmundson_title"}

    assert files - parts - {"random"} == {name.replace("-", "_") for name in METHODS}
    assert set(METHODS) == set(STOCK)


# --- the same sentences --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_method_chooses_what_stock_sumy_chooses(name: str, count: int, sample: list[Text]) -> None:
    assert len({language for language, _, _ in sample}) > 1
    assert [ours(name, text, count) for text in sample] == [stock(name, text, count) for text in sample]


@pytest.mark.parametrize("name", EXACT)
def test_a_method_chooses_what_stock_sumy_chooses_on_real_news(name: str, news: list[Text]) -> None:
    assert [ours(name, text, 3) for text in news] == [stock(name, text, 3) for text in news]


@pytest.mark.parametrize("epsilon", [LexRankSummarizer.epsilon, sumy_methods.LexRank.epsilon], ids=["stock's", "ours"])
@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_lex_rank_chooses_what_stock_sumy_chooses_at_the_same_precision(
    corpus: str, epsilon: float, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = request.getfixturevalue(corpus)
    monkeypatch.setattr(sumy_methods.LexRank, "epsilon", epsilon)

    assert [ours("lex-rank", text, 3) for text in texts] == [
        stock("lex-rank", text, 3, epsilon=epsilon) for text in texts
    ]


@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_lsa_ranks_as_stock_sumy_does_without_its_decomposition(corpus: str, request: pytest.FixtureRequest) -> None:
    for language, title, texts in request.getfixturevalue(corpus):
        text = (language, title, texts[:20])  # stock's decomposition is cubic

        assert _ranks(sumy_methods.make_method("lsa", stemmer(language), stop_words(language)), text) == pytest.approx(
            _ranks(LsaSummarizer(stemmer(language)), text), rel=1e-9
        )


def _ranks(method: Any, text: Text) -> list[float]:
    """In the order of the text."""
    ranks: list[float] = []

    def keep(ratings: Sequence[Any]) -> Sequence[Any]:
        ranks.extend(one.rating for one in sorted(ratings, key=lambda one: one.order))
        return ratings

    method.stop_words = stop_words(text[0])
    method(model(text[2], text[0]), keep)
    return ranks


@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_edmundson_chooses_what_stock_sumy_chooses_with_the_same_cues(
    corpus: str, request: pytest.FixtureRequest
) -> None:
    for language, title, texts in request.getfixturevalue(corpus):
        told = candidates((language, title or "The city and its police", texts))
        plain = EdmundsonSummarizer(stemmer(language))
        plain.null_words = stop_words(language)
        titled = make_document(told, language)
        plain.bonus_words = {word.lower() for each in titled.headings for word in each.words} - stop_words(language)
        plain.stigma_words = sumy_methods.ANAPHORIC_WORDS & stop_words(language) or {"-"}
        method = sumy_methods.make_edmundson(
            stemmer(language), stop_words(language), (word for each in titled.headings for word in each.words)
        )

        assert [str(one) for one in method(titled, 3)] == [str(one) for one in plain(titled, 3)]


# --- stock sumy's defects, mended ----------------------------------------------------------------------------------


def test_stock_lex_rank_stops_while_its_ranks_still_move_and_ours_does_not(sample: list[Text]) -> None:
    moved = 0
    for language, _, texts in sample:
        method = sumy_methods.make_method("lex-rank", stemmer(language), stop_words(language))
        words = [method._to_words_set(sentence) for sentence in model(texts, language).sentences]
        matrix = method._create_matrix(words, method.threshold, method._compute_tf(words), method._compute_idf(words))

        still = method.power_method(matrix, method.epsilon)

        assert still == pytest.approx(method.power_method(matrix, 1e-12), abs=1e-4)
        moved += LexRankSummarizer.power_method(matrix, LexRankSummarizer.epsilon) != pytest.approx(still, abs=1e-4)
    assert moved > len(sample) / 2


def test_lex_rank_gives_no_nan_where_no_sentence_has_a_word_of_weight() -> None:
    ranks = _ranks(
        sumy_methods.make_method("lex-rank", stemmer("en"), stop_words("en")),
        ("en", "", ["Ships wait.", "Docks close."]),
    )

    assert ranks
    assert not any(map(math.isnan, ranks))


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_that_stands_twice_is_not_chosen_twice(name: str) -> None:
    same = "The harbour authority closed the northern dock on Monday after cracks were found."
    nearly = "The harbour authority closed the northern dock on Monday, after cracks were found!"
    texts = [same, "Ferries wait three hours at the southern dock.", nearly, "Repairs will cost four million."]

    chosen = summarizer(name)(candidates(("en", "", texts)), Budget(sentences=3), language="en")

    assert len({same, nearly} & {one.text for one in chosen}) <= 1


@pytest.mark.filterwarnings("error")
def test_lsa_says_nothing_of_texts_with_few_words() -> None:
    texts = ["Dock shut.", "Dock still shut.", "Shut dock.", "Dock again."]

    assert len(summarizer("lsa")(candidates(("en", "", texts)), Budget(sentences=2), language="en")) == 2


def test_edmundson_does_without_words_that_speak_for_or_against_a_sentence() -> None:
    """Stock refuses to begin where the title has none."""
    texts = ["Ships wait at sea.", "The dock is closed."]

    assert len(summarizer("edmundson")(candidates(("en", "", texts)), Budget(sentences=1), language="en")) == 1
