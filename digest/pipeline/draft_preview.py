"""A draft's mail as HTML, exactly as it would be sent now, rendered in a process of its own with limits."""

from __future__ import annotations

import html
from functools import cache

from digest.model.errors import DigestError
from digest.pipeline.preview_worker import PreviewPage
from digest.processes.limited_worker import LimitedWorker
from digest.processes.process_pool import WorkerDiedError
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, fill_greeting, fill_tokens
from digest.settings import Settings

_CPU_S = 20.0
_MEMORY_BYTES = 1 << 30
_IDLE_S = 300.0


def render_draft_in_worker(draft_id: int, settings: Settings) -> PreviewPage:
    """Render the draft's mail. Blocking; ends after its limits."""
    try:
        return _worker().call(render_draft, draft_id, settings)
    except WorkerDiedError:
        return PreviewPage(problem="It took too long, or too much memory.")


def render_draft(draft_id: int, settings: Settings) -> PreviewPage:
    """Render the draft's mail in this process."""
    # Imported in the worker alone: with their libraries they need 20 MB.
    from digest.pipeline.app import make_app
    from digest.pipeline.editor_desk import draft_digest
    from digest.pipeline.newsletter import render_options
    from digest.render import render
    from digest.store import open_store

    try:
        with open_store(settings.store.url, read_only=True) as store:
            digest = draft_digest(make_app(settings, store=store), draft_id)
        if digest is None:
            return PreviewPage(problem="The draft is no longer kept.")
        edition = render(digest, render_options(digest.newsletter, settings))
    except DigestError as error:
        return PreviewPage(problem=f"{error}. {error.hint}".strip())
    return PreviewPage(html=as_anybodys(edition.html, digest.newsletter.greeting))


def as_anybodys(mail_html: str, greeting: str) -> str:
    """A mail's HTML for nobody in particular: its links of subscribers lead nowhere."""
    return fill_tokens(mail_html.replace(GREETING_PLACEHOLDER, html.escape(fill_greeting(greeting, ""))), "test")


@cache
def _worker() -> LimitedWorker:
    return LimitedWorker(cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES, idle_s=_IDLE_S)
