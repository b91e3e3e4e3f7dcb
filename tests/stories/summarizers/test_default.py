"""The default summarizer: anaphoric sentences, fragments, imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digest.model.protocols import Budget
from digest.stories.summarizers.default import default
from tests.support import values
from tests.support.candidates import make_candidates, select_texts

ROOT = Path(__file__).resolve().parents[3]


def test_an_anaphoric_sentence_is_selected_only_after_its_predecessor() -> None:
    candidates = make_candidates(
        [
            "The dock is closed because cracks were found in the sea wall.",
            "Ships wait at sea for the dock and its sea wall.",
            "They carry grain for two mills, whose owners met the council about the dock.",
            "The council will pay for repairs of the wall.",
        ]
    )
    closed, _, they, council = candidates

    assert they not in default([closed, they, council], Budget(sentences=3), language="en")
    assert they in default(candidates, Budget(sentences=4), language="en")


def test_anaphoric_sentences_are_selected_if_there_are_no_others() -> None:
    assert select_texts("default", ["It is closed.", "He said so."], 1)


def test_the_opening_shares_words_with_the_title() -> None:
    texts = [
        "Mornings are quiet at the edge of the old town.",
        "Gulls sit on the rails, and a clerk sweeps the stairs.",
        "The northern dock closed today after cracks were found in its wall.",
        "Ferries now leave from the southern quay.",
    ]
    article = values.article(title="Cracks close northern dock", paragraphs=tuple(texts))

    selected = default(make_candidates(texts, article), Budget(sentences=2), language="en")

    assert selected[0].text == texts[2]


def test_a_long_text_without_title_is_told_by_what_most_of_it_says() -> None:
    """A list of opinions: its first lines are as good as any."""
    first = "A taxi from the airport to the room takes forty minutes."
    common = [f"The coffee at breakfast {word} cold and the room loud." for word in ("was", "is", "stays", "arrives")]
    others = [f"Room {number} looks out on wall {number * 7} of a garage." for number in range(60)]
    article = values.article(
        title="", paragraphs=(first, "The lobby is small but clean.", *others[:30], *common, *others[30:])
    )

    selected = default(make_candidates(article.paragraphs, article), Budget(sentences=2), language="en")

    assert first not in {candidate.text for candidate in selected}


def test_of_several_articles_one_with_news_opens() -> None:
    opinion = values.article(
        "a", title="Opinion: the dock was never safe", paragraphs=("The dock was never safe at all.",)
    )
    report = values.article(
        "b", title="Northern dock closes", paragraphs=("The northern dock closes for repairs in May.",)
    )
    candidates = [make_candidates(article.paragraphs, article)[0] for article in (opinion, report)]

    assert default(candidates, Budget(sentences=1), language="en") == (candidates[1],)


def test_a_short_sentence_is_selected_only_if_there_is_no_other() -> None:
    long = "The northern dock is closed until further notice."

    assert select_texts("default", [long, "Ships wait."], 2) == [long]
    assert select_texts("default", ["Ships wait."], 2) == ["Ships wait."]


@pytest.mark.parametrize("name", ["default", "lead"])
def test_our_own_summarizers_import_no_nltk(name: str) -> None:
    code = (
        "import sys\n"
        "from digest.model.stories import Ranked, Story\n"
        "from digest.model.protocols import Budget\n"
        "from digest.stories.summarize import summarize\n"
        "from digest.stories.summarizers import summarizer\n"
        "from tests.support.values import article\n"
        "story = Story(articles=(article(paragraphs=('The dock is closed. Ships wait at sea.',)),))\n"
        f"(brief,) = summarize([Ranked(story=story, score=0, reasons=())], summarizer({name!r}), Budget())\n"
        "assert brief.sentences\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert not set(loaded.split()) & {"nltk", "sumy.summarizers"}
