"""Two minutes of a fleet under random faults; ``python -m tests.proofs.fleet --minutes 10`` takes longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.fleet import check, report, run_proof

MINUTES, SEED, SUBSCRIBERS = 2, 20261130, 2000


@pytest.mark.slow
def test_a_fleet_whose_processes_are_killed_misses_nobody_and_publishes_once(tmp_path: Path) -> None:
    outcome = run_proof(tmp_path, minutes=MINUTES, seed=SEED, subscribers=SUBSCRIBERS, log=print)

    print(*report(outcome), sep="\n")  # noqa: T201  # the proof's numbers
    check(outcome)
