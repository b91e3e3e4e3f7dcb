"""Jinja2's sandbox, bounded: a template is data, and one with an endless loop or a huge text must not stop the program.

It also sees to it that a traced page notices whatever looks into its values: filters, tests and functions get them
revealed, but for the few that only pass stories on.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import ChoiceLoader, FileSystemLoader, nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.loaders import split_template_path
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, markup_join, str_join
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from digest.render import context_types as seen
from digest.render import placeholders
from digest.render.cache import Mould, Moulds
from digest.render.locale import Words
from digest.render.options import Links
from digest.render.trace import Flat, Node, revealed

T = TypeVar("T")
#: Rounds of loops and calls in one rendering; an edition of 60 stories takes a few thousand.
_STEPS = 250_000
#: Seconds of the processor for one rendering, since a step may be a long one; and after how many steps they are read.
_SECONDS, _NOW_AND_THEN = 2.0, 16
#: Characters made in one rendering, and in one operation at once.
_CHARACTERS, _AT_ONCE = 20_000_000, 2_000_000
#: These hand on what they are given, story by story, and look into nothing themselves.
_PASSING_FILTERS = frozenset(
    {
        "length",
        "count",
        "list",
        "first",
        "last",
        "batch",
        "slice",
        "map",
        "select",
        "reject",
        "selectattr",
        "rejectattr",
    }
)
_PASSING_TESTS = frozenset({"defined", "undefined", "none", "true", "false", "boolean"})
_PASSING = (Macro, BlockReference, LoopContext)
_WIDTH = re.compile(r"\d{5}")

#: What a template may always look at.
_OPEN = frozenset(
    {seen.Telling, seen.Passage, seen.Mention, seen.Picture, seen.Section, seen.Omission, seen.Trouble, seen.Face}
    | {Links, Words, Node}
)


@dataclass(slots=True)
class _Budget:
    steps: int = _STEPS
    characters: int = _CHARACTERS
    #: When the thread's clock says so, it is over.
    end: float = field(default_factory=lambda: time.thread_time() + _SECONDS)


_budget: ContextVar[_Budget] = ContextVar("budget")


@contextmanager
def bounded() -> Iterator[None]:
    """One rendering, which has to come to an end."""
    held = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(held)


class Sandbox(SandboxedEnvironment):
    """Jinja2's sandbox with bounds, and templates that include their neighbours."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, folders: tuple[Path, ...], **options: Any) -> None:
        #: The folders and the files that templates were read from, each with its time when last looked at.
        self._times: dict[Path, int] = dict.fromkeys(folders, 0)
        self._moulds = Moulds()
        loader = ChoiceLoader([_Noting(folder, self._times) for folder in folders])
        super().__init__(loader=loader, trim_blocks=True, lstrip_blocks=True, **options)
        #: Where a template's own files are; what it does not have comes from the folder that it extends.
        self.own = folders[0]
        for table, passing in ((self.filters, _PASSING_FILTERS), (self.tests, _PASSING_TESTS)):
            for name, run in table.items():
                table[name] = _guarded(run, passing=name in passing)
        del self.filters["random"], self.globals["lipsum"]  # the same digest gives the same mail

    def moulds(self) -> Moulds:
        """What is known of the template as it is now."""
        times = self._times_now()
        if times != self._times:
            self._times.update(times)
            self._moulds = Moulds()
        return self._moulds

    def keep(self, page: Flat, made: Mould) -> None:
        """Remember the page's mould, unless a file changed under it."""
        times, moulds = self._times_now(), self._moulds
        if times == self._times:
            moulds.keep(page, made)

    def _times_now(self) -> dict[Path, int]:
        return {path: _time(path) for path in [*self._times]}  # a copy: another thread may be reading a template

    def join_path(self, template: str, parent: str) -> str:
        """``style.css`` within ``briefing/email.html.j2`` is the template's own, else the one in ``briefing/``."""
        folder = parent.rpartition("/")[0]
        if not folder or "/" in template or (self.own / template).is_file():
            return template
        return f"{folder}/{template}"

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As the sandbox does, but at once for what a page holds: it has nothing to hide."""
        if type(obj) in _OPEN and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
        _step()
        if isinstance(callee, _PASSING) or getattr(callee, "__func__", None) in (Sandbox.loop, Sandbox.joined):
            return super().call(context, callee, *args, **kwargs)
        shown, named = _shown(args, kwargs)
        method = getattr(callee, "__wrapped__", callee)  # the sandbox has wrapped str.format
        own = getattr(method, "__self__", "")
        _check(own, *shown, *named.values(), pattern=own if callee is not method else "")
        return spent(super().call(context, callee, *shown, **named))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Bounded: ``"x" * 10**10`` is a loop in disguise."""
        left, right = revealed(left), revealed(right)
        _check(left, right, pattern=left if operator == "%" else "")
        return spent(super().call_binop(context, operator, left, right))

    def loop(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items of a loop, each a step."""
        for item in items:
            _step()
            yield item

    @pass_eval_context
    def joined(self, how: EvalContext, *parts: Any) -> str:
        """What ``~`` makes."""
        return str(spent((markup_join if how.autoescape else str_join)(map(revealed, parts))))

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Joined, and remembered as the template's own: what a macro returns is no value from outside."""
        made = "".join(pieces)
        placeholders.current.get().made.add(made)
        return str(spent(made))

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_Bounding(self).visit(source), *args, **kwargs)


class _Bounding(NodeTransformer):
    """In place of a loop over x, one over loop(x); in place of x ~ y, joined(x, y): Jinja2 has no hook for these."""

    def __init__(self, environment: Sandbox) -> None:
        self._environment = environment

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = self._call("loop", [node.iter], node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return self._call("joined", node.nodes, node.lineno)

    def _call(self, name: str, args: list[Any], lineno: int) -> nodes.Expr:
        call = nodes.Call(nodes.EnvironmentAttribute(name), args, [], None, None, lineno=lineno)
        call.set_environment(self._environment)
        return call


class _Noting(FileSystemLoader):
    """Notes each file before it reads it."""

    def __init__(self, folder: Path, times: dict[Path, int]) -> None:
        super().__init__(folder)
        self._folder = folder
        self._times = times

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self._folder.joinpath(*split_template_path(template))
        self._times[path] = _time(path)
        return super().get_source(environment, template)


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _step() -> None:
    budget = _budget.get()
    budget.steps -= 1
    if budget.steps < 0:
        raise SecurityError(f"the template runs on and on (more than {_STEPS} steps)")
    if budget.steps % _NOW_AND_THEN == 0 and time.thread_time() > budget.end:
        raise SecurityError(f"the template runs on and on (more than {_SECONDS:g} seconds)")


def spent(made: T) -> T:
    """What was made or printed, if all of it together is not too much."""
    if isinstance(made, str):
        budget = _budget.get()
        budget.characters -= len(made)
        if budget.characters < 0:
            raise SecurityError(f"the template makes something larger than {_CHARACTERS} characters")
    return made


def _guarded(run: Any, *, passing: bool) -> Callable[..., Any]:
    """A filter or a test that is counted and bounded, and given the values themselves."""
    formats = run is FILTERS["format"]

    @functools.wraps(run)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _step()
        if passing:
            _check(*args, *kwargs.values())  # how many to a row, and what to fill up with
            return run(*args, **kwargs)
        shown, named = _shown(args, kwargs)
        _check(*shown, *named.values(), pattern=shown[0] if formats else "")
        return spent(run(*shown, **named))

    return guarded


def _shown(args: Iterable[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    return list(map(revealed, args)), {name: revealed(value) for name, value in kwargs.items()}


def _check(*values: Any, pattern: object = "") -> None:
    """No combination of the values, and no width in the pattern, can make anything huge."""
    size = 1
    for value in values:
        size *= max(1, _size(value))
    if size > _AT_ONCE or (isinstance(pattern, str) and _WIDTH.search(pattern)):
        raise SecurityError(f"this makes something larger than {_AT_ONCE} characters")


def _size(value: Any) -> int:
    if isinstance(value, int | float):
        return int(min(abs(value), _AT_ONCE + 1)) if value == value else 1  # NaN has no size
    if isinstance(value, list | tuple | set):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, (*value, *value.values())))
    return len(value) if isinstance(value, str | bytes) else 1
