"""Near-copies: mostly the same words in the same order, and nothing else."""

from __future__ import annotations

import pytest

from digest.stories.near_duplicates import find_near_duplicates

WIRE = [f"word{n}" for n in range(120)]


def filled(name: str) -> list[str]:
    """A form of a hundred words, four of them names."""
    return [f"{name}{at}" if at % 30 == 5 else word for at, word in enumerate(WIRE)]


@pytest.mark.parametrize(
    ("texts", "originals"),
    [
        ([], ()),
        ([[]], (0,)),
        ([[], []], (0, 1)),
        ([WIRE, WIRE], (0, 0)),
        ([WIRE, WIRE[:70]], (0, 0)),
        ([WIRE, ["a", "new", "top", *WIRE]], (0, 0)),
        ([WIRE, [word.upper() for word in WIRE]], (0, 0)),
        ([filled("Karvel"), [word.upper() for word in filled("Karvel")]], (0, 0)),
        ([filled("Karvel"), filled("Osmaria")], (0, 1)),
        ([WIRE, WIRE[::-1]], (0, 1)),
        ([WIRE, WIRE[:30]], (0, 1)),
        ([WIRE, WIRE[:60] + [f"other{n}" for n in range(60)]], (0, 1)),
        ([["one"], ["one"], ["two"]], (0, 0, 2)),
        ([WIRE[:60], WIRE[30:90], WIRE[60:]], (0, 1, 2)),
    ],
    ids=[
        "nothing",
        "an empty text",
        "empty texts are no copies of each other",
        "the same",
        "trimmed",
        "with a new top",
        "in capitals",
        "names in capitals",
        "one form, filled with other names",
        "the same words in another order",
        "a short excerpt is no copy",
        "half the same",
        "single words",
        "a chain of halves is no copy",
    ],
)
def test_copies_name_their_original(texts: list[list[str]], originals: tuple[int, ...]) -> None:
    assert find_near_duplicates(texts) == originals


def test_a_hundred_copies_have_one_original() -> None:
    assert set(find_near_duplicates([WIRE] * 100)) == {0}
