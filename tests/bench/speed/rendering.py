"""Processor time of rendering an edition, beside Jinja2 followed by premailer over the same template.

All produce the same bytes from the same values, which is checked before the timing. Both baselines have their
templates compiled, and premailer has fast options. The first starts with an empty premailer cache, as for a mail in a
process of its own; the second with all its style sheets and selectors cached.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from premailer import cache  # type: ignore[import-untyped]  # it has no types

from digest.render import RenderOptions, inline, placeholders, premailer_adapter, render
from digest.render.context import edition_context
from digest.render.context_types import EditionContext
from digest.render.html import render_html
from digest.render.template_paths import HTML, search_path
from tests.bench.quality.table import Row
from tests.support.digests import digest

#: Runs of each way, and how often it is repeated in a run.
STORIES, RUNS, REPEATS = 30, 15, 4
FOLDERS = search_path(RenderOptions())


def measure() -> list[Row]:
    """One edition of 30 stories, each way in alternation."""
    content = digest(stories=STORIES)
    context = edition_context(content, RenderOptions()).limited_to(STORIES, 0)
    jinja = _environment()
    if _baseline(context, jinja) != render_html(context, FOLDERS):
        raise AssertionError("the baseline renders different bytes")

    times: dict[str, list[float]] = {}
    for _ in range(RUNS):
        _add_time(times, "empty cache", lambda: (cache.cache.clear(), _baseline(context, jinja)))
        _add_time(times, "full cache", lambda: _baseline(context, jinja))
        _add_time(times, "new", lambda: (_clear_caches(), render_html(context, FOLDERS)))
        _add_time(times, "cached", lambda: render_html(context, FOLDERS))
        _add_time(times, "edition", lambda: render(content, RenderOptions()))
    return _rows(times)


def _rows(times: dict[str, list[float]]) -> list[Row]:
    task = f"an edition of {STORIES} stories, its HTML"
    ms = {name: median(rows) for name, rows in times.items()}

    def against(name: str) -> str:
        ratios = [
            median(a / b for a, b in zip(times[base], times[name], strict=True))
            for base in ("empty cache", "full cache")
        ]
        return f"{ratios[0]:.1f} and {ratios[1]:.1f} times faster than the baselines"

    return [
        Row(task=task, system="Jinja2, then premailer", figure=f"{ms['empty cache']:.2f} ms", note="its cache empty"),
        Row(task=task, system="the same again", figure=f"{ms['full cache']:.2f} ms", note="its cache full"),
        Row(task=task, system="digest, a new skeleton", figure=f"{ms['new']:.2f} ms", note=against("new")),
        Row(task=task, system="digest, its skeleton cached", figure=f"{ms['cached']:.2f} ms", note=against("cached")),
        Row(task="the same from articles on, with its text part", system="digest", figure=f"{ms['edition']:.2f} ms"),
    ]


def _clear_caches() -> None:
    """Empty the cache of inlined skeletons; parsed style sheets stay."""
    inline.inline_css.cache_clear()
    placeholders._outline.cache_clear()


def _environment() -> Environment:
    loader = ChoiceLoader([FileSystemLoader(folder) for folder in FOLDERS])
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _baseline(context: EditionContext, jinja: Environment) -> str:
    html = jinja.get_template(HTML).render({name: getattr(context, name) for name in context.__dataclass_fields__})
    split = inline._STYLE.sub(inline._split_style_element, html)
    return str(premailer_adapter.Premailer(split, **premailer_adapter._OPTIONS).transform(pretty_print=False))


def _add_time(times: dict[str, list[float]], name: str, run: Callable[[], object]) -> None:
    """Repeats each way a few times, so that fast ones do not start with the processor's caches full of other data."""
    start = time.process_time()
    for _ in range(REPEATS):
        run()
    times.setdefault(name, []).append((time.process_time() - start) * 1000 / REPEATS)
