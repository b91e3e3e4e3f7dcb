"""Per-word memo."""

from __future__ import annotations

from digest.text import memo
from digest.text.memo import Memo


def test_a_word_is_computed_once() -> None:
    computed: list[str] = []

    def upper(word: str) -> str:
        computed.append(word)
        return word.upper()

    results = Memo(upper)

    assert [results[word] for word in ("ferry", "bridge", "ferry")] == ["FERRY", "BRIDGE", "FERRY"]
    assert computed == ["ferry", "bridge"]


def test_long_texts_are_not_stored() -> None:
    lengths = Memo(len)

    assert lengths["x" * 1000] == 1000
    assert not lengths


def test_the_number_of_entries_is_limited() -> None:
    lengths = Memo(len)
    for at in range(memo._MAX_ENTRIES + 10):
        assert lengths[str(at)] == len(str(at))

    assert len(lengths) == 10
