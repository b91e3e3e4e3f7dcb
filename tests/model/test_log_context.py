"""Fields that hold for a while."""

from __future__ import annotations

from threading import Thread

from digest.model.log_context import add_log_fields, current_log_fields, log_fields


def test_fields_hold_until_their_block_ends() -> None:
    with log_fields(newsletter="main"):
        with log_fields(slot="2026-06-01", newsletter="weekly"):
            add_log_fields(edition=3)
            inner = dict(current_log_fields())
        outer = dict(current_log_fields())

    assert inner == {"newsletter": "weekly", "slot": "2026-06-01", "edition": 3}
    assert outer == {"newsletter": "main"}
    assert current_log_fields() == {}


def test_outside_of_a_block_nothing_is_bound() -> None:
    add_log_fields(edition=3)

    assert current_log_fields() == {}


def test_threads_have_fields_of_their_own() -> None:
    seen: list[object] = []
    with log_fields(newsletter="main"):
        thread = Thread(target=lambda: seen.append(current_log_fields()))
        thread.start()
        thread.join()

    assert seen == [{}]
