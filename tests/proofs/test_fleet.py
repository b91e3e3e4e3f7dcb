"""Two minutes of a fleet under random faults; ``python -m tests.proofs.fleet --minutes 10`` takes longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.proofs.fleet import check, report, run_proof

MINUTES, SEED, SUBSCRIBERS = 2, 20261130, 2000


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user may enter for as long as it lives: each pytest closes the folders of all."""
    with TemporaryDirectory(prefix="digest-fleet-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.slow
def test_a_fleet_whose_processes_are_killed_misses_nobody_and_publishes_once(folder: Path) -> None:
    outcome = run_proof(folder, minutes=MINUTES, seed=SEED, subscribers=SUBSCRIBERS, log=print)

    print(*report(outcome), sep="\n")  # noqa: T201  # the proof's numbers
    check(outcome)
