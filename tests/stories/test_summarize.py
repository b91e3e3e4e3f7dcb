"""Briefs: whole sentences, verbatim, each from the article it cites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.articles import Article
from digest.model.errors import DigestError
from digest.model.protocols import Budget, Candidate
from digest.model.stories import Ranked, Story
from digest.stories.summarize import candidates, summarize
from digest.stories.summarizers import NAMES, summarizer

THREE = Budget(sentences=3)


def article(*paragraphs: str, id: str = "a", title: str = "", language: str = "en") -> Article:
    return Article(
        id=id,
        source_id=id,
        source=id,
        url=f"https://{id}.example/1",
        title=title,
        paragraphs=paragraphs,
        published=datetime(2026, 3, 1, tzinfo=UTC),
        language=language,
    )


def ranked(*articles: Article) -> Ranked:
    return Ranked(story=Story(articles=articles), score=1.0, reasons=())


def brief_texts(*articles: Article, name: str = "default", budget: Budget = THREE) -> list[str]:
    """The sentences of the brief of a story of these articles."""
    (brief,) = summarize([ranked(*articles)], summarizer(name), budget)
    return [sentence.text for sentence in brief.sentences]


HARBOUR = article(
    "The harbour authority closed the northern dock on Monday after cracks were found in the sea wall. "
    "Ships were sent to the southern dock, where ferries now wait up to three hours.",
    "It said that the wall had been inspected in spring.",
    "“We could not wait any longer.”",
    "Repairs to the sea wall will cost four million and take until autumn, the harbour authority said. "
    "The city council votes on the money next week.",
    id="harbour",
    title="Cracks in sea wall close northern dock",
)
PORT = article(
    "Ferry passengers face delays of three hours after the northern dock was closed. "
    "The ferry company offers refunds to passengers who miss their trains.",
    "The harbour authority closed the northern dock on Monday after cracks were found in the sea wall.",
    id="port",
    title="Delays for ferry passengers",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("budget", [Budget(), Budget(sentences=1), Budget(words=40)], ids=["3", "1", "40 words"])
def test_a_brief_is_verbatim_in_the_order_of_each_article_and_within_its_budget(name: str, budget: Budget) -> None:
    (brief,) = summarize([ranked(HARBOUR, PORT)], summarizer(name), budget)

    position_of = {candidate.text: candidate.position for candidate in candidates(Story(articles=(HARBOUR, PORT)))}
    positions = {
        id: [position_of[sentence.text] for sentence in sentences]
        for id, sentences in groupby(brief.sentences, key=lambda sentence: sentence.article.id)
    }
    first_positions = [article_positions[0] for article_positions in positions.values()]
    assert brief.sentences
    assert all(
        any(sentence.text in paragraph for paragraph in sentence.article.paragraphs) for sentence in brief.sentences
    )
    assert len(positions) == len({sentence.article.id for sentence in brief.sentences})
    assert all(article_positions == sorted(set(article_positions)) for article_positions in positions.values())
    assert first_positions == sorted(first_positions)
    if budget.words is None:
        assert len(brief.sentences) <= budget.sentences
    else:
        assert sum(len(sentence.text.split()) for sentence in brief.sentences) <= budget.words


def test_a_sentence_that_two_outlets_share_is_offered_once() -> None:
    texts = [candidate.text for candidate in candidates(Story(articles=(HARBOUR, PORT)))]

    assert len(texts) == len(set(texts)) == 8


def test_positions_count_from_each_article_s_beginning() -> None:
    offered = candidates(Story(articles=(HARBOUR, PORT)))

    assert [(candidate.article.id, candidate.position, candidate.paragraph) for candidate in offered][:3] == [
        ("harbour", 0, 0),
        ("harbour", 1, 0),
        ("harbour", 2, 1),
    ]
    assert [candidate.position for candidate in offered if candidate.article.id == "port"] == [0, 1]


def test_the_article_that_opens_the_brief_gives_the_headline() -> None:
    stale = article(
        "Talks about the northern dock go on in Alwin.", id="stale", title="What to know about the northern dock"
    )

    (brief,) = summarize([ranked(stale, HARBOUR)], summarizer("default"), THREE)

    assert brief.story.lead is brief.sentences[0].article is HARBOUR
    assert set(brief.story.articles) == {stale, HARBOUR}


def test_a_summarizer_s_own_opening_gives_no_worse_headline() -> None:
    question = article("Ferries wait at sea for three hours.", id="question", title="Will the ferries ever sail again?")

    def select_last(offered: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        return (offered[-1],)

    (brief,) = summarize([ranked(HARBOUR, question)], select_last, THREE)

    assert brief.sentences[0].article is question
    assert brief.story.lead is HARBOUR


def test_a_story_of_two_outlets_cites_both() -> None:
    (brief,) = summarize([ranked(HARBOUR, PORT)], summarizer("default"), Budget(sentences=3))

    assert {sentence.article.id for sentence in brief.sentences} == {"harbour", "port"}


def test_an_article_in_another_language_is_not_quoted() -> None:
    german = article("Der Hafen ist gesperrt.", id="hafen", language="de")

    assert {candidate.article.id for candidate in candidates(Story(articles=(HARBOUR, german)))} == {"harbour"}


def test_an_article_without_text_gives_a_brief_without_sentences() -> None:
    assert brief_texts(article(title="Only a title")) == []


def test_a_cut_paragraph_gives_no_cut_sentence() -> None:
    endless = article(" ".join(f"Sentence number {number} stands here whole." for number in range(20_000)))

    offered = candidates(Story(articles=(endless,)))

    assert len(offered) <= 400
    assert all(candidate.text.endswith("whole.") for candidate in offered)


def test_text_without_a_stop_for_a_thousand_characters_is_not_a_candidate() -> None:
    assert candidates(Story(articles=(article("word " * 1000),))) == ()


def test_many_articles_share_the_candidates() -> None:
    outlets = [article(*(f"Outlet {id} tells part {part}." for part in range(60)), id=f"o{id}") for id in range(50)]

    offered = candidates(Story(articles=tuple(outlets)))

    assert len(offered) <= 400
    assert len({candidate.article.id for candidate in offered}) == 50


def test_a_summarizer_that_invents_a_sentence_is_refused() -> None:
    def invent(offered: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        first = offered[0]
        return (Candidate(text="Never said.", article=first.article, position=0, paragraph=0),)

    with pytest.raises(DigestError, match="no article holds"):
        summarize([ranked(HARBOUR)], invent, Budget())


def test_a_summarizer_that_repeats_a_sentence_is_refused() -> None:
    def repeat(offered: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        return (offered[0], offered[0])

    with pytest.raises(DigestError, match="twice"):
        summarize([ranked(HARBOUR)], repeat, Budget())


DEGENERATE = {
    "empty": (),
    "blank": ("", "  "),
    "one word": ("Word",),
    "one sentence": ("Only this is known so far.",),
    "all quotations": ("“We will stay.” “They will go.”", "“Nobody knows.”"),
    "all capitals": ("THE DOCK IS CLOSED. THE SHIPS MUST WAIT. NOBODY KNOWS WHY.",),
    "emoji": ("😀😀😀", "🚢 🚢", "👩‍👩‍👧"),
    "no stops": ("first line without a stop", "second line without a stop", "third line"),
    "identical": ("The same again. " * 30,) * 3,
    "stop words": ("He was there and they were not.", "It is what it is.", "That was then, this is now."),
    "numbers": ("1 2 3. 4 5 6. 7 8 9.",),
    "list": ("- one", "- two", "- three"),
    "punctuation": ("...", "!!!", "?", "—"),
    "mixed scripts": ("Привет мир. שלום עולם. 你好世界。 مرحبا بالعالم. Hello world.",),
    "surrogate-like": ("\ufffd\ufffd \u200b", "a\u0301 b"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("paragraphs", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.parametrize("language", ["en", "ar", "zh", "xx", "und"])
def test_the_brief_of_a_degenerate_text_is_verbatim_without_repetition(
    name: str, paragraphs: tuple[str, ...], language: str
) -> None:
    texts = brief_texts(article(*paragraphs, language=language), name=name)

    assert len(texts) == len(set(texts)) <= 3
    assert all(any(text in paragraph for paragraph in paragraphs) for text in texts)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=200), max_size=8), st.sampled_from(NAMES), st.integers(1, 4))
def test_the_brief_of_any_text_is_verbatim_without_repetition(paragraphs: list[str], name: str, count: int) -> None:
    texts = brief_texts(article(*paragraphs), name=name, budget=Budget(sentences=count))

    assert len(texts) == len(set(texts)) <= count
    assert all(any(text in paragraph for paragraph in paragraphs) for text in texts)


def test_the_same_story_gives_the_same_brief() -> None:
    assert brief_texts(HARBOUR, PORT) == brief_texts(HARBOUR, PORT)


def test_a_brief_has_no_fragment_and_no_anaphoric_sentence_without_its_predecessor() -> None:
    texts = brief_texts(HARBOUR, budget=Budget(sentences=9))

    assert "“We could not wait any longer.”" not in texts
    assert ("It said" in " ".join(texts)) is ("Ships were sent" in " ".join(texts))


@pytest.mark.parametrize("name", NAMES)
def test_list_items_table_rows_and_labels_are_no_sentences_of_a_brief(name: str) -> None:
    prose = (
        "The harbour authority closed the northern dock on Monday after cracks were found in the sea wall.",
        "The authority said:",
        "“We could not wait any longer, and the ferries will use the southern dock for as long as it takes.”",
    )
    lists = ("Docks that stay open:", "Southern dock", "Eastern dock 1911", "What’s next for the ferries")

    briefs = brief_texts(article(prose[0], *lists, *prose[1:]), name=name, budget=Budget(sentences=10))

    assert briefs
    assert set(briefs) <= set(prose)


def test_an_article_without_full_stops_has_a_brief() -> None:
    assert brief_texts(article("The northern dock is closed", "Ferries use the southern dock"))


def test_a_line_without_a_full_stop_above_the_text_may_be_in_a_brief() -> None:
    """Cleaning drops such lines where they are boilerplate."""
    story = Story(articles=(article("Dock closed on Monday", "Ferries use the southern dock.", "Southern dock 1911"),))

    assert [candidate.text for candidate in candidates(story)] == [
        "Dock closed on Monday",
        "Ferries use the southern dock.",
    ]


POST = article(
    "Hi friends! The harbour app has a new version.",
    "Let's look at the changes.",
    "Boats can now be searched by their number, and the map of the quays loads three times as fast.",
    "You can download the new version here.",
    "We would like to thank Ada Keel for her work on the map of the quays.",
    "Until next time!",
    title="Version 4 of the harbour app",
)


@pytest.mark.parametrize("name", NAMES)
def test_greetings_thanks_calls_and_sign_offs_are_not_told(name: str) -> None:
    assert set(brief_texts(POST, name=name)) == {
        "The harbour app has a new version.",
        "Boats can now be searched by their number, and the map of the quays loads three times as fast.",
    }


def test_a_text_of_courtesies_alone_is_told_all_the_same() -> None:
    assert brief_texts(article("Thank you to all our sponsors.", "See you next time!"))


ANSWER = (
    "The oldest part of the harbour wall was built in two winters by fishermen who had no plans and no money for "
    "stone. They took the ballast of ships instead. It has held for a hundred years, and we found ballast from "
    "four countries when we opened it last summer to look for the cracks."
)
TRANSCRIPT = article(
    "In this interview, Jon Mole talks with Ada Keel, who has run the harbour for thirty years.",
    "Jon Mole: How are you?",
    "Ada Keel: Yeah, great.",
    "Jon Mole: Let me begin with the wall, which is what most of our listeners know of the harbour, and what you "
    "have worked on for so long that many of them think that you built it with your own hands. Who did build it?",
    f"Ada Keel: {ANSWER}",
    "Jon Mole: Wow.",
    f"Ada Keel: Sure. {ANSWER}",
    "Jon Mole: Really?",
    title="Interview with Ada Keel",
)


@pytest.mark.parametrize("name", NAMES)
def test_an_interview_is_told_by_its_introduction_and_by_answers_with_their_speaker(name: str) -> None:
    texts = [candidate.text for candidate in candidates(Story(articles=(TRANSCRIPT,)))]

    assert texts == [
        "In this interview, Jon Mole talks with Ada Keel, who has run the harbour for thirty years.",
        f"Ada Keel: {ANSWER.partition('stone.')[0]}stone.",
    ]
    assert brief_texts(TRANSCRIPT, name=name)
