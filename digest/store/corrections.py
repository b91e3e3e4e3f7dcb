"""Corrections: sentences that editions quoted and that changed since, and the editions that report them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from digest.model.corrections import Correction
from digest.store.mapping import batches, columns, from_rows, insert, to_row
from digest.store.tables import correction_stories, editions, reported_corrections, stories
from digest.store.tables import corrections as table


def add(conn: Connection, correction: Correction, story_ids: Collection[int]) -> bool:
    """Store the correction of a sentence in these stories; false if the sentence has one already."""
    values = {name: value for name, value in to_row(correction).items() if name != "id"}
    statement = insert(conn, table).values(values).on_conflict_do_nothing(index_elements=["article_id", "before"])
    row = conn.execute(statement.returning(table.c.id)).first()
    if row is None:
        return False
    pairs = [{"correction_id": row.id, "story_id": story_id} for story_id in sorted(set(story_ids))]
    if pairs:
        conn.execute(insert(conn, correction_stories).on_conflict_do_nothing(), pairs)
    return True


def due(
    conn: Connection,
    newsletter_id: str,
    *,
    audience: str,
    history: Collection[int] | None,
    before: datetime,
    since: datetime,
    until: datetime,
    limit: int,
) -> tuple[Correction, ...]:
    """Corrections found in that time that an edition of the slot at ``before`` reports, those found first.

    The audience's earlier editions, or those with the ids in ``history``, quoted the sentence and didn't report it.
    """
    quoted = _of_audience(newsletter_id, audience, history, before)
    has_quoted = exists().where(
        correction_stories.c.correction_id == table.c.id,
        stories.c.id == correction_stories.c.story_id,
        editions.c.id == stories.c.edition_id,
        quoted,
    )
    has_reported = exists().where(
        reported_corrections.c.correction_id == table.c.id, editions.c.id == reported_corrections.c.edition_id, quoted
    )
    is_due = (table.c.found >= since, table.c.found <= until, table.c.held == "", has_quoted, ~has_reported)
    return _read(conn, select(*_COLUMNS).where(*is_due).order_by(table.c.found, table.c.id).limit(limit))


def _of_audience(
    newsletter_id: str, audience: str, history: Collection[int] | None, before: datetime
) -> ColumnElement[bool]:
    """Of an edition: the audience was sent it, in a slot due earlier."""
    if history is not None:
        return editions.c.id.in_(sorted(history))
    is_of_newsletter = editions.c.newsletter_id == newsletter_id
    return is_of_newsletter & (editions.c.audience == audience) & (editions.c.slot_due < before)


def report(conn: Connection, edition_id: int, correction_ids: Sequence[int]) -> None:
    """Record that the edition reports these corrections."""
    rows = [{"correction_id": id_, "edition_id": edition_id} for id_ in correction_ids]
    if rows:
        conn.execute(insert(conn, reported_corrections).on_conflict_do_nothing(), rows)


def of_edition(conn: Connection, edition_id: int) -> tuple[Correction, ...]:
    """The corrections that the edition reports."""
    query = select(*_COLUMNS).join(reported_corrections).where(reported_corrections.c.edition_id == edition_id)
    return _read(conn, query.order_by(table.c.found, table.c.id))


def of_stories(conn: Connection, story_ids: Collection[int]) -> Mapping[int, tuple[Correction, ...]]:
    """The corrections of sentences in these stories, by story id, without those that are held."""
    by_story: dict[int, list[Correction]] = defaultdict(list)
    query = select(correction_stories.c.story_id, *_COLUMNS).join(table).where(table.c.held == "")
    for ids in batches(sorted(story_ids)):
        rows = conn.execute(query.where(correction_stories.c.story_id.in_(ids)).order_by(table.c.found, table.c.id))
        for row in rows:
            by_story[row.story_id] += from_rows(Correction, [row[1:]])
    return {story_id: tuple(found) for story_id, found in by_story.items()}


def count_articles(conn: Connection, source_id: str, *, since: datetime) -> int:
    """The number of the source's articles with a correction that was found since then."""
    query = select(func.count(table.c.article_id.distinct()))
    return int(conn.execute(query.where(table.c.source_id == source_id, table.c.found >= since)).scalar_one())


def hold(conn: Connection, source_id: str, reason: str, *, since: datetime) -> int:
    """Hold the source's corrections that were found since then and that no edition reports; return how many."""
    is_reported = exists().where(reported_corrections.c.correction_id == table.c.id)
    is_new = (table.c.source_id == source_id, table.c.found >= since, table.c.held == "", ~is_reported)
    return conn.execute(update(table).where(*is_new).values(held=reason)).rowcount


def set_held(conn: Connection, correction_id: int, reason: str) -> bool:
    """Hold a correction, or release it with an empty reason; false if there is none, or an edition reports it."""
    is_reported = exists().where(reported_corrections.c.correction_id == table.c.id)
    query = update(table).where(table.c.id == correction_id, ~is_reported).values(held=reason)
    return conn.execute(query).rowcount > 0


def held_sources(conn: Connection, *, since: datetime) -> Mapping[str, int]:
    """The number of held corrections found since then, by source id."""
    query = select(table.c.source_id, func.count()).where(table.c.held != "", table.c.found >= since)
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(table.c.source_id))}


def newest(conn: Connection, *, limit: int) -> tuple[tuple[Correction, tuple[tuple[str, str], ...]], ...]:
    """The corrections found last, newest first, each with newsletter and slot of the editions that report it."""
    found = _read(conn, select(*_COLUMNS).order_by(table.c.found.desc(), table.c.id.desc()).limit(limit))
    reported: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    query = select(reported_corrections.c.correction_id, editions.c.newsletter_id, editions.c.slot_key).join(editions)
    ids = [correction.id for correction in found]
    for row in conn.execute(query.where(reported_corrections.c.correction_id.in_(ids)).order_by(editions.c.id)):
        reported[row.correction_id][row.newsletter_id, row.slot_key] = None
    return tuple((correction, tuple(reported[correction.id])) for correction in found)


def counts(conn: Connection, *, since: datetime) -> tuple[int, int, int]:
    """Corrections found since then: those that an edition reports, that wait for one, and that are held."""
    is_reported = exists().where(reported_corrections.c.correction_id == table.c.id)
    found = table.c.found >= since

    def number(*conditions: ColumnElement[bool]) -> int:
        return int(conn.execute(select(func.count()).select_from(table).where(found, *conditions)).scalar_one())

    return number(is_reported), number(~is_reported, table.c.held == ""), number(table.c.held != "")


def delete_old(conn: Connection, *, before: datetime) -> int:
    """Delete corrections that were found earlier; return how many."""
    return conn.execute(delete(table).where(table.c.found < before)).rowcount


def _read(conn: Connection, query: Select[Any]) -> tuple[Correction, ...]:
    return tuple(from_rows(Correction, conn.execute(query)))


_COLUMNS = columns(table, Correction)
