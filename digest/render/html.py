"""A page in a template's dress: rendered and inlined, or poured into the mould of a page like it."""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import TemplateError
from digest.render import environment, inline, placeholders
from digest.render.cache import Mould, Moulds, mould
from digest.render.context_types import Page
from digest.render.plain_text import are_tidy
from digest.render.template_paths import HTML, STYLE
from digest.render.trace import Flat, Trace, flat

#: Characters of values in one page: what is more fits no mail, and takes long to fit.
_LONGEST = 2_000_000


def html(page: Page, folders: tuple[Path, ...]) -> str:
    """The page's HTML, its styles in the tags. Raises TemplateError."""
    taken = flat(page)
    moulds = environment.sandbox(folders, html=True).moulds()
    if not moulds.are_possible or not are_tidy(taken.texts):
        return _made(environment.html(folders, page), folders).filled(())
    known = moulds.of(taken) or _followed(page, taken, moulds, folders)
    return known.filled(taken.texts) if known else html(page, folders)


def _followed(page: Page, taken: Flat, moulds: Moulds, folders: tuple[Path, ...]) -> Mould | None:
    """A new mould; None if the template does what can't be followed (or is wrong, which the plain way explains)."""
    trace = Trace(taken)
    try:
        rendered = environment.traced(folders, page, trace)
    except TemplateError:
        moulds.are_possible = False
        return None
    made = _made(rendered, folders, trace)
    environment.sandbox(folders, html=True).keep(taken, made)
    return made


def _made(rendered: tuple[str, placeholders.Values], folders: tuple[Path, ...], trace: Trace | None = None) -> Mould:
    text, values = rendered
    skeleton = placeholders.skeleton(text, values)
    if (size := values.length(skeleton.sources)) > _LONGEST:
        raise TemplateError(f"{size} characters in one mail ({_LONGEST} at most)", file=str(folders[0] / HTML))
    try:
        parts = inline.inlined(skeleton.html)
    except inline.RefusedError as error:
        raise _refused(error, folders) from error
    return mould(parts, skeleton, values, trace.told if trace else ())


def _refused(error: inline.RefusedError, folders: tuple[Path, ...]) -> TemplateError:
    """Told with the place in the template's own files, if it stands there."""
    for path in (folders[0] / STYLE, folders[0] / HTML):
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() and error.where else []
        for number, line in enumerate(lines, 1):
            if error.where in line:
                return TemplateError(str(error), file=str(path), line=number, hint=error.cure)
    own = next((path for path in (folders[0] / STYLE, folders[0] / HTML) if path.is_file()), folders[0])
    return TemplateError(str(error), file=str(own), hint=error.cure)
