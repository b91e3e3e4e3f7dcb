"""Find a template's folder: a path, or a name in the operator's folders and among the shipped templates."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from digest.model.errors import TemplateError
from digest.render.options import RenderOptions
from digest.settings import shipped_files

HTML, TEXT, STYLE = "email.html.j2", "email.txt.j2", "style.css"


def search_path(options: RenderOptions) -> tuple[Path, ...]:
    """The template's own folder first, then the folders with templates that it may extend."""
    folders = (*options.folders, shipped_files.templates())
    return (_template_folder(options.template, folders), *folders)


def is_shipped(folder: Path) -> bool:
    """The folder is the project's own, or has no templates."""
    shipped = shipped_files.templates().resolve()
    return folder.resolve().is_relative_to(shipped) or not folder.is_dir()


def template_names(folders: Sequence[Path]) -> Iterator[str]:
    """Names of the templates in these folders."""
    for folder in folders:
        yield from sorted(path.parent.name for path in folder.glob(f"*/{HTML}"))


def _template_folder(template: str | Path, folders: Sequence[Path]) -> Path:
    if isinstance(template, Path) or os.sep in template or template.startswith((".", "~")):
        path = Path(template).expanduser()
        if path.is_dir():
            return path
        raise TemplateError("there is no such folder", file=str(template), hint=_starting_hint())
    for folder in folders:
        if (folder / template).is_dir():
            return folder / template
    names = list(dict.fromkeys(template_names(folders)))
    nearest = difflib.get_close_matches(template, names, n=1)
    suggestion = f"did you mean {nearest[0]!r}?" if nearest else f"there are: {', '.join(names)}"
    raise TemplateError(f"there is no template of that name; {suggestion}", file=template, hint=_starting_hint())


def _starting_hint() -> str:
    return f"a template is a folder; start your own from a copy of {shipped_files.templates() / 'briefing'}"
