"""Our versions of sumy's methods select the same sentences as stock sumy, on the sample and on the external sets.

Both get the same words and stems. Fixed defects of stock sumy have tests of their own.
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
from digest.model.articles import Article
from digest.model.newsletters import Source
from digest.model.protocols import Budget, Candidate, FetchState
from digest.settings import FetchSettings
from digest.settings.plugins import SUMY_METHODS
from digest.stories.summarizers import NAMES, summarizer, sumy_methods
from digest.stories.summarizers.sumy_adapter import Tokenizer, make_document
from digest.text.sentences import sentences
from digest.text.stop_words import stop_words
from digest.text.words import stemmer
from tests.support import values
from tests.support.candidates import make_candidates

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
#: Methods that select exactly what stock sumy does; in the others a defect is fixed.
EXACT = ("text-rank", "luhn", "kl", "reduction", "sum-basic")

#: An article's language, title and sentences.
Text = tuple[str, str, list[str]]


@pytest.fixture(scope="module")
def sample() -> list[Text]:
    folder = Path(__file__).resolve().parents[3] / "config" / "sample"
    collector = make_collector(FetchSettings(), values.NOON)
    entries = asyncio.run(collector(Source(id="sample", path=folder), FetchState())).entries
    return [(article.language, article.title, _sentences(article)) for article in clean(entries)]


def _sentences(article: Article) -> list[str]:
    return list(
        dict.fromkeys(
            sentence for paragraph in article.paragraphs for sentence in sentences(paragraph, article.language)
        )
    )


@pytest.fixture(scope="module")
def news(shared: Path) -> list[Text]:
    files = [shared / "quality" / f"{name}.jsonl" for name in ("realsumm_dev", "summeval_dev")]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [("en", "", list(dict.fromkeys(row["docs"][0]))[:45]) for row in rows]


def make_model(texts: Iterable[str], language: str) -> ObjectDocumentModel:
    return ObjectDocumentModel([Paragraph([Sentence(text, Tokenizer(language)) for text in texts])])


def stock(name: str, text: Text, count: int, **attributes: Any) -> list[str]:
    language, _, texts = text
    method = STOCK[name](stemmer(language))
    method.stop_words = stop_words(language)
    for attribute, value in attributes.items():
        setattr(method, attribute, value)
    return [str(sentence) for sentence in method(make_model(texts, language), count)]


def ours(name: str, text: Text, count: int) -> list[str]:
    """The selection of our version by its ratings alone (a brief also leaves out redundant sentences)."""
    language, _, texts = text
    method = sumy_methods.make_method(name, stemmer(language), stop_words(language))
    return [str(sentence) for sentence in method(make_model(texts, language), count)]


def candidates(text: Text) -> tuple[Candidate, ...]:
    """The text as candidates, a paragraph each."""
    language, title, texts = text
    return make_candidates(texts, values.article(title=title, paragraphs=tuple(texts), language=language))


def test_every_method_of_sumy_but_the_random_one_is_available() -> None:
    import pkgutil

    import sumy.summarizers

    files = {module.name for module in pkgutil.iter_modules(sumy.summarizers.__path__)}
    parts = {"_summarizer", "edmundson_cue", "edmundson_key", "edmundson_location", "edmundson_title"}

    assert files - parts - {"random"} == {name.replace("-", "_") for name in SUMY_METHODS}
    assert set(SUMY_METHODS) == set(STOCK)


# --- the same selection --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_method_selects_what_stock_sumy_selects(name: str, count: int, sample: list[Text]) -> None:
    assert len({language for language, _, _ in sample}) > 1
    assert [ours(name, text, count) for text in sample] == [stock(name, text, count) for text in sample]


@pytest.mark.parametrize("name", EXACT)
def test_a_method_selects_what_stock_sumy_selects_on_real_news(name: str, news: list[Text]) -> None:
    assert [ours(name, text, 3) for text in news] == [stock(name, text, 3) for text in news]


@pytest.mark.parametrize("epsilon", [LexRankSummarizer.epsilon, sumy_methods.LexRank.epsilon], ids=["stock's", "ours"])
@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_lex_rank_selects_what_stock_sumy_selects_at_the_same_precision(
    corpus: str, epsilon: float, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = request.getfixturevalue(corpus)
    monkeypatch.setattr(sumy_methods.LexRank, "epsilon", epsilon)

    assert [ours("lex-rank", text, 3) for text in texts] == [
        stock("lex-rank", text, 3, epsilon=epsilon) for text in texts
    ]


@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_lsa_without_decomposition_ranks_as_stock_sumy(corpus: str, request: pytest.FixtureRequest) -> None:
    for language, title, texts in request.getfixturevalue(corpus):
        text = (language, title, texts[:20])  # stock's decomposition is cubic

        assert _ranks(sumy_methods.make_method("lsa", stemmer(language), stop_words(language)), text) == pytest.approx(
            _ranks(LsaSummarizer(stemmer(language)), text), rel=1e-9
        )


def _ranks(method: Any, text: Text) -> list[float]:
    """The ratings in the order of the text."""
    ranks: list[float] = []

    def record(ratings: Sequence[Any]) -> Sequence[Any]:
        ranks.extend(rating.rating for rating in sorted(ratings, key=lambda rating: rating.order))
        return ratings

    method.stop_words = stop_words(text[0])
    method(make_model(text[2], text[0]), record)
    return ranks


@pytest.mark.parametrize("corpus", ["sample", "news"])
def test_edmundson_selects_what_stock_sumy_selects_with_the_same_cues(
    corpus: str, request: pytest.FixtureRequest
) -> None:
    for language, title, texts in request.getfixturevalue(corpus):
        offered = candidates((language, title or "The city and its police", texts))
        stock_method = EdmundsonSummarizer(stemmer(language))
        stock_method.null_words = stop_words(language)
        document = make_document(offered, language)
        stock_method.bonus_words = {
            word.lower() for heading in document.headings for word in heading.words
        } - stop_words(language)
        stock_method.stigma_words = sumy_methods.ANAPHORIC_WORDS & stop_words(language) or {"-"}
        method = sumy_methods.make_edmundson(
            stemmer(language), stop_words(language), (word for heading in document.headings for word in heading.words)
        )

        assert list(map(str, method(document, 3))) == list(map(str, stock_method(document, 3)))


# --- fixed defects of stock sumy -----------------------------------------------------------------------------------


def test_lex_rank_converges_and_stock_s_does_not(sample: list[Text]) -> None:
    unconverged = 0
    for language, _, texts in sample:
        method = sumy_methods.make_method("lex-rank", stemmer(language), stop_words(language))
        words = [method._to_words_set(sentence) for sentence in make_model(texts, language).sentences]
        matrix = method._create_matrix(words, method.threshold, method._compute_tf(words), method._compute_idf(words))

        ranks = method.power_method(matrix, method.epsilon)

        assert ranks == pytest.approx(method.power_method(matrix, 1e-12), abs=1e-4)
        unconverged += LexRankSummarizer.power_method(matrix, LexRankSummarizer.epsilon) != pytest.approx(
            ranks, abs=1e-4
        )
    assert unconverged > len(sample) / 2


def test_lex_rank_gives_no_nan_where_no_sentence_has_a_word_of_weight() -> None:
    ranks = _ranks(
        sumy_methods.make_method("lex-rank", stemmer("en"), stop_words("en")),
        ("en", "", ["Ships wait.", "Docks close."]),
    )

    assert ranks
    assert not any(map(math.isnan, ranks))


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_that_occurs_twice_is_not_selected_twice(name: str) -> None:
    same = "The harbour authority closed the northern dock on Monday after cracks were found."
    nearly = "The harbour authority closed the northern dock on Monday, after cracks were found!"
    texts = [same, "Ferries wait three hours at the southern dock.", nearly, "Repairs will cost four million."]

    selected = summarizer(name)(candidates(("en", "", texts)), Budget(sentences=3), language="en")

    assert len({same, nearly} & {candidate.text for candidate in selected}) <= 1


@pytest.mark.filterwarnings("error")
def test_lsa_does_not_warn_about_texts_with_few_words() -> None:
    texts = ["Dock shut.", "Dock still shut.", "Shut dock.", "Dock again."]

    assert len(summarizer("lsa")(candidates(("en", "", texts)), Budget(sentences=2), language="en")) == 2


def test_edmundson_works_without_bonus_and_stigma_words() -> None:
    """Stock sumy refuses to."""
    texts = ["Ships wait at sea.", "The dock is closed."]

    assert len(summarizer("edmundson")(candidates(("en", "", texts)), Budget(sentences=1), language="en")) == 1
