"""A template of one's own is rendered where it can be ended: it may not take all time or memory."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.model.errors import TemplateError
from digest.render import RenderOptions, render
from digest.settings import shipped_files
from tests.support.digests import digest

DOUBLE = "{%% set n = namespace(x=%s) %%}{%% for _ in range(%d) %%}{%% set n.x = %s %%}{%% endfor %%}"
MACROS = "".join(
    f"{{% macro {name}() %}}{('{{ ' + last + '() }}') * 4 if last else 'x'}{{% endmacro %}}"
    for last, name in zip(["", *"abcdefghijkl"], "abcdefghijklm", strict=True)
)
QUICK = {
    "a large range": "{% for _ in range(10 ** 12) %}{% endfor %}",
    "ranges in ranges": "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a text times a number": "{{ 'x' * 10 ** 10 }}",
    "a list times a number": "{{ ([''] * 10 ** 9) | length }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a wide format": "{{ '%0999999999d' % 1 }}",
    "an endless macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "an endless include": "{% include 'email.html.j2' %}",
    "tuples added": DOUBLE % ("(1,)", 60, "n.x + n.x"),
}
#: They need all of the time or memory that a rendering has.
EXHAUSTING = {
    "a list that doubles": DOUBLE % ("['']", 60, "n.x + n.x"),
    "lists in lists": DOUBLE % ("['']", 33, "[n.x, n.x]") + "{{ n.x }}",
    "a dictionary of dictionaries": DOUBLE % ("{}", 40, "{'a': n.x, 'b': n.x}") + "{{ n.x }}",
    "sorted lists in lists": DOUBLE % ("[1]", 33, "[n.x, n.x]") + "{{ [n.x, n.x] | sort | length }}{{ n.x | string }}",
    "macros that double": MACROS + "{{ m() }}",
}
HOSTILE = [
    *(pytest.param(html, id=kind) for kind, html in QUICK.items()),
    *(pytest.param(html, id=kind, marks=pytest.mark.slow) for kind, html in EXHAUSTING.items()),
]


def own_template(folder: Path, html: str) -> Path:
    (folder / "email.html.j2").write_text(f"<html><body>{html}</body></html>")
    (folder / "email.txt.j2").write_text("{{ subject }}")
    (folder / "style.css").write_text("")
    return folder


@pytest.mark.parametrize("html", HOSTILE)
def test_a_hostile_template_is_ended_and_named(html: str, tmp_path: Path) -> None:
    started = time.process_time()
    with pytest.raises(TemplateError) as caught:
        render(digest(), RenderOptions(template=own_template(tmp_path, html)))

    assert str(tmp_path) in str(caught.value)
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_the_next_rendering_works_after_one_was_ended(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    bad = RenderOptions(template=own_template(tmp_path / "bad", EXHAUSTING["lists in lists"]))
    good = RenderOptions(template=own_template(tmp_path / "good", "<h1>{{ subject }}</h1>"))
    with pytest.raises(TemplateError):
        render(digest(), bad)

    editions = [render(digest(), good) for _ in range(2)]

    assert "<h1>" in editions[0].html
    assert editions[0] == editions[1]


def test_a_copy_of_a_shipped_template_gives_the_same_edition(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (shipped_files.templates() / "briefing").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())

    with ThreadPoolExecutor(3) as threads:
        editions = list(threads.map(lambda _: render(digest(), RenderOptions(template=copy)), range(3)))

    assert editions == [render(digest(), RenderOptions())] * 3


def test_a_shipped_template_is_rendered_in_this_process() -> None:
    before = children()
    render(digest(), RenderOptions())

    assert children() <= before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
