"""Speech without quotation marks: whose words a paragraph holds."""

from __future__ import annotations

import pytest

from digest.text.speech import follows_speaker, is_others_speech

SPEECH = {
    "a statement after a verb of saying": (
        "en",
        "In a letter to the council, Marlow wrote:",
        "The quay was never surveyed. Nobody asked the harbour master.",
    ),
    "a lead-in that says where it was said": (
        "en",
        "As the head of the ferry line told the Sandhaven Courier on Monday:",
        "The timetable will be kept until spring.",
    ),
    "a lead-in without such a verb, before the first person": (
        "en",
        "Then the talk turned to the ferry (see the full text):",
        "I have waited for eleven years, and you ask me to wait again. We all know how that ends.",
    ),
    "an embedded post": (
        "en",
        "The mayor was quick to react.",
        "The new ferry is here. Come and see it on the quay. — Ann Marlow (@annmarlow) March 3, 2026",
    ),
    "German": (
        "de",
        "In der Mitteilung der Reederei heißt es:",
        "Die Fähre bleibt bis zum Frühjahr im Dock. Ein Ersatz ist bestellt.",
    ),
    "French": ("fr", "Le maire a écrit :", "Le quai sera fermé tout l'hiver."),
    "Spanish": ("es", "La alcaldesa escribió:", "El muelle queda cerrado todo el invierno."),
}

OWN_WORDS = {
    "a list": ("en", "Three ferries are out of service:", "The Aurora is in the dock until May."),
    "a quotation, which its marks tell": ("en", "The captain said:", "“We will sail on Monday,” and left the quay."),
    "an author who speaks before as well": (
        "en",
        "Here is what we changed on our ferry this year:",
        "We rebuilt the engine, and our crew learned to run it.",
    ),
    "an ordinary paragraph": ("en", "The ferry is late.", "I waited for an hour on the quay."),
    "a mention of an account": ("en", "The line has an account.", "Ask the line (@ferryline) about delays in May."),
}


@pytest.mark.parametrize(("language", "before", "paragraph"), SPEECH.values(), ids=SPEECH)
def test_paragraphs_in_which_somebody_else_speaks_are_recognized(language: str, before: str, paragraph: str) -> None:
    paragraphs = ("The ferry is late.", before, paragraph)

    assert [is_others_speech(paragraphs, index, language) for index in range(3)] == [False, False, True]


@pytest.mark.parametrize(("language", "before", "paragraph"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_the_articles_own_paragraphs_are_no_speech(language: str, before: str, paragraph: str) -> None:
    paragraphs = ("The ferry is late.", before, paragraph)

    assert not any(is_others_speech(paragraphs, index, language) for index in range(3))


@pytest.mark.parametrize(
    ("paragraph", "text", "expected"),
    [
        ("MARLOW: The quay is ours. It always was.", "It always was.", True),
        ("SEN. ANN MARLOW (D-OH), CLIP #2: The quay is ours. It always was.", "It always was.", True),
        ("MARLOW: The quay is ours. It always was.", "MARLOW: The quay is ours.", False),
        ("Update: The quay is open. It was closed.", "It was closed.", False),
        ("The quay is open. It was closed.", "It was closed.", False),
    ],
)
def test_later_sentences_of_a_turn_have_lost_their_speaker(paragraph: str, text: str, expected: bool) -> None:
    assert follows_speaker(paragraph, text) is expected
