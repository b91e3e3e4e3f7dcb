"""Sentences of transcripts that briefs may use."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.protocols import Budget
from digest.model.stories import Story
from digest.stories.summarize import candidates
from digest.stories.summarizers.default import default
from tests.support import values

_LONG = (
    "The harbour had four pilots then, and each of them knew the sand banks by the sound of the bells. "
    "We went out in all weathers, and the owners paid us by the ship and not by the hour, which made us bold."
)
_SHOW = (
    "Jon Mole: Hello and welcome to the harbour show. With me as always is Bea Quay. How are you?",
    "Bea Quay: Yeah.",
    f"Bea Quay: Honestly the best pie of the whole coast is sold at the fair of the next town. {_LONG}",
    "Jon Mole: Nice. Well, today we have Ada Keel on the show. She ran the harbour for thirty years. Ready?",
    "Ada Keel: Sure.",
    "Jon Mole: So Ada, how did you begin?",
    f"Ada Keel: I began as a pilot when the harbour still had a railway of its own. {_LONG}",
    "Bea Quay: And what changed?",
    f"Ada Keel: Longer ships changed everything, since none of them could turn inside the old basin. {_LONG}",
    f"Bea Quay: My uncle always told us that the basin was the largest one in the whole country. {_LONG}",
    "Jon Mole: Who pays for it?",
    f"Ada Keel: The owners paid for the new wall, and the town paid for the bridge behind it. {_LONG}",
)


def _offered(paragraphs: Sequence[str]) -> list[str]:
    article = values.article(title="", paragraphs=tuple(paragraphs))
    return [sentence.text for sentence in candidates(Story(articles=(article,)))]


def test_a_transcript_is_told_by_the_guest_s_introduction_and_answers() -> None:
    assert _offered(_SHOW) == [
        "Well, today we have Ada Keel on the show.",
        "She ran the harbour for thirty years.",
        "Ada Keel: I began as a pilot when the harbour still had a railway of its own.",
        "Ada Keel: Longer ships changed everything, since none of them could turn inside the old basin.",
        "Ada Keel: The owners paid for the new wall, and the town paid for the bridge behind it.",
    ]


def test_a_guest_whom_nobody_introduces_is_told_by_answers() -> None:
    paragraphs = [text.replace("Ada Keel on the show", "a guest") for text in _SHOW]

    assert _offered(paragraphs)[0].startswith("Ada Keel: I began as a pilot")


def test_a_brief_may_open_with_the_introduction() -> None:
    article = values.article(title="The harbour show", paragraphs=_SHOW)

    selected = default(candidates(Story(articles=(article,))), Budget(sentences=3), language="en")

    assert selected[0].text == "Well, today we have Ada Keel on the show."
