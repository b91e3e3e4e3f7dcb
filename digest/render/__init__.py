"""Render a digest as an edition: fill a template, inline its CSS once, insert values from outside last.

Other packages need `render`, `render_markdown` and `RenderOptions` only. `context` computes a template's variables,
`environment` runs the template, `inline` and `placeholders` make mail HTML of its output, `plain_text` folds the text
part.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import TemplateError
from digest.model.newsletters import Brand
from digest.processes.limited_worker import LimitedWorker
from digest.processes.process_pool import WorkerDiedError
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDER
from digest.render.options import Links, RenderOptions

__all__ = ["GREETING_PLACEHOLDER", "TOKEN_PLACEHOLDER", "Brand", "Links", "RenderOptions", "render", "render_markdown"]


#: Limits of rendering with a template of one's own, in processor time and address space.
_CPU_S, _MEMORY_BYTES = 6.0, 700_000_000


def render(digest: Digest, options: RenderOptions) -> Edition:
    """Render the HTML and text parts; raises TemplateError with file, line and hint where the template is broken.

    A template that does not ship with the project is rendered in a worker process, which can be ended: the sandbox
    does not count lists, nor what they share.
    """
    # Importing Jinja2 and premailer takes a third of a second, so only rendering pays for it.
    from digest.render.template_paths import is_shipped, search_path

    folders = search_path(options)
    if all(map(is_shipped, folders)):
        return _render(digest, options, folders)
    failures = tuple(replace(failure, exception=None) for failure in digest.failures)
    try:
        return _worker().call(_render, replace(digest, failures=failures), options, folders)
    except WorkerDiedError as error:
        message = f"rendering takes more than {_CPU_S:g} seconds or {_MEMORY_BYTES // 1_000_000} MB of memory"
        raise TemplateError(message, file=str(folders[0]), hint=_ENDLESS_HINT) from error


def render_markdown(digest: Digest, options: RenderOptions) -> str:
    """The digest as Markdown, without the newsletter's template."""
    from digest.render import markdown  # reads the locales

    return markdown.render_markdown(digest, options)


_ENDLESS_HINT = "look for a list that grows in a loop, lists in lists, and recursion"


@cache
def _worker() -> LimitedWorker:
    return LimitedWorker(cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES)


def _render(digest: Digest, options: RenderOptions, folders: tuple[Path, ...]) -> Edition:
    from digest.render import environment
    from digest.render.context import edition_context, reading_minutes
    from digest.render.plain_text import fold
    from digest.render.size_limit import fit_to_size

    context, html = fit_to_size(edition_context(digest, options), folders)
    return Edition(
        newsletter_id=digest.newsletter.id,
        slot=digest.slot,
        subject=context.subject,
        preheader=context.preheader,
        html=html,
        text=fold(environment.run_text_template(folders, context)),
        language=context.language,
        reading_minutes=reading_minutes(digest),
        kind=digest.kind,
        note=digest.note.text if digest.note else "",
        note_author=(digest.note.author or context.title) if digest.note else "",
    )
