"""What "inline once, insert last" saves in processor time, against Jinja2 followed by premailer over the same template.

Both make the same bytes, which is asserted before anything is timed. Run by ``python -m tests.bench.render``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from premailer import cache  # type: ignore[import-untyped]  # it has no types

from digest.render import Look, fit, inline, premail, render
from digest.render.folders import HTML, search_path
from digest.render.page import Page
from digest.render.view import page
from tests.bench.quality.table import Row, table
from tests.digests import digest

STORIES, RUNS = 30, 25
FOLDERS = search_path(Look())


def measure() -> list[Row]:
    """One edition of 30 stories, in turn by the baseline, as a new shape and as a known one."""
    whole = digest(stories=STORIES)
    shown = page(whole, Look()).cut(STORIES, 0)
    baseline, environment = _baseline(shown), _environment()
    if baseline(environment) != fit._html(shown, FOLDERS):
        raise AssertionError("the two ways give different bytes")

    times: dict[str, list[float]] = {}
    for _ in range(RUNS):  # by itself: the cache that it empties is everyone's
        _timed(times, "first", lambda: (cache.cache.clear(), baseline(environment)))
    for _ in range(RUNS):
        _timed(times, "again", lambda: baseline(environment))
        _timed(times, "new", lambda: (inline.inlined.cache_clear(), fit._html(shown, FOLDERS)))
        _timed(times, "known", lambda: fit._html(shown, FOLDERS))
        _timed(times, "edition", lambda: render(whole, Look()))
    return _rows({name: median(rows) for name, rows in times.items()})


def _rows(ms: dict[str, float]) -> list[Row]:
    task = f"an edition of {STORIES} stories, its HTML"

    def against(name: str) -> str:
        return f"{ms['first'] / ms[name]:.0f} and {ms['again'] / ms[name]:.1f} times faster than the baselines"

    return [
        Row(task=task, system="Jinja2, then premailer", figure=f"{ms['first']:.1f} ms", note="nothing cached"),
        Row(task=task, system="the same again", figure=f"{ms['again']:.1f} ms", note="premailer's cache full"),
        Row(task=task, system="digest, a new shape", figure=f"{ms['new']:.1f} ms", note=against("new")),
        Row(task=task, system="digest, a known shape", figure=f"{ms['known']:.1f} ms", note=against("known")),
        Row(task="the same with its text part", system="digest", figure=f"{ms['edition']:.1f} ms"),
    ]


def _environment() -> Environment:
    loader = ChoiceLoader([FileSystemLoader(folder) for folder in FOLDERS])
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _baseline(shown: Page) -> Callable[[Environment], str]:
    variables = {name: getattr(shown, name) for name in shown.__dataclass_fields__}

    def made(environment: Environment) -> str:
        html = environment.get_template(HTML).render(variables)
        return str(
            premail.Premailer(inline._STYLE.sub(inline._parted, html), **premail._OPTIONS).transform(pretty_print=False)
        )

    return made


def _timed(times: dict[str, list[float]], name: str, run: Callable[[], object]) -> None:
    start = time.process_time()
    run()
    times.setdefault(name, []).append((time.process_time() - start) * 1000)


if __name__ == "__main__":
    print(table(measure()))
