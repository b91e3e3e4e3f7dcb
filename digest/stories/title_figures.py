"""Join single articles to a story whose title tells the same figure of the same subject on the same day.

Two agencies that report one statistic share little else: "2.1 million file jobless claims", "Jobless claims fall to
2.1 million".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.model.articles import Article
from digest.stories.clusters import CannotLink
from digest.stories.summarizers.figures import Figure, split_figures
from digest.stories.vectors import Bools, Neighbours
from digest.text.words import content_stems, words

#: The least similarity of two such articles.
_MIN_SIMILARITY = 0.15
#: A figure is the same news within this time; afterwards it is history.
_SAME_NEWS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Title:
    """The precise figures of a title, and the stems of its other content words."""

    figures: tuple[Figure, ...]
    subject: frozenset[str]

    @classmethod
    def of(cls, article: Article) -> _Title:
        figures, rest = split_figures(article.title, article.language)
        precise = tuple(figure for figure in figures if figure.is_precise)
        stems = content_stems(words(rest, article.language), article.language) if precise else ()
        return cls(figures=precise, subject=frozenset(stem for stem in stems if not stem[0].isdigit()))

    def tells_the_same(self, other: _Title) -> bool:
        """Whether it shares a figure and another content word with the other title."""
        is_same = any(figure.equals(second) for figure in self.figures for second in other.figures)
        return is_same and not self.subject.isdisjoint(other.subject)


def join_by_title_figures(
    clusters: Sequence[Sequence[int]],
    neighbours: Neighbours,
    articles: Sequence[Article],
    *,
    is_report: Bools,
    cannot_link: CannotLink,
) -> list[list[int]]:
    """The clusters, sorted, after single articles have joined those of a neighbour with the same figure in its title.

    The most similar join first. Rows are indices of ``articles``; those not in ``is_report`` stay as they are.
    """
    cluster_of = {row: number for number, rows in enumerate(clusters) for row in rows}
    members = [list(rows) for rows in clusters]
    for row, neighbour in _pairs_with_same_figure(neighbours, articles, is_report):
        first, second = sorted((cluster_of[row], cluster_of[neighbour]), key=lambda number: len(members[number]))
        if first != second and len(members[first]) == 1 and not cannot_link(members[first], members[second]):
            (single,) = members[first]
            members[second].append(single)
            members[first] = []
            cluster_of[single] = second
    return sorted(sorted(rows) for rows in members if rows)


def _pairs_with_same_figure(
    neighbours: Neighbours, articles: Sequence[Article], is_report: Bools
) -> list[tuple[int, int]]:
    """Pairs of neighbours, the most similar first."""
    rows = is_report.nonzero()[0].tolist()
    titles = {row: title for row in rows if (title := _Title.of(articles[row])).figures}
    pairs = []
    for row, title in titles.items():
        for neighbour, similarity in zip(neighbours.rows[row].tolist(), neighbours.similarities[row], strict=True):
            if similarity < _MIN_SIMILARITY or neighbour not in titles or not title.tells_the_same(titles[neighbour]):
                continue
            if abs(articles[row].published - articles[neighbour].published) <= _SAME_NEWS:
                pairs.append((-float(similarity), row, neighbour))
    return [(row, neighbour) for _, row, neighbour in sorted(pairs)]
