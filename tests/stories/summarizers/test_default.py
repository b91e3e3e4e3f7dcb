"""The default summarizer: anaphoric sentences, fragments, imports."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model.protocols import Budget, Candidate
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


def test_a_first_sentence_that_points_to_the_title_opens() -> None:
    texts = [
        "These are security fixes for one fault: a leak in the pump room lets water in.",
        "Older versions of Ferry are not kept up, and crews are told to go to 7.2.",
        "Crews who sail at night will find the new lamp in the same place.",
    ]
    article = values.article(title="Ferry versions 7.2.1 and 8.0.2 have been released", paragraphs=tuple(texts))

    selected = default(make_candidates(texts, article), Budget(sentences=2), language="en")

    assert selected[0].text == texts[0]


def test_a_release_tells_its_security_fix() -> None:
    texts = [
        "The crew has published a new version of Ferry, 7.2.1.",
        "Ferry is a system for small harbours and their boats.",
        "Ferry 7.2.1 mends three faults that came with version 7.2.0 of the system.",
        "The lamp of the pump room is now lit in all small harbours.",
        "And a security fix: Close the hatch of the pump room.",
    ]
    article = values.article(title="Announcing Ferry 7.2.1", paragraphs=tuple(texts))

    selected = default(make_candidates(texts, article), Budget(sentences=3), language="en")

    assert texts[-1] in [candidate.text for candidate in selected]


def _titled(title: str, *paragraphs: tuple[str, ...]) -> list[Candidate]:
    """Sentences by paragraph, of an article with this title."""
    article = values.article(title=title, paragraphs=tuple(" ".join(sentences) for sentences in paragraphs))
    texts = [(index, text) for index, sentences in enumerate(paragraphs) for text in sentences]
    return [
        Candidate(text=text, article=article, position=position, paragraph=index)
        for position, (index, text) in enumerate(texts)
    ]


BACKGROUND = tuple(
    f"The {name} has lain on the quay since {year}, and harbour clerks pay for it."
    for year, name in enumerate(("tug", "barge", "buoy", "crane", "winch", "ferry", "dredger", "launch"), 1901)
)


def test_the_sentence_with_the_news_of_the_title_is_told_wherever_it_stands() -> None:
    news = "Engineers now say that salt will corrode the lighthouse within ten years."
    anecdote = "The lighthouse was the first thing that Ann Marlow saw as a child."
    candidates = _titled("Why salt will corrode the lighthouse", (anecdote,), BACKGROUND, (news,), BACKGROUND[::-1])

    selected = default(candidates, Budget(sentences=3), language="en")

    assert selected[0].text == anecdote
    assert news in {candidate.text for candidate in selected}


def test_a_quotation_opens_only_if_nothing_else_does() -> None:
    quotation = "“The lighthouse was always ours,” says Ann Marlow, who paints the lighthouse."
    report = "The council sold the lighthouse to a hotel for nine million euros."

    selected = default(_titled("Council sells lighthouse", (quotation,), (report,)), Budget(sentences=1), language="en")

    assert [candidate.text for candidate in selected] == [report]


def test_an_opening_is_told_with_the_beginning_of_its_paragraph() -> None:
    beginning = "Harbours live by trust, and trust by rules."
    news = "Sandhaven breaks them with its new pilot fee."
    candidates = _titled("The folly of the pilot fee", (beginning, news), BACKGROUND)

    assert [candidate.text for candidate in default(candidates, Budget(sentences=3), language="en")][:2] == [
        beginning,
        news,
    ]


def test_an_opening_does_not_lean_on_a_noun_that_was_explained_before() -> None:
    explained = "Gusts tore two cranes from their rails in the night."
    leaning = "The cranes lay across both tracks of the port for hours."
    news = "No ship could leave the port until noon, and three were sent to Lindau."

    later = "Lindau has room for more ships until the port of Sandhaven opens."
    candidates = _titled("Storm keeps ships in port", (explained,), (leaning,), (news,), (later,))

    selected = default(candidates, Budget(sentences=1), language="en")

    assert [candidate.text for candidate in selected] == [news]


@pytest.mark.parametrize(
    ("title", "later"),
    [
        ("How to lose a lighthouse: sell the keys, forget the lamp", "Some 900 lamps were tested that spring."),
        ("Why the lighthouse fails", "The railway ends where the lighthouse fails."),
        ("Why the lighthouse fails", "Nothing else could be failing more."),
        ("Why the lighthouse fails", "“The lighthouse fails every summer,” says Ben Hale."),
    ],
    ids=["one word of a long title", "leaning", "few words", "quotation"],
)
def test_a_first_sentence_is_given_up_only_for_one_that_tells_more(title: str, later: str) -> None:
    first = "Clerks in Sandhaven wanted to open their beach for visitors before Easter."
    others = ("The town has eleven beaches and a railway.", *BACKGROUND[:4])

    selected = default(_titled(title, (first,), others, (later,)), Budget(sentences=1), language="en")

    assert [candidate.text for candidate in selected] == [first]


def test_an_anaphoric_opening_is_told_with_what_it_leans_on() -> None:
    beginning = (
        "Clerks in Sandhaven wanted to open their beach for visitors before Easter.",
        "But they had a problem.",
        "This town is also home to the lighthouse, whose lamp blinds bathers.",
    )
    candidates = _titled("Lamp of the lighthouse blinds bathers", beginning, BACKGROUND)

    selected = default(candidates, Budget(sentences=3), language="en")

    assert [candidate.text for candidate in selected] == list(beginning)


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


def test_of_several_outlets_the_news_that_all_report_opens() -> None:
    """One outlet tells a consequence for its town, under a title of its own."""
    sluice = "The sluice at Lindau lost gate two to rust long ago."
    consequence = "Lindau's sluice must wait since council left its repair unpaid."
    news = "Harbour tax will be three per cent from May, council decided."
    paragraphs_by_title = {
        "Lindau's sluice must wait as council trims tax": (consequence, sluice),
        "Shippers pay harbour tax of three per cent, third of demand": (news,),
        "Harbour tax at three per cent": ("Owners of ferries welcome it.",),
        "Ferry owners welcome lower tax on harbour": ("Ferries carry more than cars, owners said.",),
    }
    candidates = [
        candidate
        for title, paragraphs in paragraphs_by_title.items()
        for candidate in make_candidates(
            paragraphs, replace(values.article(title=title, paragraphs=paragraphs), id=title)
        )
    ]

    (opening,) = default(candidates, Budget(sentences=1), language="en")

    assert opening.text == news


def test_two_outlets_do_not_tell_the_same_news_twice() -> None:
    title = "Council closes northern dock until winter"
    first = ("Sandhaven's council has voted to close the northern dock until winter, its clerk said.",)
    retold = (
        "Mayor Ann Marlow announced that the council closes the northern dock until winter, which owners call grave."
    )
    second = (retold, *BACKGROUND, "Three pilots will move to Lindau, where ferries are to leave every hour.")
    candidates = _titled(title, first) + _titled("Northern dock closes", second)
    for place in range(len(first), len(candidates)):
        candidates[place] = replace(candidates[place], article=replace(candidates[place].article, id="b", source="B"))

    selected = default(candidates, Budget(sentences=3), language="en")

    assert selected[0].text == first[0]
    assert {candidate.article.source for candidate in selected[1:]} == {"B"}
    assert retold not in {candidate.text for candidate in selected}


@pytest.mark.parametrize("budget", [Budget(sentences=1), Budget(words=12)])
def test_an_opening_that_leans_gives_way_where_there_is_no_room_for_what_it_leans_on(budget: Budget) -> None:
    beginning = ("Clerks in Sandhaven wanted to open their beach.", "But the lighthouse lamp blinds bathers there.")
    news = "The lamp of the lighthouse blinds eleven bathers."

    selected = default(_titled("Lamp of the lighthouse blinds bathers", beginning, (news,)), budget, language="en")

    assert [candidate.text for candidate in selected] == [news]


GERMAN = (
    "Der Stadtrat von Lindau hat den Nordkai am Montagabend bis zum Winter geschlossen.",
    "Bei einer Prüfung hatten Gutachter breite Risse in der Kaimauer gefunden.",
    "Die Gutachter hatten dem Stadtrat die Risse am Nordkai gemeldet.",
)
ENGLISH = (
    "Lindau's council closed the northern quay until winter on Monday night.",
    "Engineers had found wide cracks in the wall during a yearly test.",
    "The engineers reported the cracks at the northern quay to Lindau's council.",
)


@pytest.mark.parametrize(("language", "texts"), [("de", GERMAN), ("en", ENGLISH)])
def test_a_brief_of_two_sentences_is_not_filled_up_with_a_redundant_one(language: str, texts: tuple[str, ...]) -> None:
    article = values.article(title=texts[0].rstrip("."), paragraphs=texts, language=language)

    selected = default(make_candidates(texts, article), Budget(sentences=3), language=language)

    assert [candidate.text for candidate in selected] == list(texts[:2])
