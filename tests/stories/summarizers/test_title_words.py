"""Title words: the shares of titles that sentences have."""

from __future__ import annotations

from dataclasses import replace

from digest.stories.summarizers.redundancy import content_set
from digest.stories.summarizers.title_words import TitleWords
from tests.support import values
from tests.support.candidates import make_candidates


def _title_words(**texts_by_title: str) -> TitleWords:
    """Title words of articles of one sentence each; underscores in titles are spaces."""
    candidates = []
    for name, text in texts_by_title.items():
        article = replace(values.article(title=name.replace("_", " "), paragraphs=(text,)), id=name)
        candidates += make_candidates([text], article)
    return TitleWords(candidates, [content_set(candidate.text, "en") for candidate in candidates], "en")


def test_a_share_is_of_the_title_of_the_own_article() -> None:
    titles = _title_words(Dock_closes="The dock closes.", Pilots_strike_again="The dock closes.")

    assert (titles.share(0), titles.share(1)) == (1, 0)
    assert titles.mean_share(0) == titles.mean_share(1) == 0.5


def test_a_first_sentence_that_points_to_the_title_has_half_of_it() -> None:
    assert _title_words(Harbour_rules="These are new.").share(0) == 0.5


def test_without_titles_there_are_no_title_words() -> None:
    article = values.article(title="", paragraphs=("The dock closes.",))
    titles = TitleWords(make_candidates(article.paragraphs, article), [frozenset({"dock"})], "en")

    assert titles.are_empty
    assert titles.share(0) == 0
