"""Learning a source's boilerplate from its articles."""

from __future__ import annotations

from digest.clean.boilerplate.classify import lines_of
from digest.clean.boilerplate.learned import find_learned, learn
from digest.clean.boilerplate.lines import Line
from digest.model.boilerplate import LearnedBoilerplate
from digest.text.blocks import Block

_SLOGAN = "The Example, a paper for harbours since 1911."
_NORMALIZED_SLOGAN = "the example a paper for harbours since 1911"


def _article(name: str, *boilerplate: str) -> tuple[Line, ...]:
    body = [f"{name} {noun} is closed." for noun in ("bridge", "pier", "ferry")]
    return lines_of(Block(text=text) for text in (*body, *boilerplate))


def _learn_and_find(*articles: tuple[Line, ...], before: LearnedBoilerplate | None = None) -> frozenset[str]:
    """Boilerplate in the last of one source's articles, learned from all of them."""
    learned = learn([("a", article) for article in articles], {"a": before} if before else None)
    return find_learned(articles[-1], learned["a"].common_lines())


def _after_visits(count: int, *boilerplate: str) -> LearnedBoilerplate:
    """Learned over ``count`` visits with one article each."""
    learned = LearnedBoilerplate()
    for at in range(count):
        learned = learn([("a", _article(f"Number {at}", *boilerplate))], {"a": learned})["a"]
    return learned


def test_a_line_in_most_articles_of_a_source_is_learned() -> None:
    articles = [_article(name, _SLOGAN) for name in ("First", "Second", "Third")]

    assert _learn_and_find(*articles) == {_NORMALIZED_SLOGAN}


def test_two_articles_are_too_few() -> None:
    assert not _learn_and_find(*(_article(name, _SLOGAN) for name in ("First", "Second")))


def test_lines_of_other_sources_are_not_counted() -> None:
    documents = [(source, _article(name, _SLOGAN)) for source, name in (("a", "1"), ("a", "2"), ("b", "3"))]
    learned = learn(documents)

    assert not any(find_learned(lines, learned[source].common_lines()) for source, lines in documents)


def test_a_line_in_few_of_many_articles_is_not_learned() -> None:
    articles = [_article(f"Number {at}", *([_SLOGAN] if at > 6 else [])) for at in range(10)]

    assert not _learn_and_find(*articles)


def test_copies_of_one_article_count_once() -> None:
    assert not _learn_and_find(*(_article("First", _SLOGAN) for _ in range(50)))


def test_versions_of_one_article_are_not_counted() -> None:
    assert not _learn_and_find(*(_article("First", _SLOGAN, f"Update {at}.") for at in range(9)))


def test_boilerplate_of_earlier_visits_is_found_in_the_next_article() -> None:
    assert _learn_and_find(_article("New", _SLOGAN), before=_after_visits(2, _SLOGAN)) == {_NORMALIZED_SLOGAN}
    assert not _learn_and_find(_article("New", _SLOGAN), before=_after_visits(1, _SLOGAN))


def test_old_boilerplate_of_a_source_is_forgotten_and_new_boilerplate_learned() -> None:
    learned = _after_visits(60, _SLOGAN)
    for at in range(60):
        learned = learn([("a", _article(f"Later {at}", "A new slogan."))], {"a": learned})["a"]

    assert find_learned(_article("Last", _SLOGAN, "A new slogan."), learned.common_lines()) == {"a new slogan"}


def test_the_counts_stay_few_however_many_articles_a_source_has() -> None:
    assert len(_after_visits(500, _SLOGAN).lines) < 40 * 4


def test_a_text_of_boilerplate_alone_stays() -> None:
    lines = lines_of([Block(text=_SLOGAN)])

    assert find_learned(lines, _after_visits(9, _SLOGAN).common_lines()) == frozenset()
