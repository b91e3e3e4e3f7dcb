"""The model of ``digest/README.md`` comes from the published figures, by the command that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.fleet.capacity import FIGURES, LOADS, costs, needs, table

README = Path(__file__).parents[1] / "digest" / "README.md"
COSTS = costs(json.loads(FIGURES.read_text()))


def test_the_readmes_table_is_computed_from_the_published_figures() -> None:
    assert table(COSTS) in README.read_text("utf-8")


def test_ten_times_the_mails_and_feeds_are_ten_times_the_rows_and_work() -> None:
    smaller, larger = (needs(load, COSTS) for load in LOADS[1:])

    assert larger.ledger_rows == 10 * smaller.ledger_rows
    assert larger.articles == 10 * smaller.articles
    assert larger.worker_cores == pytest.approx(10 * smaller.worker_cores)
    assert larger.workers >= smaller.workers >= 2
