"""Deliveries that a sender has claimed, by provider: those of a slow one hold up no others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import timedelta

from digest.model.editions import Delivery
from digest.pipeline.send_rates import SendRates


class SendQueue:
    """Claimed deliveries; of each provider no more than can be sent soon."""

    def __init__(self, rates: SendRates) -> None:
        self._rates = rates
        self._by_provider: dict[str, deque[Delivery]] = {}
        #: Seconds until ``pop`` may return a delivery, after it returned none.
        self.wait_s = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._by_provider.values()))

    def add(self, deliveries: Iterable[Delivery]) -> list[tuple[Delivery, timedelta]]:
        """Add deliveries; return those that can't be sent soon, and how long each should wait in the ledger."""
        groups: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            groups.setdefault(self._rates.provider(delivery.subscriber.address), []).append(delivery)
        postponed: list[tuple[Delivery, timedelta]] = []
        for provider, group in groups.items():
            held = self._by_provider.setdefault(provider, deque())
            room = max(self._rates.room(provider) - len(held), 0)
            held.extend(group[:room])
            if later := group[room:]:
                postponed += zip(later, self._rates.plan(provider, len(later)), strict=True)
        return postponed

    def regroup(self) -> list[tuple[Delivery, timedelta]]:
        """Group the deliveries anew, after rates have changed; return as ``add`` does."""
        deliveries = [delivery for group in self._by_provider.values() for delivery in group]
        self._by_provider.clear()
        return self.add(deliveries)

    def pop(self) -> Delivery | None:
        """A delivery that may be sent now; None if there is none. Providers take turns."""
        waits = []
        for provider, group in [*self._by_provider.items()]:
            if not group:
                del self._by_provider[provider]
            elif wait := self._rates.wait(provider, waiting=len(group)):
                waits.append(wait)
            else:
                self._by_provider[provider] = self._by_provider.pop(provider)  # to the end
                self._rates.take(provider)
                return group.popleft()
        self.wait_s = min(waits, default=0.0)
        return None

    @property
    def has_unlimited(self) -> bool:
        """Whether a delivery is left that waits for no provider's rate."""
        return bool(self._by_provider.get(""))

    def clear(self) -> None:
        """Drop the deliveries; they stay claimed in the ledger."""
        self._by_provider.clear()
