"""Novelty: new sentences, developments of a story, substantial edits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.stories.novelty import PublishedContent, is_new_development, is_substantial_edit
from tests.support import values

FIRE = values.article(
    title="Fire destroys market hall",
    paragraphs=("A fire destroyed the market hall in Elmgate on Monday night. Nobody was hurt, the brigade said.",),
)
ARRESTS = values.article(
    "a2",
    title="Two caretakers arrested over market hall fire",
    paragraphs=(
        "Detectives arrested two caretakers on Thursday morning. Prosecutors accuse them of insurance fraud.",
        "A judge remanded both into custody until April.",
    ),
    published=FIRE.published + timedelta(days=3),
)


@pytest.mark.parametrize(
    ("text", "is_new"),
    [
        ("Detectives arrested two caretakers on Thursday.", True),
        ("A fire destroyed the market hall in Elmgate on Monday night.", False),
        ("The market hall in Elmgate was destroyed by a fire on Monday.", False),
        ("Nobody was hurt, said 17 of the brigade.", True),
        ("", False),
    ],
    ids=["new", "copied", "paraphrased", "a new number", "empty"],
)
def test_a_sentence_is_new_if_no_published_article_has_its_content(text: str, is_new: bool) -> None:
    assert (PublishedContent.of([FIRE]).novelty(text, "en") > 0) is is_new


def test_a_later_article_with_news_in_title_and_text_is_a_development() -> None:
    assert is_new_development(ARRESTS, [FIRE])


def test_an_article_earlier_than_the_published_one_is_no_development() -> None:
    assert not is_new_development(FIRE, [ARRESTS])


def test_an_edit_with_several_new_sentences_is_substantial() -> None:
    extended = values.article(title=FIRE.title, paragraphs=(*FIRE.paragraphs, *ARRESTS.paragraphs))

    assert is_substantial_edit(extended, [FIRE])
    assert not is_substantial_edit(FIRE, [FIRE])
