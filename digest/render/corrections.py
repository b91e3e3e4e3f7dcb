"""Variables of corrections, for mails and pages."""

from __future__ import annotations

from datetime import datetime

from digest.model.corrections import Correction
from digest.render.context_types import CorrectionContext
from digest.render.locale import Labels, direction, short_date
from digest.render.plain_text import clip, line
from digest.render.values import language_code, link, name

#: Characters of a quoted sentence or note.
_MAX_TEXT = 900


def correction_context(correction: Correction, today: datetime, labels: Labels) -> CorrectionContext:
    """Variables of one correction in an edition of this day, or on a page of today."""
    told = correction.told.astimezone(today.tzinfo)
    return CorrectionContext(
        title=clip(line(correction.title), _MAX_TEXT) or labels.untitled,
        url=link(correction.url),
        source=name(correction.source),
        language=language_code(correction.language, labels),
        direction=direction(correction.language),
        intro=labels.correction_before.format(date=short_date(told, labels)),
        before=clip(line(correction.before), _MAX_TEXT),
        after=clip(line(correction.after), _MAX_TEXT),
        note=clip(line(correction.note), _MAX_TEXT),
    )
