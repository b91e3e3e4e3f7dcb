"""Due and current slots follow from the statuses of earlier slots, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.slots import DueSlots
from digest.settings.schedule import parse_schedule
from digest.store import Store, open_store, slots
from digest.store.slots import SlotStatus

DAILY = Newsletter(id="main", title="Main", timezone=ZoneInfo("Europe/Berlin"), schedule=parse_schedule("daily 07:00"))
WEEKLY = Newsletter(
    id="main", title="Main", timezone=ZoneInfo("Europe/Berlin"), schedule=parse_schedule("weekly mon 07:00")
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in June 2026 in Berlin; the 1st is a Monday."""
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1) - timedelta(hours=2)


def slot(day: int) -> Slot:
    return Slot(due=at(day, 7), key=f"2026-06-{day:02}")


@pytest.fixture
def memory_store() -> Store:
    return open_store("sqlite://")


def record(memory_store: Store, statuses: dict[int, SlotStatus], *, recorded_at: datetime | None = None) -> None:
    with memory_store.begin() as conn:
        for day, status in statuses.items():
            slots.record_status(conn, "main", slot(day), status, at=recorded_at or at(day, 7))


def due(memory_store: Store, now: datetime, newsletter: Newsletter = DAILY) -> DueSlots | None:
    with memory_store.read() as conn:
        return calendar.due_slots(conn, newsletter, now=now)


def current(memory_store: Store, now: datetime, newsletter: Newsletter = DAILY) -> str:
    with memory_store.read() as conn:
        return calendar.current_slot(conn, newsletter, now=now).key


# --- due ---------------------------------------------------------------------------------------------------------


def test_a_newly_registered_newsletter_has_no_due_slot(memory_store: Store) -> None:
    assert due(memory_store, at(3, 12)) is None
    with memory_store.begin() as conn:
        calendar.register(conn, DAILY, now=at(3, 12))

    assert due(memory_store, at(3, 12)) == DueSlots()
    assert due(memory_store, at(4, 6, 59)) == DueSlots()
    assert due(memory_store, at(4, 7)) == DueSlots(slot=slot(4))


@pytest.mark.parametrize("status", [SlotStatus.PUBLISHED, SlotStatus.EMPTY, SlotStatus.MISSED])
def test_a_slot_with_a_status_is_not_due(memory_store: Store, status: SlotStatus) -> None:
    record(memory_store, {1: status})

    assert due(memory_store, at(1, 8)) == DueSlots()
    assert due(memory_store, at(2, 7)) == DueSlots(slot=slot(2))


def test_after_downtime_the_newest_slot_is_due_and_older_ones_are_missed(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED})

    assert due(memory_store, at(5, 12)) == DueSlots(slot=slot(5), missed=(slot(2), slot(3), slot(4)))


def test_a_slot_too_long_ago_is_missed(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED})

    assert due(memory_store, at(2, 19)) == DueSlots(slot=slot(2))
    assert due(memory_store, at(2, 19, 1)) == DueSlots(missed=(slot(2),))


def test_a_slot_sent_ahead_of_its_time_is_not_due_again(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED})
    record(memory_store, {2: SlotStatus.PUBLISHED}, recorded_at=at(2, 5))

    assert due(memory_store, at(2, 7)) == DueSlots()
    assert due(memory_store, at(3, 7)) == DueSlots(slot=slot(3))


def test_a_schedule_moved_to_later_in_the_day_makes_no_second_slot_due(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED})
    moved = Newsletter(
        id="main", title="Main", timezone=ZoneInfo("Europe/Berlin"), schedule=parse_schedule("daily 09:00")
    )

    assert due(memory_store, at(1, 9), moved) == DueSlots()


def test_statuses_from_a_clock_a_month_ahead_do_not_block_due_slots(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED})
    record(
        memory_store, dict.fromkeys(range(2, 28), SlotStatus.MISSED) | {28: SlotStatus.PUBLISHED}, recorded_at=at(28, 8)
    )

    assert due(memory_store, at(2, 7)) == DueSlots(slot=slot(2))


# --- current -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newsletter", "now", "key"),
    [
        pytest.param(DAILY, at(3, 6), "2026-06-03", id="before its time: ahead of it"),
        pytest.param(DAILY, at(3, 8), "2026-06-03", id="after its time"),
        pytest.param(WEEKLY, at(3, 8), "2026-06-03", id="on a day without a slot: that day's own"),
    ],
)
def test_the_current_slot_of_a_new_newsletter_is_todays(
    memory_store: Store, newsletter: Newsletter, now: datetime, key: str
) -> None:
    assert current(memory_store, now, newsletter) == key
    with memory_store.begin() as conn:
        calendar.register(conn, newsletter, now=now)

    assert current(memory_store, now, newsletter) == key


def test_the_current_slot_is_the_latest_due(memory_store: Store) -> None:
    record(memory_store, {1: SlotStatus.PUBLISHED, 2: SlotStatus.MISSED})

    assert current(memory_store, at(3, 6, 59)) == "2026-06-02"
    assert current(memory_store, at(3, 7)) == "2026-06-03"


def test_a_slot_sent_ahead_of_its_time_stays_current(memory_store: Store) -> None:
    """A second ``digest send`` finds the edition that the first one sent."""
    record(memory_store, {1: SlotStatus.PUBLISHED})
    record(memory_store, {2: SlotStatus.PUBLISHED}, recorded_at=at(2, 5))

    assert current(memory_store, at(2, 6)) == "2026-06-02"


# --- window ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "last"),
    [
        pytest.param({1: SlotStatus.PUBLISHED, 2: SlotStatus.PUBLISHED}, 2, id="all went well"),
        pytest.param({1: SlotStatus.PUBLISHED, 2: SlotStatus.MISSED}, 1, id="past a missed slot"),
        pytest.param({1: SlotStatus.PUBLISHED, 2: SlotStatus.EMPTY}, 2, id="not past an empty slot"),
    ],
)
def test_a_window_reaches_back_to_the_last_published_or_empty_slot(
    memory_store: Store, statuses: dict[int, SlotStatus], last: int
) -> None:
    record(memory_store, statuses)
    with memory_store.read() as conn:
        window = calendar.window(conn, DAILY, slot(3), now=at(3, 7))

    assert window.start == at(last, 7) - (slot(3).due - at(last, 7))
