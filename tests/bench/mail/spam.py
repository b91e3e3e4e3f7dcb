"""SpamAssassin's score of every edition there is, by its own rules, without the network."""

from __future__ import annotations

from tests import matrix
from tests.bench.quality.table import Row
from tests.checkers import spamassassin


def measure() -> list[Row]:
    found = spamassassin.points(matrix.mail(matrix.edition(name)) for name in matrix.NAMES)
    against = max(sum(score for score in rules.values() if score > 0) for rules in found)
    worst = max(sum(rules.values()) for rules in found)
    note = f"points against them alone: {against:.1f} at most; {len(found)} mails, a third hostile; spam from 5.0"
    return [Row(task="SpamAssassin, the highest score", system="digest", figure=f"{worst:.1f}", note=note)]
