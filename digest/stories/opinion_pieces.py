"""Join opinion pieces to the stories that they are about.

Opinions on one topic share its words without sharing an event. So reports are clustered alone; an opinion then joins
by its similarity to a report, never to another opinion.
"""

from __future__ import annotations

from collections.abc import Sequence

from digest.stories.vectors import Bools, Floats, Neighbours


def nearest_reports(neighbours: Neighbours, is_opinion: Bools) -> Neighbours:
    """The neighbours that are reports, of all rows."""
    if not is_opinion.any():
        return neighbours
    masks = [~is_opinion[rows] for rows in neighbours.rows]
    return Neighbours(
        rows=tuple(rows[mask] for rows, mask in zip(neighbours.rows, masks, strict=True)),
        similarities=tuple(values[mask] for values, mask in zip(neighbours.similarities, masks, strict=True)),
    )


def among_reports(neighbours: Neighbours, is_opinion: Bools) -> Neighbours:
    """The neighbours of reports that are reports; an opinion has none."""
    if not is_opinion.any():
        return neighbours
    reports = nearest_reports(neighbours, is_opinion)
    return Neighbours(
        rows=tuple(rows[:0] if is_opinion[row] else rows for row, rows in enumerate(reports.rows)),
        similarities=tuple(
            values[:0] if is_opinion[row] else values for row, values in enumerate(reports.similarities)
        ),
    )


def join_opinions(
    clusters: Sequence[Sequence[int]], neighbours: Neighbours, thresholds: Floats, is_opinion: Bools
) -> list[list[int]]:
    """The clusters, sorted, after each opinion has joined that of its nearest report, if similar enough.

    ``clusters`` hold each opinion alone.
    """
    cluster_of = {row: number for number, rows in enumerate(clusters) for row in rows}
    joined = [list(rows) for rows in clusters]
    reports = nearest_reports(neighbours, is_opinion)
    for row in is_opinion.nonzero()[0].tolist():
        rows = reports.rows[row]
        similar = rows[reports.similarities[row] >= (thresholds[rows] + thresholds[row]) / 2]
        if len(similar):
            joined[cluster_of[row]].remove(row)
            joined[cluster_of[int(similar[0])]].append(row)
    return sorted(sorted(rows) for rows in joined if rows)
