"""Subscribers' votes on published stories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Float, case, delete, func, select

from digest.model.feedback import OutletVotes, Vote, VoteCounts
from digest.store.mapping import insert
from digest.store.tables import editions, stories
from digest.store.tables import feedback as table


def record(conn: Connection, story_id: int, subscriber_id: int, vote: Vote, *, at: datetime) -> None:
    """Store the subscriber's vote in place of an earlier one; the same vote again changes nothing."""
    statement = insert(conn, table).values(story_id=story_id, subscriber_id=subscriber_id, vote=vote, changed=at)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["story_id", "subscriber_id"],
            set_={"vote": statement.excluded.vote, "changed": statement.excluded.changed},
            where=table.c.vote != statement.excluded.vote,
        )
    )


def withdraw(conn: Connection, story_id: int, subscriber_id: int) -> None:
    """Delete the subscriber's vote on the story, if there is one."""
    conn.execute(delete(table).where(table.c.story_id == story_id, table.c.subscriber_id == subscriber_id))


def votes_of(conn: Connection, subscriber_id: int, edition_id: int) -> Mapping[int, Vote]:
    """The subscriber's votes on an edition's stories, by story id."""
    query = (
        select(table.c.story_id, table.c.vote)
        .join(stories, stories.c.id == table.c.story_id)
        .where(table.c.subscriber_id == subscriber_id, stories.c.edition_id == edition_id)
    )
    return {row.story_id: row.vote for row in conn.execute(query)}


def counts(conn: Connection, edition_id: int) -> Mapping[int, VoteCounts]:
    """Votes on an edition's stories, by story id; stories without any are absent."""
    query = (
        select(table.c.story_id, _count(Vote.UP).label("up"), _count(Vote.DOWN).label("down"))
        .join(stories, stories.c.id == table.c.story_id)
        .where(stories.c.edition_id == edition_id)
        .group_by(table.c.story_id)
    )
    return {row.story_id: VoteCounts(up=row.up, down=row.down) for row in conn.execute(query)}


def outlet_votes(
    conn: Connection, newsletter_id: str, *, since: datetime, before: datetime
) -> Mapping[str, OutletVotes]:
    """Votes given before a time on the newsletter's stories of slots due since another, by the lead's outlet."""
    is_useful = case((table.c.vote == Vote.UP, 1.0), else_=0.0)
    shares = (
        select(stories.c.outlet, table.c.subscriber_id, func.avg(is_useful, type_=Float()).label("useful"))
        .join(stories, stories.c.id == table.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.newsletter_id == newsletter_id, editions.c.slot_due >= since, editions.c.slot_due < before)
        .where(table.c.changed < before, stories.c.outlet != "")
        .group_by(stories.c.outlet, table.c.subscriber_id)
        .subquery()
    )
    query = (
        select(shares.c.outlet, func.count().label("readers"), func.sum(shares.c.useful, type_=Float()).label("useful"))
        .group_by(shares.c.outlet)
        .order_by(shares.c.outlet)
    )
    return {row.outlet: OutletVotes(readers=row.readers, useful=row.useful) for row in conn.execute(query)}


def _count(vote: Vote) -> ColumnElement[int]:
    return func.sum(case((table.c.vote == vote, 1), else_=0))
