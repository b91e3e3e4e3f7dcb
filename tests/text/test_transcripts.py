"""Transcripts by the names of speakers."""

from __future__ import annotations

from digest.text.transcripts import is_reaction, speaker_turns, without_speaker

INTERVIEW = (
    "Ada Keel ran the harbour for thirty years.",
    "Jon Mole: How did you begin?",
    "Ada Keel: I began as a pilot.",
    "It was a small harbour then.",
    "Jon Mole: And what changed?",
    "Ada Keel: Ships became longer.",
    "Jon Mole: Would you do it again?",
    "Ada Keel: Yes, at once.",
)


def test_paragraphs_that_open_with_the_name_of_a_speaker_are_turns() -> None:
    turns = speaker_turns(INTERVIEW)

    assert turns == {1: "Jon Mole", 2: "Ada Keel", 4: "Jon Mole", 5: "Ada Keel", 6: "Jon Mole", 7: "Ada Keel"}


def test_labels_of_a_list_are_no_speakers() -> None:
    changes = [f"{part}: The {part.lower()} was mended." for part in ("Cargo", "Deck", "Hull") for _ in range(4)]

    assert not speaker_turns(changes)
    assert not speaker_turns(["Update: The quay is open.", "Note: It may close again.", "The office says so."])


def test_initials_of_questions_and_answers_are_speakers() -> None:
    assert len(speaker_turns(["Q: Why?", "A: The wall.", "Q: When?", "A: In May.", "Q: Sure?", "A: I am."])) == 6


def test_the_words_of_a_turn_are_told_from_its_speaker() -> None:
    assert without_speaker("Ada Keel: I began as a pilot.") == "I began as a pilot."
    assert is_reaction("Yeah, that happens.")
    assert not is_reaction("I began as a pilot.")
