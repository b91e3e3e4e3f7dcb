"""Different versions of a program: different events, though their announcements use the same phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from digest.model.articles import Article
from digest.text.lazy_regex import lazy_compile

#: A number in a title, with the word before it: ``Node v25.2.0``, ``Rails 4.1.6.rc2``, ``Firefox 78``.
_NUMBER = lazy_compile(
    r"(?:(\w[\w.+#-]*)\s+)?(?<![\w.,/:–-])(v?\d+(?:\.[a-z\d]+)*(?:-[a-z]+\.?\d+)?)(?![a-z\d%/:–-]|[.,][a-z\d]|\s%)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
#: ``2.0.1``, ``2.0rc1``, ``v2``: nothing but a version is written so.
_VERSION = lazy_compile(r"v\d.*|\d+\.\d+\.[a-z\d].*|\d+\.\d+-?[a-z]+\.?\d+", re.IGNORECASE)
#: ``10.000.000``, ``24.12.2026``: a large number and a date in many languages.
_NO_VERSION = lazy_compile(r"\d{1,3}(?:\.\d{3})+|\d\d?\.\d\d?\.\d{4}")
#: Announcements of one event are published within this time.
_SAME_EVENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Title:
    """The numbers in a title, the names before them, and the title without them."""

    numbers: frozenset[str]
    names: frozenset[str]
    frame: str

    @classmethod
    def of(cls, title: str) -> _Title:
        found = _NUMBER.findall(title) if _DIGIT.search(title) else []
        pairs = [(name, number.lower()) for name, number in found if not _NO_VERSION.fullmatch(number)]
        return cls(
            numbers=frozenset(number for _, number in pairs),
            names=frozenset(name for name, _ in pairs if name and not name.islower()),
            frame=_NUMBER.sub(r"\1", title) if pairs else title,
        )


class DifferentVersions:
    """Cannot-link constraint on articles whose titles name different versions of a program.

    One event may still be told under titles that share a version (``3.13``, ``3.13.0``), and by articles of one day if
    one of them names the other's version.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles
        titles = ((index, _Title.of(article.title)) for index, article in enumerate(articles))
        self._titles = {index: title for index, title in titles if title.numbers}

    def __call__(self, rows: Iterable[int], other_rows: Iterable[int]) -> bool:
        """Whether one of ``rows`` must not be in a cluster with one of ``other_rows``; all are indices of articles."""
        constrained = [row for row in rows if row in self._titles]
        if not constrained:
            return False
        return any(self._differ(*pair) for pair in product(constrained, other_rows) if pair[1] in self._titles)

    def _differ(self, row: int, other_row: int) -> bool:
        articles = self._articles[row], self._articles[other_row]
        titles = self._titles[row], self._titles[other_row]
        weak = _names_program(titles, articles)
        versions = _versions(titles[0], titles[1], weak), _versions(titles[1], titles[0], weak)
        if not all(versions) or any(_is_part(*pair) or _is_part(*pair[::-1]) for pair in product(*versions)):
            return False
        if abs(articles[0].published - articles[1].published) > _SAME_EVENT:
            return True
        return not (_mentions(articles[0], versions[1]) or _mentions(articles[1], versions[0]))


def _versions(title: _Title, other: _Title, follows_program: bool) -> set[str]:
    """The versions in ``title``.

    ``78`` and ``3.13`` are versions only after the name of a program, ``78`` only if nothing else differs.
    """
    return {
        number.removeprefix("v")
        for number in title.numbers
        if _VERSION.fullmatch(number) or (follows_program and ("." in number or title.frame == other.frame))
    }


def _names_program(titles: tuple[_Title, _Title], articles: tuple[Article, Article]) -> bool:
    """Whether both titles have a number after one name, which the texts mostly write as one ("Python", not "Top").

    Bare headlines do not show that: they must be equal but for the number.
    """
    texts = [paragraph for article in articles for paragraph in article.paragraphs]
    names = titles[0].names & titles[1].names
    if not texts:
        return bool(names) and titles[0].frame == titles[1].frame
    return any(_count(name, texts) > _count(name.lower(), texts) for name in names)


def _count(word: str, texts: Iterable[str]) -> int:
    pattern = re.compile(rf"(?<![\w./]){re.escape(word)}(?![\w/])")
    return sum(len(pattern.findall(text)) for text in texts)


def _is_part(version: str, longer: str) -> bool:
    """Whether the version is the other one, or a beginning of it."""
    return f"{longer}.".startswith(f"{version}.")


def _mentions(article: Article, versions: Iterable[str]) -> bool:
    alternatives = "|".join(map(re.escape, versions))
    pattern = re.compile(rf"(?<![\w.])v?(?:{alternatives})(?!\w|[.-]\w)", re.IGNORECASE)
    return any(map(pattern.search, (article.title, *article.paragraphs)))
