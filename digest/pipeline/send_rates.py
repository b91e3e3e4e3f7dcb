"""Rates of mails that all senders share: of the mail server, and of each provider that mails go to.

A sender reserves time in the store for a few mails at once, and sends each at its time. A request to slow down that one
sender meets holds for all. What a dead sender had reserved is lost: a quarter of a second.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.deliver.throttling import RELAY_PERIOD, RELAY_PROVIDERS, slow_down
from digest.model.slowdown import Slowdown
from digest.settings import RecipientDomains, SmtpSettings
from digest.store import Store, rate_limits

#: Time that is reserved at once, at most.
_LONGEST_RESERVATION_S = 0.25
#: A mail may be late by this much: then its time is lost, so that late mails make no burst.
_MAX_DELAY_S = 1.0
#: A sender holds the mails of a limited provider that it can send within this time; others wait in the ledger.
HELD_S = 30.0
#: Begin the names of rates: of a provider, by its first domain, and of a mail server.
DOMAIN, _RELAY = "domain ", "relay "


@dataclass(slots=True)
class Permits:
    """Times at which this sender may send mails of one rate, on the monotonic clock."""

    _times: deque[float] = field(default_factory=deque)
    #: How many to reserve next: as many as can be used in time.
    _batch: int = 1

    def wait(self, now: float, *, max_delay: float) -> float | None:
        """Seconds until the next; None if there is none. Those that are too late are dropped."""
        while self._times and self._times[0] < now - max_delay:
            self._times.popleft()
            self._batch = max(self._batch // 2, 1)
        return max(self._times[0] - now, 0.0) if self._times else None

    def take(self) -> None:
        """Use the next; if it was the last, more are reserved the next time."""
        if self._times:
            self._times.popleft()
            self._batch = self._batch if self._times else 2 * self._batch

    def batch(self, interval_s: float, waiting: int) -> int:
        """How many to reserve for so many mails that wait."""
        self._batch = max(min(self._batch, int(_LONGEST_RESERVATION_S / interval_s)), 1)
        return max(min(self._batch, waiting), 1)

    def add(self, start: float, mails: int, interval_s: float) -> None:
        """Add times that were reserved."""
        self._times.extend(start + number * interval_s for number in range(mails))


class SendRates:
    """The rates, as one sender knows them."""

    def __init__(
        self,
        store: Store,
        smtp: SmtpSettings,
        recipient_domains: Sequence[RecipientDomains] = (),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._is_folder = smtp.folder is not None
        self.monotonic = monotonic
        self._names, self._configured = configured_rates(smtp, recipient_domains)
        self._relay = relay_name(smtp)
        self._slowdowns: Mapping[str, Slowdown] = {}
        self._permits: dict[str, Permits] = defaultdict(Permits)

    def refresh(self) -> bool:
        """Read what servers asked of any sender; return whether that is new."""
        if self._is_folder:
            return False
        with self._store.read() as conn:
            return self._set_slowdowns(rate_limits.slowdowns(conn))

    def _set_slowdowns(self, slowdowns: Mapping[str, Slowdown]) -> bool:
        changed = {name for name, slowdown in slowdowns.items() if slowdown != self._slowdowns.get(name)}
        for name in changed:
            self._permits.pop(name, None)
        self._slowdowns = slowdowns
        return bool(changed)

    def provider(self, address: str) -> str:
        """The name of the rate for this recipient, beside the mail server's; empty if there is none."""
        if not self._names and not self._slowdowns:
            return ""
        name = self._domain_name(address)
        return name if self._interval(name) else ""

    def _domain_name(self, address: str) -> str:
        domain = address.rpartition("@")[2].lower()
        return self._names.get(domain, DOMAIN + domain)

    def wait(self, provider: str, *, waiting: int) -> float:
        """Seconds until a mail to this provider may be sent; ``waiting`` is how many there are. Reserves time."""
        now, relay_interval = self.monotonic(), self._interval(self._relay)
        # First what is reserved already: a provider's time must not pass while the mail server's is waited for.
        if relay_interval and (known := self._permits[self._relay].wait(now, max_delay=_MAX_DELAY_S)):
            return known
        max_delay = max(_MAX_DELAY_S, 2 * relay_interval)
        if provider and (wait := self._wait(provider, waiting, max_delay)):
            return wait
        return self._wait(self._relay, waiting, _MAX_DELAY_S) if relay_interval else 0.0

    def take(self, provider: str) -> None:
        """A mail to this provider is sent now."""
        for name in (provider, self._relay):
            if name in self._permits:
                self._permits[name].take()

    def _wait(self, name: str, waiting: int, max_delay: float) -> float:
        interval = self._interval(name)
        if not interval:
            return 0.0
        permits = self._permits[name]
        wait = permits.wait(self.monotonic(), max_delay=max_delay)
        if wait is None:
            mails = permits.batch(interval, waiting)
            with self._store.begin(durable=False) as conn:
                wait = rate_limits.reserve(conn, name, timedelta(seconds=mails * interval)).total_seconds()
            permits.add(self.monotonic() + wait, mails, interval)
        return wait

    def room(self, provider: str) -> int:
        """How many mails of the provider a sender may hold."""
        interval = self._interval(provider)
        return max(int(HELD_S / interval), 1) if interval else 1_000_000

    def plan(self, provider: str, mails: int) -> list[timedelta]:
        """When mails that a sender can't hold have their turns, from now on."""
        interval = timedelta(seconds=self._interval(provider))
        with self._store.begin(durable=False) as conn:
            start = rate_limits.plan(conn, provider, mails * interval, after=timedelta(seconds=HELD_S / 2))
        return [start + number * interval for number in range(mails)]

    def forget_plans(self) -> None:
        """Plan anew: all mails that wait were made due."""
        if self._names or self._slowdowns:
            with self._store.begin(durable=False) as conn:
                rate_limits.forget_plans(conn)

    def slow_down(self, replies: Iterable[tuple[str, str]], *, is_relays: bool) -> None:
        """Servers asked for fewer mails in replies to these recipients: send fewer, in all senders.

        ``is_relays``: the mail server itself asks, whoever the recipients are.
        """
        now = datetime.now(UTC)
        with self._store.begin(durable=False) as conn:
            slowdowns = dict(rate_limits.slowdowns(conn))
            for address, reply in replies:
                name = self._relay if is_relays else self._slowed_name(self._domain_name(address), slowdowns, now)
                slower = slow_down(slowdowns.get(name), self._configured.get(name, 0.0), reply=reply, now=now)
                if slower != slowdowns.get(name):
                    slowdowns[name] = slower
                    rate_limits.slow_down(conn, name, slower)
        self._set_slowdowns(slowdowns)

    def _slowed_name(self, name: str, slowdowns: Mapping[str, Slowdown], now: datetime) -> str:
        """The provider's rate; the mail server's, if several providers seem to ask at once."""
        recent = {
            other
            for other, slowdown in slowdowns.items()
            if other.startswith(DOMAIN) and now - slowdown.slowed_at < RELAY_PERIOD
        }
        return name if len(recent | {name}) < RELAY_PROVIDERS else self._relay

    def _interval(self, name: str) -> float:
        """Seconds between two mails at present; zero for no limit."""
        configured = self._configured.get(name, 0.0)
        slowdown = self._slowdowns.get(name)
        return max(configured, slowdown.interval_at(datetime.now(UTC))) if slowdown else configured


def relay_name(smtp: SmtpSettings) -> str:
    """The name of the mail server's rate."""
    return f"{_RELAY}{smtp.host}:{smtp.port}"


def configured_rates(
    smtp: SmtpSettings, recipient_domains: Sequence[RecipientDomains]
) -> tuple[dict[str, str], dict[str, float]]:
    """The names of rates by domain, and the intervals of the settings by name. A folder has no rates."""
    if smtp.folder:
        return {}, {}
    names = {domain: DOMAIN + limit.domains[0] for limit in recipient_domains for domain in limit.domains}
    intervals = {DOMAIN + limit.domains[0]: 60 / limit.rate_per_minute for limit in recipient_domains}
    if smtp.rate_per_minute:
        intervals[relay_name(smtp)] = 60 / smtp.rate_per_minute
    return names, intervals
