"""The summarizers by name: sumy's methods choose as stock sumy does, its defects mended; the default stands alone."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
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

from digest.errors import UsageError
from digest.model import Article
from digest.ports import Budget, Candidate
from digest.summarizers import METHODS, NAMES, methods, summarizer
from digest.summarizers.document import Tokenizer, document
from digest.summarizers.fit import content, fit, is_twin, length
from digest.summarizers.openings import leans, says_when
from digest.text.sentences import sentences
from digest.text.words import stemmer, stop_words

STOCK: dict[str, Callable[[Callable[[str], str]], Any]] = {
    "lex-rank": LexRankSummarizer,
    "text-rank": TextRankSummarizer,
    "lsa": LsaSummarizer,
    "luhn": LuhnSummarizer,
    "kl": KLSummarizer,
    "reduction": ReductionSummarizer,
    "sum-basic": SumBasicSummarizer,
}

TEXT = (Path(__file__).parent / "data" / "summarizers" / "reservoir.txt").read_text("utf-8")


def article(*paragraphs: str, id: str = "a", title: str = "") -> Article:
    return Article(
        id=id,
        source_id=id,
        source=id,
        url="",
        title=title,
        paragraphs=paragraphs,
        published=datetime(2026, 3, 1, tzinfo=UTC),
        language="en",
    )


def candidates(texts: Sequence[str], of: Article | None = None) -> tuple[Candidate, ...]:
    """One paragraph to a sentence."""
    where = of or article(*texts)
    return tuple(Candidate(text=text, article=where, position=at, paragraph=at) for at, text in enumerate(texts))


def model(texts: Sequence[str]) -> ObjectDocumentModel:
    return ObjectDocumentModel([Paragraph([Sentence(text, Tokenizer("en")) for text in texts])])


def texts_of(text: str) -> list[str]:
    return [found for paragraph in text.split("\n\n") for found in sentences(paragraph, "en")]


def stock(name: str, texts: Sequence[str], count: int, **attributes: Any) -> list[str]:
    """What stock sumy chooses, given our words and stems."""
    method = STOCK[name](stemmer("en"))
    method.stop_words = stop_words("en")
    for attribute, value in attributes.items():
        setattr(method, attribute, value)
    return [str(sentence) for sentence in method(model(texts), count)]


def ours(name: str, texts: Sequence[str], count: int) -> list[str]:
    chosen = summarizer(name)(candidates(texts), Budget(sentences=count), language="en")
    return [candidate.text for candidate in chosen]


def news(shared: Path) -> list[list[str]]:
    files = [shared / "quality" / f"{name}.jsonl" for name in ("realsumm_dev", "summeval_dev")]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [list(dict.fromkeys(row["docs"][0]))[:45] for row in rows]


EXACT = ("text-rank", "luhn", "kl", "reduction", "sum-basic")


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_method_chooses_what_stock_sumy_chooses(name: str, count: int) -> None:
    texts = texts_of(TEXT)

    assert ours(name, texts, count) == stock(name, texts, count)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_lex_rank_chooses_what_stock_sumy_chooses_once_its_ranks_stand_still(count: int) -> None:
    texts = texts_of(TEXT)

    assert ours("lex-rank", texts, count) == stock("lex-rank", texts, count, epsilon=methods.LexRank.epsilon)


def test_lsa_ranks_as_stock_sumy_does_without_its_decomposition() -> None:
    texts = texts_of(TEXT)
    ranks: list[list[float]] = []

    def keep(ratings: Sequence[Any]) -> Sequence[Any]:
        ranks.append([one.rating for one in sorted(ratings, key=lambda one: one.order)])
        return ratings

    for kind in (LsaSummarizer, methods.Lsa):
        method = kind(stemmer("en"))
        method.stop_words = stop_words("en")
        method(model(texts), keep)

    assert ranks[1] == pytest.approx(ranks[0], rel=1e-9)


def test_edmundson_chooses_what_stock_sumy_chooses_with_the_same_cues() -> None:
    texts = texts_of(TEXT)
    where = article(*texts, title="Reservoir wall passes its inspection")
    told = candidates(texts, where)
    plain = EdmundsonSummarizer(stemmer("en"))
    titled = document(told, "en")
    plain.null_words = stop_words("en")
    plain.bonus_words = {"reservoir", "wall", "passes", "inspection"}
    plain.stigma_words = methods.LEANING

    chosen = summarizer("edmundson")(told, Budget(sentences=3), language="en")

    assert [one.text for one in chosen] == [str(one) for one in plain(titled, 3)]


@pytest.mark.parametrize("name", EXACT)
def test_a_method_chooses_what_stock_sumy_chooses_on_real_news(name: str, shared: Path) -> None:
    for texts in news(shared):
        assert chosen_by(name, texts) == stock(name, texts, 3)


@pytest.mark.parametrize("epsilon", [LexRankSummarizer.epsilon, methods.LexRank.epsilon], ids=["stock's", "ours"])
def test_lex_rank_s_matrix_gives_stock_sumy_s_choice_on_real_news(
    shared: Path, epsilon: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(methods.LexRank, "epsilon", epsilon)

    for texts in news(shared):
        assert chosen_by("lex-rank", texts) == stock("lex-rank", texts, 3, epsilon=epsilon)


def chosen_by(name: str, texts: Sequence[str]) -> list[str]:
    """What our class chooses where nothing but its ratings counts (``fit`` may pass over near-duplicates)."""
    method = methods.make(name, stemmer("en"), stop_words("en"))
    return [str(sentence) for sentence in method(model(texts), 3)]


# --- stock sumy's defects, mended ----------------------------------------------------------------------------------


def test_stock_lex_rank_stops_while_its_ranks_still_move_and_ours_does_not() -> None:
    texts = texts_of(TEXT)
    method = methods.make("lex-rank", stemmer("en"), stop_words("en"))
    words = [method._to_words_set(sentence) for sentence in model(texts).sentences]
    matrix = method._create_matrix(words, method.threshold, method._compute_tf(words), method._compute_idf(words))

    still = method.power_method(matrix, method.epsilon)

    assert still == pytest.approx(method.power_method(matrix, 1e-12), abs=1e-4)
    assert LexRankSummarizer.power_method(matrix, LexRankSummarizer.epsilon) != pytest.approx(still, abs=1e-4)


def test_lex_rank_gives_no_nan_where_no_sentence_has_a_word_of_weight() -> None:
    ranks: list[float] = []
    method = methods.make("lex-rank", stemmer("en"), stop_words("en"))
    method(
        model(["Ships wait.", "Docks close."]), lambda ratings: ranks.extend(one.rating for one in ratings) or ratings
    )

    assert ranks
    assert not any(map(math.isnan, ranks))


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_that_stands_twice_is_not_chosen_twice(name: str) -> None:
    same = "The harbour authority closed the northern dock on Monday after cracks were found."
    nearly = "The harbour authority closed the northern dock on Monday, after cracks were found!"
    texts = [same, "Ferries wait three hours at the southern dock.", nearly, "Repairs will cost four million."]

    chosen = ours(name, texts, 3)

    assert len({same, nearly} & set(chosen)) <= 1


@pytest.mark.filterwarnings("error")
def test_lsa_says_nothing_of_texts_with_few_words() -> None:
    assert len(ours("lsa", ["Dock shut.", "Dock still shut.", "Shut dock.", "Dock again."], 2)) == 2


# --- names, imports, budgets ---------------------------------------------------------------------------------------


def test_every_name_gives_a_summarizer_and_any_other_says_which_there_are() -> None:
    assert set(METHODS) < set(NAMES)
    assert all(callable(summarizer(name)) for name in NAMES)

    with pytest.raises(UsageError, match="'lexrank'") as caught:
        summarizer("lexrank")

    assert "lex-rank" in caught.value.hint


def test_importing_the_summarizers_imports_nothing_heavy() -> None:
    code = "import sys, digest.summarizers, digest.summarize; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )

    assert not loaded & {"sumy", "nltk", "numpy", "requests", "pycountry"}


def test_no_method_ever_asks_for_nltk_s_data(monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("NLTK's data was asked for")

    monkeypatch.setattr(nltk.data, "find", refuse)
    monkeypatch.setattr(nltk.data, "load", refuse)

    assert all(ours(name, texts_of(TEXT), 2) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["xx", "und", "tr"])
def test_a_language_without_stop_words_gets_the_opening_sentences(name: str, language: str) -> None:
    texts = ["Yksi kaksi kolme.", "Neljä viisi kuusi.", "Seitsemän kahdeksan."]

    chosen = summarizer(name)(candidates(texts), Budget(sentences=2), language=language)

    assert [one.text for one in chosen] == texts[:2]


def test_a_word_budget_skips_what_is_too_long_and_never_cuts() -> None:
    texts = candidates(["One two three four five six.", "Seven eight.", "Nine ten eleven."])

    assert [one.text for one in fit(texts, Budget(words=5), "en")] == ["Seven eight.", "Nine ten eleven."]
    assert fit(texts, Budget(words=1), "en") == []


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [("one two  three", "en", 3), ("港口已经关闭", "zh", 3), ("", "en", 0)],
    ids=["spaced", "unspaced", "nothing"],
)
def test_length_counts_as_a_reader_does(text: str, language: str, words: int) -> None:
    assert length(text, language) == words


def test_twins_say_the_same() -> None:
    one, same, other = (
        content(text, "en")
        for text in (
            "The council will vote on the new bridge next Tuesday evening.",
            "Council votes on the new bridge on Tuesday evening",
            "The old bridge was closed in spring after a lorry hit it.",
        )
    )

    assert is_twin(one, same)
    assert not is_twin(one, other)


# --- standing alone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("He added that work would begin in May.", "en", True),
        ("It will cost four million.", "en", True),
        ("But the ministry disagreed.", "en", True),
        ("Meanwhile, ferries wait.", "en", True),
        ("US officials visited the dock.", "en", False),
        ("IT systems at the port failed.", "en", False),
        ("The port (pictured) is closed.", "en", True),
        ("“We could not wait.”", "en", True),
        ("“We could not wait,” the authority said.", "en", False),
        ("The authority told reporters: “We could not wait.", "en", True),
        ("The authority told reporters: 'We could not wait.", "en", True),
        ("The port 's owners met on Monday .", "en", False),
        ("What the port needs", "en", True),
        ("The soldiers' families waited.", "en", False),
        ("The dock is closed.", "en", False),
        ("Er sagte nichts dazu.", "de", True),
        ("Der Hafen bleibt geschlossen.", "de", False),
        ("Cependant, le port reste fermé.", "fr", True),
        ("港口已经关闭。", "zh", False),
        ("He added that.", "xx", False),
        ("“We could not wait,” he said.", "en", True),
        ("“Wir konnten nicht warten“, sagte sie.", "de", True),
        ("« Nous ne pouvions pas attendre », a-t-elle dit.", "fr", True),
        ("As a result, the dock is closed.", "en", True),
        ("The pair were freed.", "en", True),
        ("The same day, ships returned.", "en", True),
        ("The twin docks are closed.", "en", False),
    ],
)
def test_what_leans_on_an_earlier_sentence_is_known(text: str, language: str, expected: bool) -> None:
    assert leans(candidates([text])[0], language) is expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The dock closes today.", "en", True),
        ("The dock closes in March.", "en", False),
        ("Der Hafen wurde gestern geschlossen.", "de", True),
        ("Le port ferme aujourd’hui.", "fr", True),
        ("El puerto cerró ayer.", "es", True),
        ("Порт закрыли вчера.", "ru", True),
        ("The dock closes today.", "xx", False),
    ],
    ids=["en", "en dated", "de", "fr", "es", "ru", "unknown"],
)
def test_a_day_told_from_the_day_of_writing_is_known(text: str, language: str, expected: bool) -> None:
    assert says_when(text, language) is expected


@pytest.mark.parametrize("name", ["default", "lead"])
def test_today_is_told_only_where_nothing_else_is(name: str) -> None:
    texts = ["The dock closed yesterday after a storm.", "The dock will stay closed until May.", "Ships wait at sea."]

    assert ours(name, texts, 2) == texts[1:]
    assert ours(name, texts[:1], 2) == texts[:1]


def test_the_opening_sentences_stand_alone() -> None:
    texts = ["It is closed.", "The dock is closed.", "Ships wait at sea."]

    assert ours("lead", texts, 2) == texts[1:]


def test_a_sentence_in_the_middle_of_a_quotation_leans() -> None:
    where = article("“The wall is old. Cracks were found in spring. Nobody acted,” the authority said.")
    middle = Candidate(text="Cracks were found in spring.", article=where, position=1, paragraph=0)

    assert leans(middle, "en")


def test_the_default_takes_leaning_sentences_where_there_are_no_others() -> None:
    assert ours("default", ["It is closed.", "He said so."], 1)


def test_no_rank_hangs_on_the_order_of_a_set() -> None:
    """The hash seed changes from process to process; ranks must be the same to the last bit."""
    code = (
        "from tests.test_summarizers import TEXT, candidates, texts_of\n"
        "from digest.summarizers.default import Likeness, Topic\n"
        "from digest.summarizers.fit import content\n"
        "from digest.summarizers.matrix import Bags\n"
        "texts = candidates(texts_of(TEXT)); told = Bags([sorted(content(one.text, 'en')) for one in texts])\n"
        "print(Topic(told, texts).worth().tobytes().hex(), Likeness(told).to(1).tobytes().hex())"
    )
    root = Path(__file__).resolve().parent.parent
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(outputs) == 1
