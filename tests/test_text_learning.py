"""A source's furniture is learnt from its articles."""

from __future__ import annotations

from digest.text.blocks import Block
from digest.text.learning import learn

_SLOGAN = "The Example, a paper for harbours since 1911."


def _article(name: str, *lines: str) -> list[Block]:
    return [Block(text=f"{name} {thing} is closed.") for thing in ("bridge", "pier", "ferry")] + [
        Block(text=line) for line in lines
    ]


def test_what_stands_in_most_articles_of_a_source_is_learnt() -> None:
    known = learn([("a", _article(name, _SLOGAN)) for name in ("First", "Second", "Third")])

    assert known["a"] == {"the example a paper for harbours since 1911"}


def test_two_articles_are_too_few() -> None:
    assert not learn([("a", _article(name, _SLOGAN)) for name in ("First", "Second")])["a"]


def test_other_sources_lines_are_not_counted() -> None:
    known = learn(
        [(source, _article(name, _SLOGAN)) for source, name in (("a", "First"), ("a", "Second"), ("b", "Third"))]
    )

    assert not known["a"]
    assert not known["b"]


def test_what_stands_in_few_of_many_is_news() -> None:
    articles = [_article(f"Number {at}", *([_SLOGAN] if at < 3 else [])) for at in range(10)]

    assert not learn([("a", article) for article in articles])["a"]


def test_copies_of_one_article_teach_nothing() -> None:
    assert not learn([("a", _article("First", _SLOGAN)) for _ in range(50)])["a"]


def test_versions_of_one_article_teach_nothing() -> None:
    assert not learn([("a", _article("First", _SLOGAN, f"Update {at}.")) for at in range(9)])["a"]
