"""SpamAssassin's scores of all editions in the mail matrix, by its local rules."""

from __future__ import annotations

from tests.bench.quality.table import Row
from tests.support import mail_matrix
from tests.support.checkers import spamassassin


def measure() -> list[Row]:
    scores = spamassassin.scores(mail_matrix.mail(mail_matrix.edition(name)) for name in mail_matrix.NAMES)
    positive = max(sum(score for score in rules.values() if score > 0) for rules in scores)
    worst = max(sum(rules.values()) for rules in scores)
    note = f"positive points alone: {positive:.1f} at most; {len(scores)} mails, a third hostile; spam from 5.0"
    return [Row(task="SpamAssassin, the highest score", system="digest", figure=f"{worst:.1f}", note=note)]
