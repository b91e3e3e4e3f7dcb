"""JSON of a preview. Scripts rely on its keys: add to them, but remove and rename none."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from digest.model.articles import Article, Image
from digest.model.corrections import Correction
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.failures import Failure
from digest.model.stories import Brief, LeftOut
from digest.pipeline.preference_values import PUBLISHED
from digest.pipeline.subscriber_edition import SubscriberEdition
from digest.text.time_format import iso_utc

JSON = dict[str, Any]  # argument of json.dumps; the functions below show the keys


def as_json(digest: Digest, edition: Edition, recipient: SubscriberEdition | None = None) -> str:
    """Return the digest and the sizes of its edition as indented JSON, with times in ISO 8601 (UTC).

    With a recipient, ``for`` says when the subscriber gets it.
    """
    document: JSON = {
        "newsletter": {"id": digest.newsletter.id, "title": digest.newsletter.title},
        "slot": digest.slot.key,
        "kind": str(digest.kind),
        "window": {"start": _iso(digest.window.start), "end": _iso(digest.window.end)},
        "language": digest.language,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "reading_minutes": edition.reading_minutes,
        "html_bytes": len(edition.html.encode()),
        "note": {"author": digest.note.author, "text": digest.note.text} if digest.note else None,
        "stories": [_story(brief) for brief in digest.briefs],
        "corrections": [_correction(correction) for correction in digest.corrections],
        "left_out": [_left_out(left_out) for left_out in digest.left_out],
        "failures": [_failure(failure) for failure in digest.failures],
        "problems": [str(problem) for problem in digest.problems],
    }
    if recipient:
        document["for"] = _recipient(recipient)
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _recipient(recipient: SubscriberEdition) -> JSON:
    return {
        "address": recipient.subscriber.address,
        "due": iso_utc(recipient.slot.due),
        "timezone": str(recipient.newsletter.timezone),
        "frequency": recipient.audience.preferences.frequency or PUBLISHED,
        "paused_until": iso_utc(recipient.paused_until),
    }


def _story(brief: Brief) -> JSON:
    lead = brief.story.lead
    return {
        "title": lead.title,
        "url": lead.url,
        "score": round(brief.ranked.score, 4),
        "language": lead.language,
        "update": brief.ranked.update,
        "section": brief.ranked.section,
        "reasons": [
            {"name": reason.name, "points": round(reason.points, 4), "detail": reason.detail}
            for reason in brief.ranked.reasons
        ],
        "brief": [
            {"text": sentence.text, "url": sentence.article.url, "source": sentence.article.source}
            for sentence in brief.sentences
        ],
        "articles": [_article(article) for article in brief.story.articles]
        + [_article(article) | {"copy": True} for article in brief.story.near_duplicates],
    }


def _article(article: Article) -> JSON:
    return {
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "author": article.author,
        "published": _iso(article.published),
        "language": article.language,
        "words": article.words,
        "image": _image(article.image),
    }


def _image(image: Image | None) -> JSON | None:
    if image is None:
        return None
    return {"url": image.url, "alt": image.alt, "width": image.width, "height": image.height}


def _left_out(left_out: LeftOut) -> JSON:
    article = left_out.article
    return {"title": article.title, "url": article.url, "source": article.source, "reason": left_out.explanation}


def _correction(correction: Correction) -> JSON:
    return {
        "kind": str(correction.kind),
        "before": correction.before,
        "after": correction.after,
        "note": correction.note,
        "title": correction.title,
        "url": correction.url,
        "source": correction.source,
        "told": _iso(correction.told),
        "found": _iso(correction.found),
    }


def _failure(failure: Failure) -> JSON:
    return {"source": failure.source, "url": failure.url, "error": failure.error}


def _iso(moment: datetime) -> str:
    return iso_utc(moment, timespec="auto")
