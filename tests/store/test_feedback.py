"""Votes on stories, on each kind of database."""

from __future__ import annotations

from datetime import timedelta

from digest.model.feedback import OutletVotes, Vote, VoteCounts
from digest.model.published_stories import PublishedStory
from digest.model.slots import Slot
from digest.store import Store, editions, erasure, feedback, personal_data, retention, stories, story_texts, subscribers
from digest.store.subscribers import NewSubscriber
from digest.store.tables import feedback as table
from tests.support.values import NOON, SLOT, article, brief, edition

UP, DOWN = Vote.UP, Vote.DOWN
DAY = timedelta(days=1)
HERALD, TIMES = article("a"), article("b", url="https://www.times.example/b")
VOTED = SLOT.due + timedelta(hours=2)


def publish(store: Store, *, newsletter: str = "main", slot: Slot = SLOT) -> tuple[PublishedStory, ...]:
    """An edition with a story of the Herald, and one of the Times."""
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(newsletter_id=newsletter, slot=slot), at=slot.due)
        stories.add(conn, id_, [brief(HERALD), brief(TIMES)])
        return story_texts.of_edition(conn, id_)


def add_readers(store: Store, count: int) -> list[int]:
    addresses = [f"reader{number}@harbour.example" for number in range(count)]
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in addresses], "main", at=NOON)
        return [reader.id for reader in subscribers.for_newsletter(conn, "main")]


def outlet_votes(store: Store, newsletter: str = "main") -> dict[str, OutletVotes]:
    with store.read() as conn:
        return dict(
            feedback.outlet_votes(conn, newsletter, since=SLOT.due - 30 * DAY, before=SLOT.due + timedelta(days=1))
        )


def test_the_last_vote_of_a_subscriber_counts_and_can_be_taken_back(store: Store) -> None:
    story, _ = publish(store)
    ann, ben = add_readers(store, 2)
    with store.begin() as conn:
        feedback.record(conn, story.id, ann, UP, at=VOTED)
        feedback.record(conn, story.id, ben, UP, at=VOTED)
        feedback.record(conn, story.id, ann, DOWN, at=VOTED)
        assert feedback.counts(conn, 1) == {story.id: VoteCounts(up=1, down=1)}
        assert feedback.votes_of(conn, ann, 1) == {story.id: DOWN}
        feedback.withdraw(conn, story.id, ann)
        feedback.withdraw(conn, story.id, ann)
        assert feedback.counts(conn, 1) == {story.id: VoteCounts(up=1)}
        assert feedback.votes_of(conn, ann, 1) == {}


def test_the_same_vote_again_keeps_its_time(store: Store) -> None:
    story, _ = publish(store)
    (ann,) = add_readers(store, 1)
    with store.begin() as conn:
        feedback.record(conn, story.id, ann, UP, at=VOTED)
        feedback.record(conn, story.id, ann, UP, at=VOTED + DAY)
        assert conn.execute(table.select()).one().changed == VOTED


def test_a_subscriber_counts_once_for_an_outlet_with_the_share_of_all_votes(store: Store) -> None:
    today = publish(store)
    yesterday = publish(store, slot=Slot(due=SLOT.due - DAY, key="2026-03-28"))
    ann, ben = add_readers(store, 2)
    with store.begin() as conn:
        for story, reader, vote in (
            (today[0], ann, UP),
            (yesterday[0], ann, DOWN),
            (today[0], ben, UP),
            (today[1], ben, DOWN),
        ):
            feedback.record(conn, story.id, reader, vote, at=VOTED)

    assert outlet_votes(store) == {
        "herald.example": OutletVotes(readers=2, useful=1.5),
        "times.example": OutletVotes(readers=1, useful=0.0),
    }


#: Newsletter, the edition's slot, and when the vote was given.
OTHER_VOTES = {
    "of another newsletter": ("other", SLOT.due, VOTED),
    "on an old edition": ("main", SLOT.due - 31 * DAY, VOTED),
    "on a later edition": ("main", SLOT.due + DAY, VOTED),
    "given later": ("main", SLOT.due, SLOT.due + DAY),
}


def test_other_votes_do_not_count(store: Store) -> None:
    (ann,) = add_readers(store, 1)
    for key, (newsletter, due, voted) in OTHER_VOTES.items():
        story, _ = publish(store, newsletter=newsletter, slot=Slot(due=due, key=key))
        with store.begin() as conn:
            feedback.record(conn, story.id, ann, UP, at=voted)

    assert outlet_votes(store) == {}


def test_votes_are_erased_with_the_subscriber(store: Store) -> None:
    story, _ = publish(store)
    ann, ben = add_readers(store, 2)
    with store.begin() as conn:
        for reader in (ann, ben):
            feedback.record(conn, story.id, reader, UP, at=VOTED)
        erasure.erase(conn, "reader0@harbour.example", at=VOTED)
        assert feedback.counts(conn, 1) == {story.id: VoteCounts(up=1)}


def test_votes_are_deleted_with_their_edition(store: Store) -> None:
    old = publish(store, slot=Slot(due=SLOT.due - 500 * DAY, key="2024-11-14"))
    new = publish(store)
    (ann,) = add_readers(store, 1)
    with store.begin() as conn:
        for story in (*old, *new):
            feedback.record(conn, story.id, ann, UP, at=VOTED)
        assert retention.delete_feedback(conn, before=SLOT.due - 400 * DAY) == 2
        assert retention.delete_feedback(conn, before=SLOT.due - 400 * DAY) == 0
        assert (feedback.counts(conn, 1), len(feedback.counts(conn, 2))) == ({}, 2)


def test_a_download_names_the_stories_of_the_votes(store: Store) -> None:
    story, _ = publish(store)
    (ann,) = add_readers(store, 1)
    with store.begin() as conn:
        feedback.record(conn, story.id, ann, DOWN, at=VOTED)
        (row,) = personal_data.collect(conn, "reader0@harbour.example")["feedback"]

    assert (row["story"], row["vote"]) == ("Title a", "down")
