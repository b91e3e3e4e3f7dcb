"""A source's furniture is learnt from its articles."""

from __future__ import annotations

from digest.clean.boilerplate.classify import lines_of
from digest.clean.boilerplate.learned import find_learned, learn
from digest.clean.boilerplate.lines import Line
from digest.model.boilerplate import LearnedBoilerplate
from digest.text.blocks import Block

_SLOGAN = "The Example, a paper for harbours since 1911."
_BARE = "the example a paper for harbours since 1911"


def _article(name: str, *lines: str) -> tuple[Line, ...]:
    own = [f"{name} {thing} is closed." for thing in ("bridge", "pier", "ferry")]
    return lines_of(Block(text=text) for text in (*own, *lines))


def found(*documents: tuple[Line, ...], before: LearnedBoilerplate | None = None) -> frozenset[str]:
    """What the last of one source's documents has of its furniture."""
    learnt = learn([("a", each) for each in documents], {"a": before} if before else None)
    return find_learned(documents[-1], learnt["a"].common_lines())


def taught(count: int, *lines: str) -> LearnedBoilerplate:
    """What so many visits, each bringing one article, taught."""
    known = LearnedBoilerplate()
    for at in range(count):
        known = learn([("a", _article(f"Number {at}", *lines))], {"a": known})["a"]
    return known


def test_what_stands_in_most_articles_of_a_source_is_learnt() -> None:
    assert found(*(_article(name, _SLOGAN) for name in ("First", "Second", "Third"))) == {_BARE}


def test_two_articles_are_too_few() -> None:
    assert not found(*(_article(name, _SLOGAN) for name in ("First", "Second")))


def test_other_sources_lines_are_not_counted() -> None:
    documents = [(source, _article(name, _SLOGAN)) for source, name in (("a", "1"), ("a", "2"), ("b", "3"))]
    known = learn(documents)

    assert not any(find_learned(lines, known[source].common_lines()) for source, lines in documents)


def test_what_stands_in_few_of_many_is_news() -> None:
    assert not found(*(_article(f"Number {at}", *([_SLOGAN] if at > 6 else [])) for at in range(10)))


def test_copies_of_one_article_teach_nothing() -> None:
    assert not found(*(_article("First", _SLOGAN) for _ in range(50)))


def test_versions_of_one_article_teach_nothing() -> None:
    assert not found(*(_article("First", _SLOGAN, f"Update {at}.") for at in range(9)))


def test_what_earlier_visits_taught_is_known_in_the_next_single_article() -> None:
    assert found(_article("New", _SLOGAN), before=taught(2, _SLOGAN)) == {_BARE}
    assert not found(_article("New", _SLOGAN), before=taught(1, _SLOGAN))


def test_furniture_that_a_source_gave_up_is_forgotten_and_its_new_one_learnt() -> None:
    known = taught(60, _SLOGAN)
    for at in range(60):
        known = learn([("a", _article(f"Later {at}", "A new slogan."))], {"a": known})["a"]

    assert find_learned(_article("Last", _SLOGAN, "A new slogan."), known.common_lines()) == {"a new slogan"}


def test_memory_stays_small_however_much_a_source_brings() -> None:
    assert len(taught(500, _SLOGAN).lines) < 40 * 4


def test_a_text_that_is_all_furniture_keeps_it() -> None:
    assert find_learned(lines_of([Block(text=_SLOGAN)]), taught(9, _SLOGAN).common_lines()) == frozenset()
