"""SpamAssassin's score of every edition there is, by its own rules, without the network."""

from __future__ import annotations

from tests.bench.quality.table import Row
from tests.support import mail_matrix
from tests.support.checkers import spamassassin


def measure() -> list[Row]:
    found = spamassassin.points(mail_matrix.mail(mail_matrix.edition(name)) for name in mail_matrix.NAMES)
    against = max(sum(score for score in rules.values() if score > 0) for rules in found)
    worst = max(sum(rules.values()) for rules in found)
    note = f"points against them alone: {against:.1f} at most; {len(found)} mails, a third hostile; spam from 5.0"
    return [Row(task="SpamAssassin, the highest score", system="digest", figure=f"{worst:.1f}", note=note)]
