"""Where a template lies: in a person's folders or among the shipped ones."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from digest.model.errors import TemplateError
from digest.render.options import RenderOptions
from digest.settings import shipped_files

HTML, TEXT, STYLE = "email.html.j2", "email.txt.j2", "style.css"


def search_path(look: RenderOptions) -> tuple[Path, ...]:
    """The template's own folder first, then those in which it may find other templates to build on."""
    shelves = (*look.folders, shipped_files.templates())
    return (_own(look.template, shelves), *shelves)


def names(folders: Sequence[Path]) -> Iterator[str]:
    """The templates that can be chosen by name."""
    for folder in folders:
        yield from sorted(path.parent.name for path in folder.glob(f"*/{HTML}"))


def _own(template: str | Path, shelves: Sequence[Path]) -> Path:
    if isinstance(template, Path) or os.sep in template or template.startswith((".", "~")):
        folder = Path(template).expanduser()
        if folder.is_dir():
            return folder
        raise TemplateError("there is no such folder", file=str(template), hint=_how_to_start())
    for shelf in shelves:
        if (shelf / template).is_dir():
            return shelf / template
    known = list(dict.fromkeys(names(shelves)))
    nearest = difflib.get_close_matches(template, known, n=1)
    cure = f"did you mean {nearest[0]!r}?" if nearest else f"there are: {', '.join(known)}"
    raise TemplateError(f"there is no template of that name; {cure}", file=template, hint=_how_to_start())


def _how_to_start() -> str:
    return f"a template is a folder; start your own from a copy of {shipped_files.templates() / 'briefing'}"
