"""Jinja2 set up for mail: print placeholders for values, report mistakes in templates with file, line and hint."""

from __future__ import annotations

import difflib
import functools
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from jinja2 import StrictUndefined, TemplateNotFound, TemplateSyntaxError, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup

from digest.model.errors import TemplateError
from digest.render import placeholders
from digest.render.context_types import EditionContext
from digest.render.plain_text import tidy
from digest.render.sandbox import Sandbox, count_characters, limited
from digest.render.template_paths import HTML, STYLE, TEXT
from digest.render.tokens import css_values

_SANDBOX_HINT = "templates run in a sandbox: no names that begin with an underscore, no endless loops, no huge texts"
_VARIABLES = tuple(field.name for field in fields(EditionContext))
#: Variables and fields with their new names, for the error message of a template that uses an old name.
_RENAMED = {
    "also": "related_articles",
    "beyond": "unlisted_stories_count",
    "contents": "show_contents",
    "date": "date_format",
    "day": "short_date_format",
    "failures_beyond": "unlisted_failures_count",
    "left_out_beyond": "unlisted_left_out_count",
    "minutes": "reading_time",
    "more": "more_stories",
    "name": "citation",
    "nothing": "no_stories",
    "other": "other_stories",
    "others": "and_more",
    "passages": "excerpts",
    "reason": "subscription_reason",
    "several": "has_several_sources",
    "time": "published",
    "update": "is_update",
    "words": "labels",
}


class _UndefinedVariable(StrictUndefined):
    """An unknown variable or field: an error that suggests its new name or the nearest one."""

    @property
    def _undefined_message(self) -> str:
        message = super()._undefined_message
        if self._undefined_hint:
            return message
        is_variable = bool(self._undefined_name) and self._undefined_obj is missing
        names = _VARIABLES if is_variable else _public_names(self._undefined_obj)
        name = str(self._undefined_name)
        if _RENAMED.get(name) in names:
            return f"{message}; it was renamed to {_RENAMED[name]!r}"
        nearest = difflib.get_close_matches(name, names, n=1)
        return f"{message}; did you mean {nearest[0]!r}?" if nearest else f"{message}; there are: {', '.join(names)}"


def _public_names(owner: object) -> tuple[str, ...]:
    return tuple(name for name in dir(owner) if not name.startswith("_"))


@pass_context  # also keeps Jinja2 from computing constants while it compiles, when there are no values to add them to
def to_placeholder(_: Context, value: object) -> str:
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
    """Finalize text: print a value as one tidy line; the template's own lines stay."""
    if isinstance(value, str) and value in placeholders.current_values.get().own_markup:
        return str(count_characters(value))
    return "" if value is None else tidy(str(count_characters(value)))


@functools.lru_cache(maxsize=16)
def _sandbox(folders: tuple[Path, ...], *, html: bool) -> Sandbox:
    """The environment of a template, which reads its files again when they change."""
    finalize = to_placeholder if html else _to_line
    return Sandbox(folders, autoescape=html, undefined=_UndefinedVariable, finalize=finalize)


def run_html_template(folders: tuple[Path, ...], context: EditionContext) -> tuple[str, placeholders.Values]:
    """HTML with a placeholder for each value, and the values."""
    return _run(_sandbox(folders, html=True), HTML, context)


def run_text_template(folders: tuple[Path, ...], context: EditionContext) -> str:
    """The text part, its lines not yet folded."""
    return _run(_sandbox(folders, html=False), TEXT, context)[0]


def _run(environment: Sandbox, name: str, context: EditionContext) -> tuple[str, placeholders.Values]:
    # Design tokens are constants of the template like its own markup: selectors and the inliner may see them.
    values = placeholders.Values(own_markup=set(css_values(context.tokens)))
    token = placeholders.current_values.set(values)
    try:
        with _errors_with_location(environment.template_folder, name), limited():
            variables = {variable: getattr(context, variable) for variable in _VARIABLES}
            return environment.get_template(name).render(variables), values
    finally:
        placeholders.current_values.reset(token)


@contextmanager
def _errors_with_location(folder: Path, name: str) -> Iterator[None]:
    """Convert errors of Jinja2 and of the template's expressions to a TemplateError with file and line."""
    path = folder / name
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateError(
            error.message or "not a template", file=error.filename or error.name or name, line=error.lineno
        ) from error
    except TemplateNotFound as error:
        hint = _missing_file_hint(str(error.name))
        raise TemplateError(f"there is no file {error.name!r}", file=str(path), hint=hint) from error
    except MemoryError as error:
        raise TemplateError("out of memory while the template was rendered", file=str(path)) from error
    except RecursionError as error:
        raise TemplateError("endless recursion of a macro or an include", file=_location(error, path)[0]) from error
    except (TemplateRuntimeError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        file, line = _location(error, path)
        hint = _SANDBOX_HINT if isinstance(error, SecurityError) else ""
        raise TemplateError(str(error), file=file, line=line, hint=hint) from error


def _missing_file_hint(name: str) -> str:
    if name in {HTML, TEXT, STYLE}:
        return f"a template has three files: {HTML}, {TEXT} and {STYLE}; start from a copy of templates/briefing"
    return "include a file of the template's own folder, or NAME/FILE of another template"


def _location(error: Exception, default: Path) -> tuple[str, int | None]:
    """The last template file and line in the traceback, where Jinja2 puts them."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_template(frame.filename)]
    return (frames[-1].filename, frames[-1].lineno) if frames else (str(default), None)


def _is_template(file: str) -> bool:
    return not file.endswith(".py") and Path(file).is_file()
