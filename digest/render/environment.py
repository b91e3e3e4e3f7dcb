"""Jinja2 set up for mail: templates found, values turned into tokens, mistakes told with file, line and cure.

Templates run in Jinja2's sandbox, and each run has a number of steps that it may take: a template is data, and one
with an endless loop must not stop the program.
"""

from __future__ import annotations

import difflib
import functools
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

from digest.errors import TemplateError
from digest.render import page as seen
from digest.render import tokens
from digest.render.folders import HTML, STYLE, TEXT
from digest.render.lines import tidy
from digest.render.look import Links
from digest.render.page import Page
from digest.render.words import Words

#: Rounds of loops and calls in one rendering; an edition of 60 stories takes a few thousand.
_STEPS = 250_000
_LONGEST_PRODUCT = 100_000

_steps: ContextVar[Iterator[int]] = ContextVar("steps")
_NAMES = tuple(field.name for field in fields(Page))
#: What a template may always look at.
_OPEN = {
    owner: frozenset(field.name for field in fields(owner))
    for owner in (
        *(seen.Telling, seen.Passage, seen.Mention, seen.Picture, seen.Section, seen.Omission, seen.Trouble, seen.Face),
        *(Links, Words),
    )
}


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


class _Environment(SandboxedEnvironment):
    """Jinja2's sandbox with a bound on loops and products, and templates that include their neighbours."""

    intercepted_binops = frozenset({"*", "**"})
    #: Where a template's own files are; what it does not have comes from the folder that it extends.
    own: Path

    def join_path(self, template: str, parent: str) -> str:
        """``style.css`` within ``briefing/email.html.j2`` is the template's own, else the one in ``briefing/``."""
        folder = parent.rpartition("/")[0]
        if not folder or "/" in template or (self.own / template).is_file():
            return template
        return f"{folder}/{template}"

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As the sandbox does, but at once for what a page holds: it has nothing to hide."""
        if type(obj) in _OPEN and attribute in _OPEN[type(obj)]:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
        _step()
        return super().call(context, callee, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Bounded: ``"x" * 10**10`` is a loop in disguise."""
        sizes = [len(side) if isinstance(side, str | list | tuple) else 1 for side in (left, right)]
        numbers = [abs(side) for side in (left, right) if isinstance(side, int | float)]
        if max(sizes) * max(numbers, default=1) > _LONGEST_PRODUCT:
            raise SecurityError(f"{operator} makes something larger than {_LONGEST_PRODUCT}")
        return super().call_binop(context, operator, left, right)

    def bounded(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items of a loop, each a step."""
        for item in items:
            _step()
            yield item

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Joined, and remembered as the template's own: what a macro returns is no value from outside."""
        made = "".join(pieces)
        tokens.current.get().made.add(made)
        return made

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        # In place of a loop over x, one over bounded(x): the sandbox itself bounds only range().
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Call(
                nodes.EnvironmentAttribute("bounded"), [loop.iter], [], None, None, lineno=loop.lineno
            ).set_environment(self)
        return super()._generate(source, *args, **kwargs)


def _step() -> None:
    if next(_steps.get(), None) is None:
        raise SecurityError(f"the template runs on and on (more than {_STEPS} steps)")


@pass_context  # also keeps Jinja2 from computing constants while it compiles, when there are no values to add them to
def _as_token(_: Context, value: object) -> str:
    values = tokens.current.get()
    if isinstance(value, Markup):
        if value in values.made or tokens.TOKEN.search(value):
            return value
        return values.token(value) if value else value
    text = "" if value is None else tidy(str(value))
    return values.token(text) if text else text


@pass_context
def _as_line(_: Context, value: object) -> str:
    if isinstance(value, str) and value in tokens.current.get().made:
        return value
    return "" if value is None else tidy(str(value))


@functools.lru_cache(maxsize=16)
def _environment(folders: tuple[Path, ...], *, html: bool) -> _Environment:
    environment = _Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=html,
        undefined=_Strict,
        finalize=_as_token if html else _as_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.own = folders[0]
    return environment


def html(folders: tuple[Path, ...], page: Page) -> tuple[str, tokens.Values]:
    """The template's HTML with a token for each value, and the values."""
    return _rendered(_environment(folders, html=True), HTML, page)


def text(folders: tuple[Path, ...], page: Page) -> str:
    """The template's text part, its lines not yet folded."""
    return _rendered(_environment(folders, html=False), TEXT, page)[0]


def _rendered(environment: _Environment, name: str, page: Page) -> tuple[str, tokens.Values]:
    values = tokens.Values()
    held, steps = tokens.current.set(values), _steps.set(iter(range(_STEPS)))
    try:
        with _explained(environment, name):
            return environment.get_template(name).render({name: getattr(page, name) for name in _NAMES}), values
    finally:
        tokens.current.reset(held)
        _steps.reset(steps)


@contextmanager
def _explained(environment: _Environment, name: str) -> Iterator[None]:
    """Whatever is wrong with a template becomes a TemplateError that names file and line."""
    own = environment.own
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
    except RecursionError as error:
        raise TemplateError("a macro or an include goes round and round", file=_place(error, own / name)[0]) from error
    except (TemplateRuntimeError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        file, line = _place(error, own / name)
        raise TemplateError(str(error), file=file, line=line) from error


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
