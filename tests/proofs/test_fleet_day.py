"""A small day of the fleet; ``python -m tests.proofs.fleet_day`` lives through one of a million mails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.fleet_day import Plan, live_through


@pytest.mark.slow
def test_a_day_with_kills_and_refusals_brings_everybody_each_edition_once(postgres_url: str, tmp_path: Path) -> None:
    plan = Plan(recipients=3_000, newsletters=3, slots=2, kills=4, fault_rate=0.005)

    report = live_through(plan, postgres_url, tmp_path)

    assert report.problems == []
    assert report.refusals > 0
    assert sum(report.kills.values()) == plan.kills
