"""A server's request for fewer mails, and how the rate recovers from it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

#: The rate doubles again each time that this passes without a further request.
RECOVERY = timedelta(minutes=5)
#: A shorter interval than this is none.
_NO_INTERVAL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowdown:
    """A server's last request for fewer mails."""

    slowed_at: datetime
    #: Seconds between two mails at that time.
    interval_s: float
    #: The server's words.
    reply: str = ""

    def interval_at(self, now: datetime) -> float:
        """Seconds between two mails now; zero once the rate has recovered."""
        periods = max((now - self.slowed_at) / RECOVERY, 0.0)
        interval = self.interval_s * 0.5 ** min(periods, 100.0)
        return interval if interval >= _NO_INTERVAL_S else 0.0

    def ends(self, configured_s: float) -> datetime:
        """When the rate is as it was before, in seconds between two mails."""
        periods = math.log2(max(self.interval_s / max(configured_s, _NO_INTERVAL_S), 1.0))
        return self.slowed_at + periods * RECOVERY
