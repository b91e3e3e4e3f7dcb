"""As much as fits: whole stories move to a list of titles, from the last one up, until the mail is small enough."""

from __future__ import annotations

from pathlib import Path

from digest.errors import TemplateError
from digest.render import environment, inline, tokens
from digest.render.folders import HTML, STYLE
from digest.render.page import Page

#: Gmail cuts a mail at 102 kB; readers' own links and the mail's encoding need room as well.
LIMIT = 80_000
#: How many stories, and titles of more, are tried at first: more have never fitted.
_STORIES, _TITLES = 60, 60


def fitted(page: Page, folders: tuple[Path, ...]) -> tuple[Page, str]:
    """The page cut to what fits, and its HTML."""
    stories, titles = min(len(page.stories), _STORIES), _TITLES
    while True:
        shown = page.cut(stories, titles)
        html = _html(shown, folders)
        size = len(html.encode())
        if size <= LIMIT:
            return shown, html
        if stories == titles == 0:
            raise TemplateError(f"{size} bytes before a single story ({LIMIT} at most)", file=str(folders[0] / HTML))
        if stories:
            stories = min(stories - 1, stories * LIMIT // size)
        else:
            titles = min(titles - 1, titles * LIMIT // size)


def _html(page: Page, folders: tuple[Path, ...]) -> str:
    rendered, values = environment.html(folders, page)
    skeleton = tokens.skeleton(rendered, values)
    try:
        parts = inline.inlined(skeleton.html)
    except inline.RefusedSelectorError as error:
        raise _refused(error.selector, folders) from error
    return tokens.filled(parts, skeleton, values)


def _refused(selector: str, folders: tuple[Path, ...]) -> TemplateError:
    """Told where the selector stands in the template's files."""
    for path in (folders[0] / STYLE, folders[0] / HTML):
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, 1):
            if selector in line:
                return _refusal(selector, str(path), number)
    return _refusal(selector, str(folders[0] / HTML), None)


def _refusal(selector: str, file: str, line: int | None) -> TemplateError:
    return TemplateError(
        f"{selector} asks for a value that is only inserted after the styles are",
        file=file,
        line=line,
        hint="give the element a class and select that",
    )
