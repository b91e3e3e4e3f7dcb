"""Jinja2 set up for mail: templates found, values turned into tokens, mistakes told with file, line and cure."""

from __future__ import annotations

import difflib
import functools
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateNotFound, TemplateSyntaxError, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup

from digest.model.errors import TemplateError
from digest.render import placeholders
from digest.render.context_types import Page
from digest.render.plain_text import tidy
from digest.render.sandbox import Sandbox, count_characters, limited
from digest.render.template_paths import HTML, STYLE, TEXT

_SANDBOXED = "templates run in a sandbox: no names with underscores before them, no endless loops, no huge texts"
_NAMES = tuple(field.name for field in fields(Page))


class _Strict(StrictUndefined):
    """An unknown name is a mistake; the message has the nearest one that exists."""

    @property
    def _undefined_message(self) -> str:
        said = super()._undefined_message
        if self._undefined_hint:
            return said
        known = _NAMES if self._undefined_name and self._undefined_obj is missing else _public(self._undefined_obj)
        nearest = difflib.get_close_matches(str(self._undefined_name), known, n=1)
        return f"{said}; did you mean {nearest[0]!r}?" if nearest else f"{said}; there are: {', '.join(known)}"


def _public(owner: object) -> tuple[str, ...]:
    return tuple(name for name in dir(owner) if not name.startswith("_"))


@pass_context  # also keeps Jinja2 from computing constants while it compiles, when there are no values to add them to
def _to_placeholder(_: Context, value: object) -> str:
    """Finalize HTML: store a printed value and print a placeholder; the template's own markup stays."""
    values = placeholders.current_values.get()
    if isinstance(value, Markup):
        if value in values.own_markup or placeholders.PLACEHOLDER.search(value):
            return count_characters(value)
        return values.add(count_characters(value)) if value else value
    text = "" if value is None else tidy(str(value))
    return values.add(count_characters(text)) if text else text


@pass_context
def _to_line(_: Context, value: object) -> str:
    """Finalize text: a printed value as one tidy line; the template's own lines stay."""
    if isinstance(value, str) and value in placeholders.current_values.get().own_markup:
        return str(count_characters(value))
    return "" if value is None else tidy(str(count_characters(value)))


@functools.lru_cache(maxsize=16)
def sandbox(folders: tuple[Path, ...], *, html: bool) -> Sandbox:
    """Where the template is run; it reads its files again when they change."""
    finalize = _to_placeholder if html else _to_line
    return Sandbox(folders, autoescape=html, undefined=_Strict, finalize=finalize)


def html(folders: tuple[Path, ...], page: Page) -> tuple[str, placeholders.Values]:
    """The template's HTML with a token for each value, and the values."""
    return _rendered(sandbox(folders, html=True), HTML, {name: getattr(page, name) for name in _NAMES})


def text(folders: tuple[Path, ...], page: Page) -> str:
    """The template's text part, its lines not yet folded."""
    return _rendered(sandbox(folders, html=False), TEXT, {name: getattr(page, name) for name in _NAMES})[0]


def _rendered(environment: Sandbox, name: str, variables: Mapping[str, Any]) -> tuple[str, placeholders.Values]:
    values = placeholders.Values()
    held = placeholders.current_values.set(values)
    try:
        with _explained(environment, name), limited():
            return environment.get_template(name).render(variables), values
    finally:
        placeholders.current_values.reset(held)


@contextmanager
def _explained(environment: Sandbox, name: str) -> Iterator[None]:
    """Whatever is wrong with a template becomes a TemplateError that names file and line."""
    own = environment.template_folder
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateError(
            error.message or "not a template", file=error.filename or error.name or name, line=error.lineno
        ) from error
    except TemplateNotFound as error:
        raise TemplateError(
            f"there is no file {error.name!r}", file=str(own / name), hint=_missing(str(error.name))
        ) from error
    except MemoryError as error:
        raise TemplateError("the template makes more than there is memory for", file=str(own / name)) from error
    except RecursionError as error:
        raise TemplateError("a macro or an include goes round and round", file=_place(error, own / name)[0]) from error
    except (TemplateRuntimeError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        file, line = _place(error, own / name)
        hint = _SANDBOXED if isinstance(error, SecurityError) else ""
        raise TemplateError(str(error), file=file, line=line, hint=hint) from error


def _missing(name: str) -> str:
    if name in {HTML, TEXT, STYLE}:
        return f"a template has three files: {HTML}, {TEXT} and {STYLE}; start from a copy of templates/briefing"
    return "include a file of the template's own folder, or NAME/FILE of another template"


def _place(error: Exception, default: Path) -> tuple[str, int | None]:
    """Where in a template it happened: Jinja2 has put the template's lines into the traceback."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_template(frame.filename)]
    return (frames[-1].filename, frames[-1].lineno) if frames else (str(default), None)


def _is_template(file: str) -> bool:
    return not file.endswith(".py") and Path(file).is_file()
