"""All summarizers by name: names, imports, languages. sumy's choices: test_sumy_methods.py."""

from __future__ import annotations

import subprocess
import sys

import pytest

from digest.model.errors import UsageError
from digest.model.protocols import Budget
from digest.settings.plugins import SUMY_METHODS
from digest.stories.summarizers import NAMES, summarizer
from tests.support.candidates import make_candidates, reservoir_sentences, select_texts


def test_every_name_gives_a_summarizer_and_an_unknown_name_lists_them() -> None:
    assert set(SUMY_METHODS) < set(NAMES)
    assert all(callable(summarizer(name)) for name in NAMES)

    with pytest.raises(UsageError, match="'lexrank'") as caught:
        summarizer("lexrank")

    assert "lex-rank" in caught.value.hint


def test_importing_the_summarizers_imports_nothing_heavy() -> None:
    code = "import sys, digest.stories.summarizers, digest.stories.summarize; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert not set(loaded.split()) & {"sumy", "nltk", "numpy", "requests", "pycountry"}


def test_no_summarizer_needs_nltk_s_data(monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("NLTK's data was requested")

    monkeypatch.setattr(nltk.data, "find", refuse)
    monkeypatch.setattr(nltk.data, "load", refuse)

    assert all(select_texts(name, reservoir_sentences(), 2) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["xx", "und", "tr"])
def test_a_language_without_stop_words_gets_the_opening_sentences(name: str, language: str) -> None:
    texts = ["Yksi kaksi kolme.", "Neljä viisi kuusi.", "Seitsemän kahdeksan."]

    selected = summarizer(name)(make_candidates(texts), Budget(sentences=2), language=language)

    assert [candidate.text for candidate in selected] == texts[:2]
