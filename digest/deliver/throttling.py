"""Servers that ask for fewer mails: how such a reply is recognised, how much slower mails are sent then, for how long.

Pure. Postfix lowers its concurrency for a destination after refusals and raises it again step by step
(https://www.postfix.org/SCHEDULER_README.html); Gmail asks bulk senders to send at a steady rate, and to send less
when it defers mails (https://support.google.com/a/answer/81126).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from digest.model.slowdown import Slowdown

#: Seconds between two mails after the first request, if they were sent faster; twice as many after each further one.
_FIRST_INTERVAL_S, _MAX_INTERVAL_S = 0.1, 60.0
#: Requests within this time are one: replies of several connections to the same burst.
_SAME_REQUEST = timedelta(seconds=1)
#: So many providers that ask at once are none: the relay's own limit is reached.
RELAY_PROVIDERS, RELAY_PERIOD = 3, timedelta(minutes=1)
#: How temporary replies ask a sender to slow down: Amazon SES, Exchange, Google, Postfix, Exim, Mailgun, Office 365,
#: Yahoo (TSS), Outlook.com (RP).
_THROTTLED = re.compile(
    r"throttl|rate[ -]?limit|(?:sending|mail|message|submission) rate|rate exceeded|unusual rate|slow down|4\.7\.28\b"
    r"|too many (?:e?mails|messages|requests|login attempts)\b|(?:messages|mails) (?:per|a|an) (?:second|minute|hour)"
    r"|\bTSS0\d\b|unexpected volume|\bRP-00[1-3]\b",
    re.IGNORECASE,
)


def is_throttled(code: int | None, reply: str) -> bool:
    """Whether a temporary reply says that mails come too fast."""
    return code is not None and 400 <= code < 500 and bool(_THROTTLED.search(reply))


def slow_down(before: Slowdown | None, configured_s: float, *, reply: str, now: datetime) -> Slowdown:
    """Half the rate that the server was sent mails at."""
    if before and before.slowed_at <= now < before.slowed_at + _SAME_REQUEST:
        return before
    interval = max(configured_s, before.interval_at(now) if before else 0.0)
    interval = min(max(2 * interval, _FIRST_INTERVAL_S), _MAX_INTERVAL_S)
    return Slowdown(slowed_at=now, interval_s=max(interval, configured_s), reply=reply)
