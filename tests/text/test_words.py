"""Words and stems."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.words import stems, words


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param(
            "en", "The mayor's anti-noise law won't pass.", "The mayor's anti-noise law won't pass", id="inner"
        ),
        pytest.param("en", "the mayor’s “law”", "the mayor's law", id="typographic"),
        pytest.param("en", "1,000.50 at 19:30, 3.5% of 7th x2", "1,000.50 at 19:30 3.5 of 7th x2", id="numbers"),
        pytest.param("en", "the U.S. at 5 a.m. sharp", "the U.S. at 5 a.m. sharp", id="dotted"),
        pytest.param("en", "snake_case – dash—dash/slash", "snake case dash dash slash", id="separators"),
        pytest.param("fr", "L’école qu’elle aujourd’hui", "L' école qu' elle aujourd'hui", id="elision"),
        pytest.param("it", "dell'arte nell’acqua", "dell' arte nell' acqua", id="elision in Italian"),
        pytest.param("de", "Straßenbahn-Fahrer über Öl", "Straßenbahn-Fahrer über Öl", id="umlauts"),
        pytest.param("ru", "Город — за́втра", "Город за́втра", id="accent mark"),
        pytest.param("ar", "الكِتَابُ جديد", "الكتاب جديد", id="vowel points"),
        pytest.param("und", "东京都，雨", "东京 京都 雨", id="character pairs"),
        pytest.param("und", "東京タワーNHK", "東京 京タ タワ ワー NHK", id="mixed scripts"),
        pytest.param("ko", "서울시 날씨", "서울시 날씨", id="Korean is spaced"),
        pytest.param("en", "… !!! 🙂", "", id="no words"),
        pytest.param("en", "a\x1fb\u2028c\xa0d\te", "a b c d e", id="every kind of space"),
        pytest.param(
            "en", "in 5km 東京 U.S. naïve isn’t", "in 5km 東京 U.S. naïve isn't", id="each word by its own script"
        ),
    ],
)
def test_a_text_is_split_into_words(language: str, text: str, expected: str) -> None:
    assert words(text, language) == tuple(expected.split())


@pytest.mark.parametrize(
    ("language", "forms", "stem"),
    [
        ("en", ["vote", "voted", "voting", "Votes"], "vote"),
        ("de", ["Häuser", "Hauses"], "haus"),
        ("cs", ["domy", "domech"], "dom"),
        ("xx", ["Same"], "same"),
        ("zh", ["东京"], "东京"),
    ],
)
def test_forms_of_one_word_have_one_stem(language: str, forms: list[str], stem: str) -> None:
    assert set(stems(forms, language)) == {stem}


def test_ukrainian_words_are_stemmed_too() -> None:
    assert len(set(stems(["міста", "місті"], "uk"))) == 1


@given(st.text(), st.sampled_from(["en", "fr", "zh", "und"]))
def test_words_of_any_text_have_characters_beside_punctuation(text: str, language: str) -> None:
    assert all(word.strip(" .,;:!?\"'-") for word in words(text, language))


def test_words_stems_and_stop_words_import_neither_nltk_nor_numpy() -> None:
    """NLTK costs 0.4 s at start-up; so do the imports of sumy's own helpers."""
    code = (
        "import sys; from digest.text.stop_words import stop_words; from digest.text.words import stems, words\n"
        "stems(words('It rains', 'en'), 'en'); stop_words('en')\n"
        "sys.exit(bool({'nltk', 'requests', 'pycountry', 'numpy'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
