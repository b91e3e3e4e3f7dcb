"""Timing whole commands fairly: in turn, so that a machine whose speed drifts treats both alike."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two commands, timed in turn: seconds of each run."""

    one: tuple[float, ...]
    other: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios: how many times as long the one takes as the other."""
        return median(one / other for one, other in zip(self.one, self.other, strict=True))


def paired(one: Sequence[str], other: Sequence[str], *, runs: int, warm_up: int = 2) -> Paired:
    """Run ``one`` and ``other`` in turn, ``runs`` times each, after a few that don't count."""
    times = [(_seconds(one), _seconds(other)) for _ in range(warm_up + runs)][warm_up:]
    return Paired(one=tuple(pair[0] for pair in times), other=tuple(pair[1] for pair in times))


def _seconds(command: Sequence[str]) -> float:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DIGEST_", "PYTHON"))}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ)
    return time.perf_counter() - start
