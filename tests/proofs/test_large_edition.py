"""An edition for many recipients: memory and statements are those of a small one, but for one statement a page."""

from __future__ import annotations

import pytest

from tests.bench.speed.freezing import figures_of

SMALL, LARGE = 2_000, 50_000
#: Ledger rows that one statement creates, and mails whose jobs one statement queues.
_ROWS, _MAILS_OF_A_STATEMENT = 2_000, 200_000


@pytest.mark.slow
@pytest.mark.parametrize("system", ["sqlite", "postgresql"])
def test_freezing_and_reporting_take_no_more_memory_or_statements(system: str) -> None:
    small_frozen, small_status = figures_of(system, SMALL)
    frozen, status = figures_of(system, LARGE)

    assert (small_frozen.rows, frozen.rows) == (SMALL, LARGE)
    assert frozen.jobs in {0, LARGE // 200}
    assert frozen.peak_mb < small_frozen.peak_mb + 15
    pages = LARGE // _ROWS + LARGE // _MAILS_OF_A_STATEMENT
    assert frozen.statements <= small_frozen.statements + pages
    assert status.statements == small_status.statements
    assert status.peak_mb < small_status.peak_mb + 5
