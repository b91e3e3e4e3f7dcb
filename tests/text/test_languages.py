"""Every language for which sumy has stop words or a stemmer works, from detection to the brief."""

from __future__ import annotations

from pathlib import Path

import pytest
import sumy
from nltk.stem import SnowballStemmer
from pycountry import languages
from sumy.nlp.stemmers import Stemmer

from digest.clean.articles import clean
from digest.model.protocols import Budget
from digest.model.stories import Ranked, Story
from digest.stories.summarize import summarize
from digest.stories.summarizers import NAMES, summarizer
from digest.text.sentences import sentences
from digest.text.stop_words import stop_words
from tests.support.language_texts import TEXTS, entry_in


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_summarized_in_each_language(language: str) -> None:
    (article,) = clean([entry_in(language)])
    ranked = Ranked(story=Story(articles=(article,)), score=0, reasons=())

    assert article.language == language
    assert stop_words(language)
    choices = set()
    for name in NAMES:
        (brief,) = summarize([ranked], summarizer(name), Budget(sentences=2))
        assert 1 <= len(brief.sentences) <= 2
        assert all(sentence.text in TEXTS[language] for sentence in brief.sentences)
        choices.add(tuple(sentence.text for sentence in brief.sentences))
    assert len(choices) > 1 or language == "th"  # the summarizers differ


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_split_into_its_sentences(language: str) -> None:
    assert len(sentences(TEXTS[language], language)) == (4 if language == "th" else 5)  # Thai has no full stop


def test_every_language_of_sumy_has_a_text() -> None:
    lists = {file.stem for file in (Path(sumy.__file__).parent / "data" / "stopwords").glob("*.txt")}
    stemmers = {*Stemmer.SPECIAL_STEMMERS, *SnowballStemmer.languages} - {"porter"}

    tested = {languages.get(alpha_2=tag).name.partition(" ")[0].lower() for tag in TEXTS}

    assert lists | stemmers <= tested | {"greek"}  # "Modern Greek"
