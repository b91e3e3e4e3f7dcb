"""Sentences in which an author talks to readers, and sentences of news that resemble them."""

from __future__ import annotations

import pytest

from digest.text.courtesies import is_courtesy, is_greeting

COURTESIES = [
    "Hi all!",
    "Hello, dear readers!",
    "Hey, it's Mara.",
    "Welcome back to another edition of Harbour Notes.",
    "Liebe Leserinnen und Leser,",
    "Bonjour à toutes et à tous !",
    "Hola a todos.",
    "Mara here with the latest from the quay.",
    "See you next month!",
    "Until then, take care.",
    "Thanks for reading!",
    "Bis zum nächsten Mal!",
    "À la semaine prochaine !",
    "Hasta la próxima.",
    "Thank you.",
    "We would like to thank Ada Keel for the photographs of the quay.",
    "I'm grateful to the pilots who answered my questions.",
    "Wir danken allen, die geholfen haben.",
    "Nous remercions nos lecteurs pour leurs lettres.",
    "This issue is brought to you by Tidal Insurance.",
    "A word from our sponsor.",
    "Please fill in the form by Friday.",
    "If you haven't registered, you can do so here.",
    "You can read the whole list of piers here.",
    "Don't forget to bring a coat.",
    "See our guide to mooring for details.",
    "Join us on the quay and see it for yourself.",
    "Let's look at the numbers.",
    "In this post, we'll go through the plans one by one.",
    "In diesem Beitrag zeigen wir, wie die Mole gebaut wird.",
    "Without further ado, the winners.",
    "Why we moved the quay.",
    "How it works.",
    "Here are the five changes of this month:",
]

NEWS = [
    "Boats here with a mast of ten metres pay more.",
    "Nobody here knows the reason.",
    "Cheers erupted in the chamber.",
    "Until then, the port stays closed.",
    "Speak in the council, or be silent, the mayor said.",
    "Hello Kitty's maker reported a loss of four million on Tuesday.",
    "Dear oil makes ferries slower, the harbour office found.",
    "Welcome rain ended the drought in the north.",
    "Good morning television lost a fifth of its viewers.",
    "Thanks to a new wall, the harbour stayed dry.",
    "“Thank you for coming,” the mayor told the crews.",
    "Cheers rang out as the first ferry left the dock in the evening sun.",
    "We shipped version 4 of the tide table today.",
    "In this interview, Ada Keel talks with Jon Mole about thirty years of pilotage.",
    "In this post we show that the new pump is three times as fast.",
    "What makes the quay special is that it floats.",
    "Follow-up inspections found no further cracks.",
    "The club's sponsors withdrew on Monday.",
    "We strongly recommend upgrading as soon as possible.",
    "Until 2019 the harbour had no wall at all.",
    "See-through hulls are in fashion.",
    "For more than a century the quay has belonged to the city.",
    "Bitte um Hilfe: Der Hafen sucht Lotsen für den Winter.",
]


@pytest.mark.parametrize("sentence", COURTESIES)
def test_a_sentence_that_only_addresses_readers_is_a_courtesy(sentence: str) -> None:
    assert is_courtesy(sentence)


@pytest.mark.parametrize("sentence", NEWS)
def test_a_sentence_that_tells_something_is_none(sentence: str) -> None:
    assert not is_courtesy(sentence)


def test_a_greeting_is_short() -> None:
    assert is_greeting("Hi everyone!")
    assert not is_greeting("Hello and welcome to the podcast about what happens after the ferry has left.")
