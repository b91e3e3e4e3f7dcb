"""Jinja2's sandbox with limits: an endless loop or a huge text in a template must not stop the program.

Limited are steps (rounds of loops, calls, filters), processor time, and characters.
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
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, markup_join, str_join
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from digest.render import context_types, placeholders, tokens
from digest.render.locale import Labels
from digest.render.options import Links

T = TypeVar("T")
#: Rounds of loops and calls in one rendering; an edition of 60 stories takes a few thousand.
_MAX_STEPS = 250_000
#: Processor time for one rendering, since a single step may be long.
_MAX_SECONDS = 2.0
#: The clock is read once in so many steps.
_STEPS_PER_CLOCK_READ = 16
#: Characters made in one rendering, and in one operation.
_MAX_CHARACTERS, _MAX_CHARACTERS_AT_ONCE = 20_000_000, 2_000_000
#: A width of five digits in a format string.
_HUGE_WIDTH = re.compile(r"\d{5}")
#: Callables of a template whose own steps and characters are counted within them.
_COUNTED_WITHIN = (Macro, BlockReference, LoopContext)
#: Types of the context: plain data without anything to protect.
_PLAIN_TYPES = frozenset(
    {
        context_types.StoryContext,
        context_types.Excerpt,
        context_types.RelatedArticle,
        context_types.StoryImage,
        context_types.Section,
        context_types.LeftOutArticle,
        context_types.FailedSource,
        context_types.BrandContext,
        tokens.Tokens,
        *tokens.GROUPS,
        Links,
        Labels,
    }
)


@dataclass(slots=True)
class _Budget:
    """Remaining steps, characters and time of one rendering."""

    steps: int = _MAX_STEPS
    characters: int = _MAX_CHARACTERS
    #: Deadline on the thread's processor clock.
    deadline: float = field(default_factory=lambda: time.thread_time() + _MAX_SECONDS)


_budget: ContextVar[_Budget] = ContextVar("budget")


@contextmanager
def limited() -> Iterator[None]:
    """Give one rendering a fresh budget; exceeding it raises SecurityError."""
    token = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(token)


class Sandbox(SandboxedEnvironment):
    """Sandboxed environment with limits, whose templates can include files of their own folder."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, folders: tuple[Path, ...], **options: Any) -> None:
        loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        super().__init__(loader=loader, trim_blocks=True, lstrip_blocks=True, **options)
        #: The template's own files; missing ones come from the folder of the template that it extends.
        self.template_folder = folders[0]
        for functions in (self.filters, self.tests):
            for name, function in functions.items():
                functions[name] = _limit_function(function)
        del self.filters["random"], self.globals["lipsum"]  # the same digest must give the same mail

    def join_path(self, template: str, parent: str) -> str:
        """``style.css`` within ``briefing/email.html.j2`` is the template's own, else the one in ``briefing/``."""
        folder = parent.rpartition("/")[0]
        if not folder or "/" in template or (self.template_folder / template).is_file():
            return template
        return f"{folder}/{template}"

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Skip the sandbox's checks for the context's own types, which are most lookups."""
        if type(obj) in _PLAIN_TYPES and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Count the call, and check the size of its arguments and of its result."""
        _count_step()
        if isinstance(callee, _COUNTED_WITHIN) or getattr(callee, "__func__", None) in (Sandbox.loop, Sandbox.joined):
            return super().call(context, callee, *args, **kwargs)
        method = getattr(callee, "__wrapped__", callee)  # the sandbox has wrapped str.format
        owner = getattr(method, "__self__", "")
        _check_size(owner, *args, *kwargs.values(), pattern=owner if callee is not method else "")
        return count_characters(super().call(context, callee, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Check sizes first: ``"x" * 10**10`` would fill the memory."""
        _check_size(left, right, pattern=left if operator == "%" else "")
        return count_characters(super().call_binop(context, operator, left, right))

    def loop(self, items: Iterable[Any]) -> Iterator[Any]:
        """Items of a ``for`` loop, each counted as a step."""
        for item in items:
            _count_step()
            yield item

    @pass_eval_context
    def joined(self, eval_context: EvalContext, *parts: Any) -> str:
        """Result of the ``~`` operator, its characters counted."""
        return str(count_characters((markup_join if eval_context.autoescape else str_join)(parts)))

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Join the output of a macro or block, and remember it as the template's own markup."""
        markup = "".join(pieces)
        placeholders.current_values.get().own_markup.add(markup)
        return str(count_characters(markup))

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_CountingTransformer(self).visit(source), *args, **kwargs)


class _CountingTransformer(NodeTransformer):
    """Replace ``for … in x`` by ``for … in loop(x)``, and ``x ~ y`` by ``joined(x, y)``: Jinja2 has no hooks."""

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


def _count_step() -> None:
    budget = _budget.get()
    budget.steps -= 1
    if budget.steps < 0:
        raise SecurityError(f"the template takes more than {_MAX_STEPS} steps: an endless loop?")
    if budget.steps % _STEPS_PER_CLOCK_READ == 0 and time.thread_time() > budget.deadline:
        raise SecurityError(f"the template takes more than {_MAX_SECONDS:g} seconds of processor time")


def count_characters(result: T) -> T:
    """Subtract a text's length from the budget; other values are free."""
    if isinstance(result, str):
        budget = _budget.get()
        budget.characters -= len(result)
        if budget.characters < 0:
            raise SecurityError(f"the template's texts are larger than {_MAX_CHARACTERS} characters together")
    return result


def _limit_function(function: Any) -> Callable[..., Any]:
    """Wrap a filter or test: count it, and check the size of its arguments and of its result."""
    is_format = function is FILTERS["format"]

    @functools.wraps(function)
    def limited_function(*args: Any, **kwargs: Any) -> Any:
        _count_step()
        _check_size(*args, *kwargs.values(), pattern=args[0] if is_format else "")
        return count_characters(function(*args, **kwargs))

    return limited_function


def _check_size(*values: Any, pattern: object = "") -> None:
    """Refuse values whose combination, or a format pattern whose width, could make something huge."""
    size = 1
    for value in values:
        size *= max(1, _size(value))
    if size > _MAX_CHARACTERS_AT_ONCE or (isinstance(pattern, str) and _HUGE_WIDTH.search(pattern)):
        raise SecurityError(f"the result would be larger than {_MAX_CHARACTERS_AT_ONCE} characters")


def _size(value: Any) -> int:
    if isinstance(value, int | float):
        return int(min(abs(value), _MAX_CHARACTERS_AT_ONCE + 1)) if value == value else 1  # NaN has no size
    if isinstance(value, list | tuple | set):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, (*value, *value.values())))
    return len(value) if isinstance(value, str | bytes) else 1
