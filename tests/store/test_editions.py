"""Stored editions, published stories, slot statuses and runs, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.model.slots import Slot
from digest.store import Store, articles, editions, entries, runs, slots, stories
from digest.store.slots import SlotStatus
from tests.support.values import NOON, SLOT, article, brief, edition, entry

NEXT = Slot(due=SLOT.due + timedelta(days=1), key="2026-03-30")


def test_an_edition_is_read_back_unchanged(store: Store) -> None:
    frozen = edition(html="<p>Ünïcödé 🚢</p>\r\n", text="a\tb\n")
    with store.begin() as conn:
        id_, added = editions.add(conn, frozen, at=NOON)
        assert added
        assert editions.get(conn, id_) == editions.StoredEdition(id=id_, edition=frozen, frozen_at=NOON)
        assert editions.get(conn, id_ + 1) is None


def test_a_second_edition_for_the_same_slot_changes_nothing(store: Store) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        assert editions.add(conn, edition(html="other"), at=NOON) == (id_, False)
        stored = editions.find(conn, "main", SLOT)

    assert stored is not None
    assert stored.edition == edition()


def test_each_audience_has_its_own_edition(store: Store) -> None:
    with store.begin() as conn:
        editions.add(conn, edition(), at=NOON)
        _, added = editions.add(conn, edition(audience="Europe/Berlin", subject="Berlin"), at=NOON)
        stored = editions.find(conn, "main", SLOT, audience="Europe/Berlin")

    assert added
    assert stored is not None
    assert stored.edition.subject == "Berlin"


def test_the_latest_revision_is_found_unless_a_revision_is_given(store: Store) -> None:
    with store.begin() as conn:
        assert editions.next_revision(conn, "main", SLOT) == 1
        editions.add(conn, edition(), at=NOON)
        assert editions.next_revision(conn, "main", SLOT) == 2
        editions.add(conn, edition(revision=2, subject="Second"), at=NOON)
        latest, first = (editions.find(conn, "main", SLOT, revision=number) for number in (None, 1))

    assert latest is not None
    assert first is not None
    assert (latest.edition.subject, first.edition.subject) == ("Second", edition().subject)


def test_editions_are_listed_with_the_newest_first(store: Store) -> None:
    with store.begin() as conn:
        editions.add(conn, edition(), at=NOON)
        editions.add(conn, edition(slot=NEXT), at=NOON)
        editions.add(conn, edition(newsletter_id="other"), at=NOON)
        assert [heading.slot for heading in editions.summaries(conn, "main")] == [NEXT, SLOT]
        assert len(editions.summaries(conn)) == 3
        assert len(editions.summaries(conn, limit=1)) == 1


def test_published_articles_include_near_duplicates(store: Store) -> None:
    a, b, c, d = (article(id) for id in "abcd")
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(a, b, near_duplicates=(c,)), brief(d)])
        assert stories.published_articles(conn, "main").keys() == {"a", "b", "c", "d"}


def test_articles_published_to_one_audience_are_new_to_another(store: Store) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(audience="weekly"), at=NOON)
        stories.add(conn, id_, [brief(article("a"))])
        assert stories.published_articles(conn, "main", "weekly").keys() == {"a"}
        assert not stories.published_articles(conn, "main")
        assert not stories.published_articles(conn, "other", "weekly")


def test_an_edited_article_keeps_its_published_wording(store: Store) -> None:
    first, second, third = (article("a", paragraphs=(text,)) for text in ("Closed.", "Closing.", "Open again."))
    with store.begin() as conn:
        entries.add(conn, [entry()])
        articles.add(conn, [(entry(), first)])
        for now, then in ((second, SLOT), (third, NEXT)):
            id_, _ = editions.add(conn, edition(slot=then), at=NOON)
            stories.add(conn, id_, [brief(first)])
            stories.save_published_wordings(conn, articles.changed_wordings(conn, [(entry(), now)]))
            articles.add(conn, [(entry(), now)])
        assert stories.published_articles(conn, "main") == {"a": (("Title a", "Closed."), ("Title a", "Closing."))}
        assert articles.changed_wordings(conn, [(entry(), third)]) == {}


def test_of_an_article_from_two_sources_the_first_ones_wording_counts(store: Store) -> None:
    herald_entry, post_entry = entry("1"), entry("2")
    with store.begin() as conn:
        entries.add(conn, [herald_entry, post_entry])
        articles.add(conn, [(herald_entry, article("a")), (post_entry, article("a"))])
        edit = article("a", paragraphs=("Closed again.",))
        assert articles.changed_wordings(conn, [(post_entry, edit)]) == {}
        assert articles.changed_wordings(conn, [(post_entry, edit), (herald_entry, edit)]).keys() == {"a"}


def test_a_second_revision_may_repeat_the_first_ones_articles(store: Store) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(article("a"))])
        assert not stories.published_articles(conn, "main", before=SLOT.due)
        assert stories.published_articles(conn, "main", before=NEXT.due).keys() == {"a"}


def test_a_slots_status_is_recorded_once(store: Store) -> None:
    with store.begin() as conn:
        assert slots.record_status(conn, "main", SLOT, SlotStatus.PUBLISHED, at=NOON)
        assert not slots.record_status(conn, "main", SLOT, SlotStatus.MISSED, at=NOON)
        assert slots.record_status(conn, "main", NEXT, SlotStatus.MISSED, at=NOON)
        assert slots.statuses(conn, "main") == {SLOT: SlotStatus.PUBLISHED, NEXT: SlotStatus.MISSED}


def test_a_slot_has_a_status_for_each_newsletter_and_audience(store: Store) -> None:
    with store.begin() as conn:
        assert slots.record_status(conn, "main", SLOT, SlotStatus.PUBLISHED, at=NOON)
        assert slots.record_status(conn, "main", SLOT, SlotStatus.EMPTY, at=NOON, audience="weekly")
        assert slots.record_status(conn, "other", SLOT, SlotStatus.MISSED, at=NOON)
        assert slots.statuses(conn, "main", audience="weekly") == {SLOT: SlotStatus.EMPTY}


def test_a_run_is_open_until_it_is_finished(store: Store) -> None:
    later = NOON + timedelta(seconds=3)
    with store.begin() as conn:
        id_ = runs.start(conn, "collect", at=NOON)
        (running,) = runs.recent(conn)
        runs.finish(conn, id_, "done", at=later, counts={"new": 3})
        (ended,) = runs.recent(conn, "collect")
        assert runs.recent(conn, "publish") == ()

    assert (running.ended, running.outcome) == (None, "")
    assert ended == replace(running, ended=later, outcome="done", counts={"new": 3})
