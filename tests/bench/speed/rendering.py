"""What "inline once, insert last" saves in processor time, against Jinja2 followed by premailer over the same template.

All ways start at the same values and make the same bytes, which is asserted before anything is timed. Both baselines
have their templates loaded and compiled, and premailer its good options: the first starts with an empty cache, as for
a mail in a process of its own; the second finds all of its style sheet and its selectors there.
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

STORIES, RUNS, ROW = 30, 15, 4
FOLDERS = search_path(RenderOptions())


def measure() -> list[Row]:
    """One edition of 30 stories by each way in turn."""
    whole = digest(stories=STORIES)
    context = edition_context(whole, RenderOptions()).limited_to(STORIES, 0)
    jinja = _environment()
    if _baseline(context, jinja) != render_html(context, FOLDERS):
        raise AssertionError("the ways give different bytes")

    times: dict[str, list[float]] = {}
    for _ in range(RUNS):
        _timed(times, "first", lambda: (cache.cache.clear(), _baseline(context, jinja)))
        _timed(times, "again", lambda: _baseline(context, jinja))
        _timed(times, "new", lambda: (_clear_caches(), render_html(context, FOLDERS)))
        _timed(times, "cached", lambda: render_html(context, FOLDERS))
        _timed(times, "edition", lambda: render(whole, RenderOptions()))
    return _rows(times)


def _rows(times: dict[str, list[float]]) -> list[Row]:
    task = f"an edition of {STORIES} stories, its HTML"
    ms = {name: median(rows) for name, rows in times.items()}

    def against(name: str) -> str:
        ratios = [median(a / b for a, b in zip(times[base], times[name], strict=True)) for base in ("first", "again")]
        return f"{ratios[0]:.1f} and {ratios[1]:.1f} times faster than the baselines"

    return [
        Row(task=task, system="Jinja2, then premailer", figure=f"{ms['first']:.2f} ms", note="its cache empty"),
        Row(task=task, system="the same again", figure=f"{ms['again']:.2f} ms", note="its cache full"),
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


def _timed(times: dict[str, list[float]], name: str, run: Callable[[], object]) -> None:
    """A few in a row, so that short ones are not timed with the processor's caches full of the long ones' work."""
    start = time.process_time()
    for _ in range(ROW):
        run()
    times.setdefault(name, []).append((time.process_time() - start) * 1000 / ROW)
