"""Stories that a mail's subject and preheader name."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.articles import Article
from digest.model.stories import Brief
from digest.stories.opinion import is_opinion
from digest.text.headlines import is_fit_for_subject

#: One story for the subject and two for the preheader.
_COUNT = 3


def stories_for_subject(briefs: Sequence[Brief]) -> tuple[Brief, ...]:
    """At most three stories in the edition's order; those with a title unfit for a subject only where others lack."""
    return tuple(sorted(briefs, key=lambda brief: not _is_fit(brief.story.lead))[:_COUNT])


def _is_fit(lead: Article) -> bool:
    return is_fit_for_subject(lead.title, lead.language) and not is_opinion(lead)
