"""Errors of a template: with file, line, and a hint; limits of the sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.model.errors import TemplateError
from digest.render import RenderOptions, render
from tests.support.digests import digest
from tests.support.rendered import write_template


@pytest.mark.parametrize(
    ("html", "line", "message"),
    [
        pytest.param("<p>\n{% if stories %}\n</p>", 4, "Unexpected end of template", id="an if that never ends"),
        pytest.param("<p>\n{{ titel }}</p>", 3, "'titel' is undefined; did you mean 'title'?", id="an unknown name"),
        pytest.param(
            "{% for story in stories %}\n\n{{ story.titel }}{% endfor %}",
            4,
            "did you mean 'title'?",
            id="an unknown field",
        ),
        pytest.param("{{ title|shout }}", 2, "No filter named 'shout'", id="an unknown filter"),
        pytest.param("\n{{ 1 / 0 }}", 3, "division by zero", id="an impossible sum"),
        pytest.param("\n{{ title + 1 }}", 3, "can only concatenate str", id="words and numbers"),
        pytest.param('\n{% include "missing.html" %}', None, "there is no file 'missing.html'", id="a missing file"),
        pytest.param(
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            2,
            "takes more than",
            id="an endless loop",
        ),
        pytest.param(
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
            2,
            "takes more than",
            id="a macro that doubles",
        ),
        pytest.param(
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", None, "endless recursion", id="an endless macro"
        ),
        pytest.param('{{ "x" * 10**9 }}', 2, "larger than", id="a huge text"),
        pytest.param("{{ 10**10**10 }}", 2, "larger than", id="a huge number"),
        pytest.param("{{ title|center(10**9) }}", 2, "larger than", id="a huge width"),
        pytest.param("{{ title.ljust(10**9) }}", 2, "larger than", id="a huge width of a method"),
        pytest.param('{{ "%999999999d"|format(1) }}', 2, "larger than", id="a huge width in a format"),
        pytest.param('{{ "%999999999d" % 1 }}', 2, "larger than", id="a huge width in a percent format"),
        pytest.param('{{ "%*d" % (10**9, 1) }}', 2, "larger than", id="a huge width beside a format"),
        pytest.param('{{ "{:999999999}".format(1) }}', 2, "larger than", id="a huge width in braces"),
        pytest.param('{{ ("x" * 9999)|replace("x", "x" * 9999) }}', 2, "larger than", id="a text that multiplies"),
        pytest.param(
            '{% set ns = namespace(t="x") %}{% for _ in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}',
            2,
            "larger than",
            id="a text that doubles",
        ),
        pytest.param('{{ ("x" * 9999).translate({120: "y" * 9999}) }}', 2, "larger than", id="a table that multiplies"),
        pytest.param('{{ [1]|slice(10**8, "x")|list|length }}', 2, "larger than", id="a hundred million rows"),
        pytest.param('{{ [1]|batch(10**8, "x")|list|length }}', 2, "larger than", id="a row of a hundred million"),
        pytest.param(
            '{% set x %}{{ "x" * 10**6 }}{% endset %}{% for _ in range(9999) %}{{ x }}{% endfor %}',
            None,
            "characters of values in one mail",
            id="a text printed again and again",
        ),
        pytest.param(
            '{% set x = "x" * 10**6 %}{% for _ in range(9999) %}{{ x }}{% endfor %}',
            2,
            "larger than",
            id="a value printed again and again",
        ),
        pytest.param(
            "{% for _ in range(99999) %}{% if range(99999)|sum == 1 %}{% endif %}{% endfor %}",
            2,
            "takes more than",
            id="few steps, each of them long",
            marks=pytest.mark.slow,
        ),
        pytest.param("{{ title.__class__.__mro__ }}", 2, "unsafe", id="a way out of the sandbox"),
        pytest.param('{{ "{0.__class__}".format(title) }}', 2, "unsafe", id="a way out through a format"),
        pytest.param('{{ title|attr("__class__") }}', 2, "unsafe", id="a way out through a filter"),
        pytest.param("{{ cycler.__init__.__globals__ }}", 2, "unsafe", id="a way out through a helper"),
        pytest.param("{{ self._TemplateReference__context }}", 2, "unsafe", id="a way out through the template"),
        pytest.param('{{ stories|sort(attribute="__class__") }}', 2, "unsafe", id="a way out through an order"),
        pytest.param("{{ lipsum.__globals__ }}", 2, "undefined", id="a way out that is shut"),
    ],
)
def test_the_error_of_a_broken_template_has_file_and_line(
    tmp_path: Path, html: str, line: int | None, message: str
) -> None:
    folder = write_template(tmp_path, html=html)

    with pytest.raises(TemplateError) as caught:
        render(digest(), RenderOptions(template=folder))

    assert message in str(caught.value)
    assert str(folder) in str(caught.value)
    assert line is None or caught.value.line == line


@pytest.mark.parametrize("name", ["email.html.j2", "email.txt.j2", "style.css"])
def test_the_error_of_a_missing_file_names_it_with_a_hint(tmp_path: Path, name: str) -> None:
    folder = write_template(tmp_path, html="<p>x</p>")
    (folder / name).unlink()

    with pytest.raises(TemplateError, match=re.escape(name)) as caught:
        render(digest(), RenderOptions(template=folder))

    assert "start from a copy of" in caught.value.hint


def test_the_error_of_a_binary_file_names_it(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="<p>x</p>")
    (folder / "email.html.j2").write_bytes(b"\xff\xfe<p>")

    with pytest.raises(TemplateError, match=r"email\.html\.j2"):
        render(digest(), RenderOptions(template=folder))


@pytest.mark.parametrize(
    ("html", "new"),
    [
        ("{{ minutes }}", "reading_time"),
        ("{% if contents %}{% endif %}", "show_contents"),
        ("{% for story in more %}{% endfor %}", "more_stories"),
        ("{{ words.more }}", "labels"),
        ("{{ labels.more }}", "more_stories"),
        ("{% for story in stories %}{{ story.passages }}{% endfor %}", "excerpts"),
        ("{% for story in stories %}{{ labels.update if story.update }}{% endfor %}", "is_update"),
        ("{% for story in stories %}{{ story.excerpts[0].name }}{% endfor %}", "citation"),
    ],
)
def test_an_old_name_is_refused_with_the_new_one(tmp_path: Path, html: str, new: str) -> None:
    with pytest.raises(TemplateError, match=f"it was renamed to '{new}'"):
        render(digest(), RenderOptions(template=write_template(tmp_path, html=html)))
