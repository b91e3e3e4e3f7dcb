"""Editions for the archive, on each kind of database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.slots import Slot
from digest.store import Store, archive, editions, stories
from tests.support.values import NOON, SLOT, article, brief, edition

#: Two slots on one day, and two that are due at the same time since the schedule changed.
SLOTS = (
    Slot(due=SLOT.due - timedelta(days=3), key="2026-03-26"),
    Slot(due=SLOT.due, key="2026-03-29"),
    Slot(due=SLOT.due, key="2026-03-29T07:00"),
    Slot(due=SLOT.due + timedelta(hours=11), key="2026-03-29T18:30"),
    Slot(due=SLOT.due + timedelta(days=3), key="2026-04-01"),
)


@pytest.fixture
def published(store: Store) -> Store:
    """An edition for each slot; besides, another audience's and another newsletter's."""
    with store.begin() as conn:
        for slot in SLOTS:
            id_, _ = editions.add(conn, edition(slot=slot, subject=f"Of {slot.key}"), at=slot.due)
            stories.add(conn, id_, [brief(article(f"a{slot.key}")), brief(article("b"))])
        late = Slot(due=SLOT.due + timedelta(days=30), key="2026-04-28")
        editions.add(conn, edition(slot=late, audience="weekly"), at=NOON)
        editions.add(conn, edition(slot=late, newsletter_id="other"), at=NOON)
    return store


def test_editions_are_listed_page_by_page_with_the_newest_first(published: Store) -> None:
    with published.read() as conn:
        pages = [archive.newest(conn, "main", limit=2, offset=offset) for offset in (0, 2, 4, 6)]

    keys = [[heading.slot.key for heading in page] for page in pages]
    assert keys == [["2026-04-01", "2026-03-29T18:30"], ["2026-03-29T07:00", "2026-03-29"], ["2026-03-26"], []]
    assert pages[0][0].lead_title == "Title a2026-04-01"


def test_each_edition_has_its_neighbours(published: Store) -> None:
    with published.read() as conn:
        every = archive.newest(conn, "main", limit=10)
        older = [archive.before(conn, heading) for heading in every]
        newer = [archive.after(conn, heading) for heading in every]

    assert older == [*every[1:], None]
    assert newer == [None, *every[:-1]]


def test_the_latest_revision_stands_for_its_slot_and_keeps_the_identity_of_the_first(published: Store) -> None:
    with published.begin() as conn:
        first = archive.find(conn, "main", SLOT.key)
        assert first
        identity = archive.first_revision(conn, first)
        editions.add(conn, edition(revision=2, subject="Corrected"), at=NOON)
        latest = archive.find(conn, "main", SLOT.key)

        assert latest
        assert (latest.subject, latest.revision, latest.lead_title) == ("Corrected", 2, "")
        assert archive.first_revision(conn, latest) == identity
        assert len(archive.newest(conn, "main", limit=10)) == len(SLOTS)


def test_months_and_addresses_count_each_slot_once(published: Store) -> None:
    with published.begin() as conn:
        editions.add(conn, edition(revision=2), at=NOON + timedelta(days=9))
        months = archive.counts_by_month(conn, "main")
        addresses = archive.addresses(conn, "main", limit=3, offset=1)

    assert list(months.items()) == [("2026-04", 1), ("2026-03", 4)]
    assert [address.slot_key for address in addresses] == ["2026-03-29T18:30", "2026-03-29T07:00", "2026-03-29"]
    assert addresses[2].frozen_at == NOON + timedelta(days=9)


def test_an_unknown_slot_has_no_edition(published: Store) -> None:
    with published.read() as conn:
        assert archive.find(conn, "main", "2026-04-28") is None
        assert archive.find(conn, "nobody", SLOT.key) is None


def test_the_version_changes_with_each_edition(published: Store) -> None:
    with published.begin() as conn:
        before = archive.version(conn)
        editions.add(conn, edition(revision=2), at=NOON)

        assert archive.version(conn) != before


def test_the_version_changes_with_an_edition_that_is_committed_after_one_with_a_higher_id(published: Store) -> None:
    values = {"newsletter_id": "main", "slot_due": NOON, "audience": "", "revision": 1, "reading_minutes": 1}
    texts = dict.fromkeys(("subject", "preheader", "language", "html", "text", "token"), "")
    rows = [
        {**values, **texts, "published": NOON, "id": id_, "slot_key": f"2027-01-0{id_ - 100}"} for id_ in (102, 101)
    ]
    versions = []
    for row in rows:
        with published.begin() as conn:
            conn.execute(editions.table.insert().values(row))
            versions.append(archive.version(conn))

    assert versions[0] != versions[1]
