"""The time of a fleet: the database's, since a machine's own clock may be wrong, or be set while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.store import Store, fleet


@dataclass(slots=True, kw_only=True)
class FleetClock:
    """Tells the database's time. Between two readings it follows this machine's monotonic clock, which never jumps."""

    #: Asks the database.
    read: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    #: The last reading, and the monotonic time at that moment.
    _reading: tuple[datetime, float] | None = field(default=None)

    def __call__(self) -> datetime:
        """The time now."""
        if self._reading is None:
            return self.sync()
        at, read_at = self._reading
        return at + timedelta(seconds=self.monotonic() - read_at)

    def sync(self) -> datetime:
        """Ask the database, and return the time. Raises ``StoreError``."""
        before = self.monotonic()
        at = self.read()
        after = self.monotonic()
        self._reading = at, (before + after) / 2
        return self()


def database_clock(store: Store) -> FleetClock:
    """The clock of a fleet with this store."""

    def read() -> datetime:
        with store.read() as conn:
            return fleet.database_time(conn)

    return FleetClock(read=read)
