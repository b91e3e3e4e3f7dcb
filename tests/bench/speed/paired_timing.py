"""Time two commands in alternation, so that drift in the machine's speed affects both alike."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTimes:
    """Seconds of each run of a command and of its baseline."""

    command: tuple[float, ...]
    baseline: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median over the pairs of the command's time divided by the baseline's."""
        return median(ours / theirs for ours, theirs in zip(self.command, self.baseline, strict=True))


def time_pair(command: Sequence[str], baseline: Sequence[str], *, runs: int, warm_up: int = 2) -> PairedTimes:
    """Run both in alternation, ``runs`` times each, after ``warm_up`` runs that do not count."""
    times = [(_seconds(command), _seconds(baseline)) for _ in range(warm_up + runs)][warm_up:]
    return PairedTimes(command=tuple(pair[0] for pair in times), baseline=tuple(pair[1] for pair in times))


def _seconds(command: Sequence[str]) -> float:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DIGEST_", "PYTHON"))}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ)
    return time.perf_counter() - start
