"""The summarizers by name: budgets, languages, what stands alone. sumy itself: test_summarizers_sumy.py."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model import Article
from digest.model.errors import UsageError
from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers import METHODS, NAMES, summarizer
from digest.stories.summarizers.budget import fill_budget, word_count
from digest.stories.summarizers.fragments import is_fragment
from digest.stories.summarizers.opening import is_self_contained
from digest.stories.summarizers.redundancy import content_set, has_same_content
from digest.stories.summarizers.relative_dates import has_relative_date
from digest.text.sentences import sentences

RESERVOIR = Path(__file__).resolve().parents[2] / "data" / "summarizers" / "reservoir.txt"
TEXT = RESERVOIR.read_text("utf-8")


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


def texts_of(text: str) -> list[str]:
    return [found for paragraph in text.split("\n\n") for found in sentences(paragraph, "en")]


def ours(name: str, texts: Sequence[str], count: int) -> list[str]:
    chosen = summarizer(name)(candidates(texts), Budget(sentences=count), language="en")
    return [candidate.text for candidate in chosen]


# --- names, imports, budgets ---------------------------------------------------------------------------------------


def test_every_name_gives_a_summarizer_and_any_other_says_which_there_are() -> None:
    assert set(METHODS) < set(NAMES)
    assert all(callable(summarizer(name)) for name in NAMES)

    with pytest.raises(UsageError, match="'lexrank'") as caught:
        summarizer("lexrank")

    assert "lex-rank" in caught.value.hint


def test_importing_the_summarizers_imports_nothing_heavy() -> None:
    code = "import sys, digest.stories.summarizers, digest.stories.summarize; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )

    assert not loaded & {"sumy", "nltk", "numpy", "requests", "pycountry"}


@pytest.mark.parametrize("name", ["default", "lead"])
def test_our_own_summarizers_import_no_nltk(name: str) -> None:
    code = (
        "import sys\n"
        "from digest.model import Ranked, Story\n"
        "from digest.model.protocols import Budget\n"
        "from digest.stories.summarize import summarize\n"
        "from digest.stories.summarizers import summarizer\n"
        "from tests.support.values import article\n"
        "story = Story(articles=(article(paragraphs=('The dock is closed. Ships wait at sea.',)),))\n"
        f"(brief,) = summarize([Ranked(story=story, score=0, reasons=())], summarizer({name!r}), Budget())\n"
        "assert brief.sentences\n"
        "print(*sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout

    assert not set(loaded.split()) & {"nltk", "sumy.summarizers"}


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

    assert [one.text for one in fill_budget(texts, Budget(words=5), "en")] == ["Seven eight.", "Nine ten eleven."]
    assert fill_budget(texts, Budget(words=1), "en") == []


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [("one two  three", "en", 3), ("港口已经关闭", "zh", 3), ("", "en", 0)],
    ids=["spaced", "unspaced", "nothing"],
)
def test_length_counts_as_a_reader_does(text: str, language: str, words: int) -> None:
    assert word_count(text, language) == words


def test_of_two_sentences_in_mostly_the_same_words_the_better_is_taken() -> None:
    found = candidates(
        [
            "The view was fine and the breakfast was very good.",
            "The view was lovely and the breakfast was very rich.",
            "The pool is closed until May.",
        ]
    )

    assert fill_budget(found, Budget(sentences=3), "en") == [found[0], found[2]]


def test_twins_say_the_same() -> None:
    one, same, other = (
        content_set(text, "en")
        for text in (
            "The council will vote on the new bridge next Tuesday evening.",
            "Council votes on the new bridge on Tuesday evening",
            "The old bridge was closed in spring after a lorry hit it.",
        )
    )

    assert has_same_content(one, same)
    assert not has_same_content(one, other)


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
        ("The man was taken to hospital.", "en", True),
        ("The company expects a loss.", "en", True),
        ("The company's dock in Alwin is closed.", "en", True),
        ("The companion of the mayor was hurt.", "en", False),
        ("Again, ships had to wait.", "en", True),
        ("In another first, a woman leads the port.", "en", True),
        ("Yes, the dock is closed.", "en", True),
        ("No ship may leave.", "en", False),
        ("The class's school has framed it.", "en", True),
        ("The port knew that it would have to close the dock for the whole of the winter.", "en", False),
    ],
)
def test_what_leans_on_an_earlier_sentence_is_known(text: str, language: str, expected: bool) -> None:
    assert is_self_contained(candidates([text])[0], language) is not expected


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
    assert has_relative_date(text, language) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Will the dock open?", True), ("“Will it?”", True), ("هل يفتح الميناء؟", True), ("“Will it?” she asked.", False)],
)
def test_a_question_is_known(text: str, expected: bool) -> None:
    assert is_fragment(candidates([text])[0]) is expected


def test_a_question_is_told_only_where_nothing_else_is() -> None:
    texts = [
        "Will the northern dock ever open again for ferries?",
        "The northern dock stays closed until May.",
        "Ships wait.",
    ]

    assert texts[0] not in ours("default", texts, 2)
    assert ours("default", texts[:1], 1) == texts[:1]


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

    assert is_fragment(middle)


def test_a_sentence_that_leans_is_told_only_right_after_the_one_it_leans_on() -> None:
    found = candidates(
        [
            "The dock is closed because cracks were found in the sea wall.",
            "Ships wait at sea for the dock and its sea wall.",
            "They carry grain for two mills, whose owners met the council about the dock.",
            "The council will pay for repairs of the wall.",
        ]
    )
    first, ships, they, council = found

    def fitted(*preferred: Candidate, words: int = 60) -> list[Candidate]:
        return fill_budget(preferred, Budget(words=words), "en", is_anaphoric=lambda one: one is they)

    assert fitted(ships, they) == [ships, they]
    assert fitted(first, they, council) == [first, council]
    assert fitted(ships, they, council, words=20) == [ships, council]
    assert they not in summarizer("default")([first, they, council], Budget(sentences=3), language="en")
    assert they in summarizer("default")(found, Budget(sentences=4), language="en")


def test_the_default_takes_leaning_sentences_where_there_are_no_others() -> None:
    assert ours("default", ["It is closed.", "He said so."], 1)


def test_no_choice_hangs_on_the_order_of_a_set() -> None:
    """The hash seed changes from process to process; ranks must be the same to the last bit."""
    code = (
        "from pathlib import Path\n"
        "from digest.model.protocols import Candidate\n"
        "from digest.stories.summarizers.centrality import Centrality\n"
        "from digest.stories.summarizers.redundancy import content_set\n"
        "from digest.stories.summarizers.bags_of_words import BagsOfWords\n"
        "from digest.text.sentences import sentences\n"
        "from tests.support.values import article\n"
        f"texts = sentences(Path({str(RESERVOIR)!r}).read_text('utf-8'), 'en')\n"
        "told = BagsOfWords([sorted(content_set(one, 'en')) for one in texts])\n"
        "offered = [Candidate(text=one, article=article(), position=0, paragraph=0) for one in texts]\n"
        "topic = Centrality(told, offered)\n"
        "topic.select(1)\n"
        "print(topic.scores().tobytes().hex(), topic.covered_share().tobytes().hex())"
    )
    root = Path(__file__).resolve().parents[3]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1
