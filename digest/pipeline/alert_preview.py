"""The alert that would be sent now, and why other stories would not be alerts. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.model.alerts import ANY_TOPIC
from digest.model.digests import Digest
from digest.model.editions import EditionKind
from digest.model.newsletters import Newsletter
from digest.model.slots import Window
from digest.model.stories import LeftOut
from digest.pipeline.alert_decision import AlertDecision, decide
from digest.pipeline.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPreview:
    """An alert as a digest of one story, or of none."""

    digest: Digest
    #: Why it would not be sent now; empty if it would.
    wait: str


def preview_alert(newsletter: Newsletter, app: App, *, now: datetime) -> AlertPreview:
    """The alert about what was collected since the last digest; about any topic if the newsletter has no alerts."""
    newsletter = replace(newsletter, alert=newsletter.alert or (ANY_TOPIC,))
    decision = decide(newsletter, app, now=now, since=None)
    left_out = tuple(_left_out(decision))
    if decision.surges:
        from digest.pipeline.alerts import compose_alert, story_of

        digest = compose_alert(newsletter, story_of(decision.surges[0]), decision.slot, app)
        return AlertPreview(digest=replace(digest, left_out=left_out), wait=decision.wait)
    digest = Digest(
        newsletter=newsletter,
        slot=decision.slot,
        window=Window(start=now - newsletter.alert_within, end=now + timedelta.resolution),
        language=newsletter.language or "en",
        briefs=(),
        left_out=left_out,
        kind=EditionKind.ALERT,
    )
    return AlertPreview(digest=digest, wait=decision.wait)


def _left_out(decision: AlertDecision) -> Iterator[LeftOut]:
    for surge in decision.surges[1:]:
        yield LeftOut(article=surge.story.lead, reason="waits for its turn", detail=f"{surge.outlets} outlets")
    for no_surge in decision.no_surges:
        yield LeftOut(article=no_surge.story.lead, reason=no_surge.reason)
