"""Bad input: from any text, every summarizer selects verbatim sentences or none, without an exception or a warning."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.model.protocols import Budget
from digest.model.stories import Ranked, Sentence, Story
from digest.stories.summarize import summarize
from digest.stories.summarizers import NAMES, summarizer
from tests.support import values

#: Paragraphs and their language; where that could be slow, as many sentences as a summarizer is offered.
BODIES: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "en"),
    "one word": (("Storm",), "en"),
    "one sentence": (("The harbour is closed.",), "en"),
    "all quotations": (("“We wait.” “So do we.” “Nobody knows.” “It will pass.” " * 100,), "en"),
    "quotations that never end": (("“We wait. \"So do we. 'Nobody knows. «It passes. " * 100,), "en"),
    "all capitals": (("THE HARBOUR IS CLOSED. SHIPS WAIT AT SEA. " * 100,), "en"),
    "emoji only": (("🚢🌊🌊 ⚓️ 🎉👨‍👩‍👧‍👦 🇪🇺. " * 300,), "en"),
    "a list": (("bread", "milk", "forty crates of apples", "rope"), "en"),
    "no punctuation": (("the harbour is closed and nobody knows when it opens again " * 400,), "en"),
    "right to left": (("أغلقت المدينة الميناء القديم يوم الاثنين. وتنتظر السفن في البحر. " * 100,), "ar"),
    "mixed scripts": (("Порт closed 港口 в Monday. الميناء is κλειστό! 何も知らない。 Nobody знает. " * 60,), "en"),
    "Chinese without a stop": (("市政府周一关闭了老桥因为桥墩出现裂缝" * 6_000,), "zh"),
    "Thai without a space": (("เทศบาลเมืองปิดสะพานเก่าในวันจันทร์เพราะพบรอยร้าวที่เสา" * 100,), "th"),
    "zero bytes": (("The har\0bour is closed. Ships\0 wait at sea.\0 " * 100,), "en"),
    "half letters": (("The “\ud800 harbour” is \udfff closed. Ships \udc80wait. " * 100,), "en"),
    "nothing but stops": (("... !!! ??? … " * 500,), "en"),
    "nothing but numbers": ((" ".join(f"{at}.{at} 3,000." for at in range(150)),), "en"),
    "sentences of one letter": ((" ".join(chr(97 + at % 26) + "." for at in range(1_000)),), "en"),
    "sentences of one word": ((" ".join(f"Word{at}." for at in range(1_000)),), "en"),
    "one sentence again and again": (("The harbour is closed. " * 2_000,), "en"),
    "hundreds of near-twins": (tuple(f"The harbour is closed {at}." for at in range(400)), "en"),
    "an endless word": (("x" * 5_000_000,), "en"),
    "five megabytes": (("Wind blows over the old pier at night. Rain falls. " * 100_000,), "en"),
    "a language that nobody knows": (("Blip blop. Blap blup.",), "xx"),
}
BUDGETS = (Budget(), Budget(sentences=10_000), Budget(words=1), Budget(words=100_000))


def summarize_paragraphs(paragraphs: tuple[str, ...], language: str, name: str, budget: Budget) -> tuple[Sentence, ...]:
    article = values.article(paragraphs=paragraphs, language=language)
    ranked = Ranked(story=Story(articles=(article,)), score=0, reasons=())
    (brief,) = summarize([ranked], summarizer(name), budget)
    return brief.sentences


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", BODIES)
def test_the_brief_of_a_bad_article_is_verbatim_or_empty(kind: str, name: str) -> None:
    paragraphs, language = BODIES[kind]

    for budget in BUDGETS:
        texts = [sentence.text for sentence in summarize_paragraphs(paragraphs, language, name, budget)]

        assert all(any(text in paragraph for paragraph in paragraphs) for text in texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", NAMES)
def test_many_articles_without_a_common_word_have_a_brief(name: str) -> None:
    articles = tuple(
        values.article(id=f"{at}", title="", paragraphs=(" ".join(f"Storm{at}x{number}." for number in range(5)),))
        for at in range(120)
    )
    ranked = Ranked(story=Story(articles=articles), score=0, reasons=())

    (brief,) = summarize([ranked], summarizer(name), Budget(sentences=3))

    assert len(brief.sentences) == 3


_TEXT = st.text(
    st.one_of(
        st.characters(), st.sampled_from("ab Ab. !?…“”\"'«»()東京。ا\u0301\0\ud800\n1"), st.characters(codec="ascii")
    ),
    max_size=120,
)


@given(
    st.lists(_TEXT, max_size=6).map(tuple),
    st.sampled_from(["en", "de", "ja", "th", "ar", "uk", "und", "xx"]),
    st.sampled_from(NAMES),
    st.sampled_from(BUDGETS),
)
@example(("\ud800",), "th", "default", BUDGETS[0])
@settings(max_examples=400)
def test_no_text_breaks_a_summarizer(paragraphs: tuple[str, ...], language: str, name: str, budget: Budget) -> None:
    for sentence in summarize_paragraphs(paragraphs, language, name, budget):
        assert any(sentence.text in paragraph for paragraph in paragraphs)
