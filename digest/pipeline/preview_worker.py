"""Preview of a configured newsletter as HTML, composed in a process of its own with limits, for a server."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from digest.model.errors import DigestError
from digest.processes.limited_worker import LimitedWorker
from digest.processes.process_pool import WorkerDiedError
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, fill_greeting, fill_tokens
from digest.settings import Settings

#: Processor time for one preview: many times what a newsletter with thousands of articles takes.
_CPU_S = 20.0
_MEMORY_BYTES = 3 << 30
#: The process has 100 MB; who looks at one preview often looks at another.
_IDLE_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOrder:
    """What to compose."""

    newsletter_id: str
    #: As if at this time; without a zone, in the newsletter's.
    at: datetime
    #: As this subscriber gets it; empty for all.
    address: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """A preview as HTML, or why there is none."""

    html: str = ""
    problem: str = ""


def compose_in_worker(order: PreviewOrder, settings: Settings) -> PreviewPage:
    """Compose the preview from what is stored. Blocking; ends after its limits."""
    try:
        return _worker().call(compose_page, order, settings)
    except WorkerDiedError:
        return PreviewPage(problem="It took too long, or too much memory. 'digest preview' has no such limit.")


def compose_page(order: PreviewOrder, settings: Settings) -> PreviewPage:
    """Compose the preview in this process."""
    # Imported in the worker alone: with their libraries they need 20 MB.
    from digest.pipeline.newsletter import render_options
    from digest.pipeline.preview import PreviewRequest, preview_newsletter
    from digest.render import render

    request = PreviewRequest(newsletter_id=order.newsletter_id, at=order.at, recipient=order.address or None)
    try:
        composed = preview_newsletter(request, settings, now=order.now)
        newsletter = composed.digest.newsletter
        edition = render(composed.digest, render_options(newsletter, settings))
    except DigestError as error:
        return PreviewPage(problem=f"{error}. {error.hint}".strip())
    name = composed.recipient.subscriber.name if composed.recipient else ""
    greeting = html.escape(fill_greeting(newsletter.greeting, name))
    return PreviewPage(html=fill_tokens(edition.html.replace(GREETING_PLACEHOLDER, greeting), "test"))


@cache
def _worker() -> LimitedWorker:
    return LimitedWorker(cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES, idle_s=_IDLE_S)
