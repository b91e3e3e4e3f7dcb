"""HTML of an edition: render the template with placeholders, inline its CSS, then insert the escaped values."""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import TemplateError
from digest.render import environment, inline, placeholders
from digest.render.context_types import EditionContext
from digest.render.template_paths import HTML, STYLE

#: Characters of all values in one mail. More fit no mail and take long to shorten.
_MAX_CHARACTERS = 2_000_000


def render_html(context: EditionContext, folders: tuple[Path, ...]) -> str:
    """Render the HTML part with inline styles. Raises TemplateError."""
    html, values = environment.run_html_template(folders, context)
    skeleton = placeholders.make_skeleton(html, values)
    if (size := values.total_length(skeleton.value_numbers)) > _MAX_CHARACTERS:
        raise TemplateError(
            f"{size} characters of values in one mail ({_MAX_CHARACTERS} at most)", file=str(folders[0] / HTML)
        )
    try:
        parts = inline.inline_css(skeleton.html)
    except inline.UnsupportedCssError as error:
        raise _locate(error, folders[0]) from error
    return placeholders.fill(parts, skeleton, values)


def _locate(error: inline.UnsupportedCssError, folder: Path) -> TemplateError:
    """A TemplateError with file and line, if the template's own files contain the refused CSS."""
    files = [path for path in (folder / STYLE, folder / HTML) if path.is_file()]
    for path in files if error.css else ():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if error.css in line:
                return TemplateError(str(error), file=str(path), line=number, hint=error.hint)
    return TemplateError(str(error), file=str(next(iter(files), folder)), hint=error.hint)
