"""Near-duplicates: texts with mostly the same words in the same order, and the same names."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from digest.stories.near_duplicates import find_near_duplicates

WIRE = [f"word{n}" for n in range(120)]


def originals_of(texts: list[list[str]]) -> tuple[int, ...]:
    words = [*dict.fromkeys(word for text in texts for word in text)]
    number = {word: at for at, word in enumerate(words)}
    return find_near_duplicates([np.array([number[word] for word in text], np.int32) for text in texts], words)


def filled_form(name: str) -> list[str]:
    """A form of 120 words, four of them names."""
    return [f"{name}{at}" if at % 30 == 5 else word for at, word in enumerate(WIRE)]


@pytest.mark.parametrize(
    ("texts", "originals"),
    [
        pytest.param([], (), id="nothing"),
        pytest.param([[]], (0,), id="an empty text"),
        pytest.param([[], []], (0, 1), id="empty texts are no near-duplicates"),
        pytest.param([WIRE, WIRE], (0, 0), id="the same text"),
        pytest.param([WIRE, WIRE[:70]], (0, 0), id="trimmed"),
        pytest.param([WIRE, ["a", "new", "top", *WIRE]], (0, 0), id="with a new top"),
        pytest.param([WIRE, [word.upper() for word in WIRE]], (0, 0), id="in capitals"),
        pytest.param(
            [filled_form("Karvel"), [word.upper() for word in filled_form("Karvel")]], (0, 0), id="names in capitals"
        ),
        pytest.param([filled_form("Karvel"), filled_form("Osmaria")], (0, 1), id="one form filled with other names"),
        pytest.param([WIRE, WIRE[::-1]], (0, 1), id="the same words in another order"),
        pytest.param([WIRE, WIRE[:30]], (0, 1), id="a short excerpt"),
        pytest.param([WIRE, WIRE[:60] + [f"other{n}" for n in range(60)]], (0, 1), id="half the same"),
        pytest.param([["one"], ["one"], ["two"]], (0, 0, 2), id="single words"),
        pytest.param([WIRE[:60], WIRE[30:90], WIRE[60:]], (0, 1, 2), id="a chain of halves"),
    ],
)
def test_a_near_duplicate_has_the_index_of_its_original(texts: list[list[str]], originals: tuple[int, ...]) -> None:
    assert originals_of(texts) == originals


def test_a_hundred_near_duplicates_have_one_original() -> None:
    assert set(originals_of([WIRE] * 100)) == {0}


def test_a_long_text_takes_little_memory() -> None:
    words = [f"w{number}" for number in range(971)]
    texts = [np.arange(250) * number % 971 for number in range(2, 82)]
    tracemalloc.start()
    find_near_duplicates(texts, words)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak / len(texts) < 5_000, "a set of its shingles alone takes 25,000 bytes"
