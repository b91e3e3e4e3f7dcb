"""Subscribers' votes on the stories of an edition, by the link in their mail: useful or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.feedback import Vote, VoteCounts
from digest.model.link_token import Purpose
from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedStory
from digest.pipeline.reader_links import find_holder
from digest.settings import Settings
from digest.store import editions, feedback, story_texts
from digest.store.editions import EditionSummary
from digest.stories.feedback import OutletRating, rate_outlets

#: Votes on older editions don't count any more: outlets change, and so do readers.
MEMORY = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """An edition's stories with one subscriber's votes."""

    subscriber_id: int
    edition: EditionSummary
    stories: tuple[PublishedStory, ...]
    #: By story id.
    votes: Mapping[int, Vote] = field(default_factory=dict)
    #: None if votes don't count any more: the edition is too old, or the newsletter asks for none.
    newsletter: Newsletter | None = None

    def story(self, number: str) -> PublishedStory | None:
        """The story with that number in the mail, ``1`` for the first; None if there is none."""
        if not (number.isascii() and number.isdigit() and len(number) < 6 and not number.startswith("0")):
            return None
        place = int(number)
        return next((story for story in self.stories if story.position + 1 == place), None)


def find_ballot(conn: Connection, token: str, settings: Settings, *, now: datetime) -> Ballot | None:
    """The edition that the link asks about; None if the link is about none, or was revoked."""
    holder = find_holder(conn, token, Purpose.FEEDBACK, settings.web)
    edition = editions.summary(conn, holder.edition_id) if holder else None
    if holder is None or edition is None:
        return None
    is_recent = now - edition.frozen_at <= settings.retention.editions
    return Ballot(
        subscriber_id=holder.subscriber.id,
        edition=edition,
        stories=story_texts.of_edition(conn, edition.id),
        votes=feedback.votes_of(conn, holder.subscriber.id, edition.id),
        newsletter=next(_asking(settings, edition.newsletter_id), None) if is_recent else None,
    )


def vote(
    conn: Connection, token: str, number: str, settings: Settings, *, choice: Vote | None, now: datetime
) -> Ballot | None:
    """Record the vote on the story with that number, in place of an earlier one; None takes it back.

    The ballot after that; None if the link is about none. Nothing is recorded on a closed one, or on another story.
    """
    ballot = find_ballot(conn, token, settings, now=now)
    story = ballot.story(number) if ballot else None
    if ballot is None or ballot.newsletter is None or story is None:
        return ballot
    if choice is None:
        feedback.withdraw(conn, story.id, ballot.subscriber_id)
    else:
        feedback.record(conn, story.id, ballot.subscriber_id, choice, at=now)
    return replace(ballot, votes=feedback.votes_of(conn, ballot.subscriber_id, ballot.edition.id))


def edition_votes(conn: Connection, edition_id: int) -> tuple[tuple[PublishedStory, VoteCounts], ...]:
    """The edition's stories in order, each with its votes."""
    counts = feedback.counts(conn, edition_id)
    return tuple((story, counts.get(story.id, VoteCounts())) for story in story_texts.of_edition(conn, edition_id))


def outlet_ratings(conn: Connection, newsletter: Newsletter, *, at: datetime) -> Mapping[str, OutletRating]:
    """What the votes given before that time are worth in the newsletter's ranking, by outlet; none if switched off."""
    if not newsletter.feedback:
        return {}
    return rate_outlets(feedback.outlet_votes(conn, newsletter.id, since=at - MEMORY, before=at))


def _asking(settings: Settings, newsletter_id: str) -> Iterator[Newsletter]:
    """The newsletter, if it asks for votes."""
    return (newsletter for newsletter in settings.newsletters if newsletter.id == newsletter_id and newsletter.feedback)
