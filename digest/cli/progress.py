"""How far long work has come, on stderr; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from digest.model import Failure
from digest.model.protocols import Collected
from digest.pipeline.collect import Progress


@contextmanager
def visiting() -> Iterator[Progress | None]:
    """A line that counts the sources visited; None if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    done = failed = 0
    # rich prints nothing at all for what is over before the first refresh.
    with Console(stderr=True).status("visiting the sources") as status:

        def on_done(outcome: Collected | Failure) -> None:
            nonlocal done, failed
            done += 1
            failed += isinstance(outcome, Failure)
            status.update(f"{done} visited" + (f", {failed} failed" if failed else ""))

        yield on_done
