"""Inlining: rules reach every element, values stay values, CSS that mail programs drop is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.model.errors import TemplateError
from digest.render import RenderOptions, inline, render
from tests.support.digests import article, brief, digest
from tests.support.rendered import rendered, write_template


@pytest.mark.parametrize(
    ("html", "css", "selector", "style"),
    [
        pytest.param(
            '{% for s in stories %}<p class="{{ "top" if s.number == 1 }}">{{ s.title }}</p>{% endfor %}',
            ".top { color: red }",
            "//p",
            "color:red",
            id="a class that is computed",
        ),
        pytest.param(
            '{% macro cell(words) %}<td class="c">{{ words }}{{ caller() }}</td>{% endmacro %}'
            "<table><tr>{% call cell(title) %}<b>{{ stories[0].title }}</b>{% endcall %}</tr></table>",
            ".c b { color: red }",
            "//b",
            "color:red",
            id="a macro with a caller",
        ),
        pytest.param(
            "{% macro rule() %}<hr>{% endmacro %}{{ rule() }}",
            "hr { color: red }",
            "//hr",
            "color:red",
            id="a macro without a value",
        ),
        pytest.param(
            "{% set box %}<i>{{ title }}</i>{% endset %}{{ box }}",
            "i { color: red }",
            "//i",
            "color:red",
            id="markup in a variable",
        ),
        pytest.param(
            '<p{% if stories %} class="some"{% endif %}>{{ title }}</p>',
            ".some { color: red }",
            "//p",
            "color:red",
            id="a condition within a tag",
        ),
        pytest.param(
            "<ul>{% for s in stories %}<li>{{ s.title }}</li>{% endfor %}<li>last</li></ul>",
            "li:first-child { color: red }",
            "//li[1]",
            "color:red",
            id="the first child of a loop",
        ),
        pytest.param("<h{{ 1 + 1 }}>x</h{{ 1 + 1 }}>", "h2 { color: red }", "//h2", "color:red", id="a computed tag"),
        pytest.param(
            '<p dir="{{ direction }}">x</p>', "[dir=ltr] { color: red }", "//p", "color:red", id="a plain word's value"
        ),
        pytest.param(
            "<p>{{ title }}</p>", "p { color: {{ brand.accent }} }", "//p", "color:#1f5f8b", id="a colour of the brand"
        ),
        pytest.param(
            '<p style="width: {{ stories|length }}px">x</p>',
            "p { color: red }",
            "//p",
            "color:red; width:1px",
            id="a value in a style",
        ),
        pytest.param("<b>x</b>", "b { color: red !important }", "//b", "color:red !important", id="importance"),
    ],
)
def test_rules_are_inlined_into_every_matching_element(
    tmp_path: Path, html: str, css: str, selector: str, style: str
) -> None:
    elements = rendered(write_template(tmp_path, html=html, css=css)).xpath(selector)

    assert elements[0].get("style") == style


def test_markup_marked_as_safe_is_inserted_without_inlining(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="<p>{{ stories[0].title|safe }}</p>", css="b { color: red }")

    page = rendered(folder, title="<b>Fog</b>")

    assert page.find(".//b").get("style") is None
    assert page.find(".//b").text == "Fog"
    assert page.find(".//p").text is None


def test_text_that_looks_like_a_placeholder_is_inserted_as_text(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="<p>{{ stories[0].title|safe }}</p>")

    assert rendered(folder, title="xqv99999vqx").find(".//p").text == "xqv99999vqx"


@pytest.mark.parametrize(
    ("author", "source"), [("xqv0vqx", "b"), ("xqv", "0vqx"), ("x", "qv0vqx"), ("xqv1vq", "x"), ("b", "xqv7vqx")]
)
def test_a_class_that_looks_like_a_placeholder_stays_a_class(tmp_path: Path, author: str, source: str) -> None:
    """Neither alone nor together with the text beside it is it replaced by another value."""
    html = '<b class="{{ stories[0].author }}{{ stories[0].source }}" id="c">{{ stories[0].title }}</b>'
    folder = write_template(tmp_path, html=html, css="#c { color: red }")

    element = rendered(folder, title='"><i>Fog', author=author, source=source).find(".//b")
    assert element.get("class") == author + source
    assert element.text == '"><i>Fog'
    assert element.get("style") == "color:red"


@pytest.mark.parametrize(
    "hostile",
    ["red;background:url(https://x.example)", "</style><b>", '"><b>', "red}b{color:red", "expression(alert(1))"],
)
def test_a_value_in_a_style_stays_one_value(tmp_path: Path, hostile: str) -> None:
    folder = write_template(
        tmp_path,
        html='<p style="color: {{ stories[0].title }}">x</p>',
        css="p { border-color: {{ stories[0].title }} }",
    )

    page = rendered(folder, title=hostile)

    style = page.find(".//p").get("style")
    assert page.find(".//b") is None
    assert style.count(";") == 1
    assert "(" not in style
    assert "{" not in style


def test_rules_that_cannot_be_inlined_stay_word_for_word(tmp_path: Path) -> None:
    remaining = (
        "@media (prefers-color-scheme: dark) { p { color: white !important } }"
        "@supports (display: grid) { p { color: blue } }"
        '@font-face { font-family: "Own"; src: url(https://a.example/f;v=1) }'
        "[data-ogsc] p { color: white }"
    )
    folder = write_template(tmp_path, html="<p>x</p>", css=f"/* why */ p {{ color: red }} {remaining}")

    page = rendered(folder)

    assert page.find(".//style").text == remaining
    assert page.find(".//p").get("style") == "color:red"


def test_conditional_comments_keep_their_values(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="<!--[if mso]><table><tr><td>{{ stories[0].title }}<![endif]--><p>x</p>")

    edition = render(digest([brief([article("Fog --> <b>", ["It lifts."])])]), RenderOptions(template=folder))

    assert "<!--[if mso]><table><tr><td>Fog --&gt; &lt;b&gt;<![endif]-->" in edition.html


@pytest.mark.parametrize(
    ("css", "line"),
    [
        pytest.param('p { color: red }\na[href^="https://a."] { color: red }', 2, id="by the start of a link"),
        pytest.param("\n\na[title~=x], b { color: red }", 3, id="by a word of a title"),
        pytest.param("p:contains(fog) { color: red }", 1, id="by a text"),
    ],
)
def test_a_selector_on_an_inserted_value_is_refused(tmp_path: Path, css: str, line: int) -> None:
    folder = write_template(
        tmp_path, html='{% for s in stories %}<a href="{{ s.url }}" title="{{ s.title }}">x</a>{% endfor %}', css=css
    )

    with pytest.raises(TemplateError, match="inserted only after inlining") as caught:
        render(digest(), RenderOptions(template=folder))

    assert caught.value.file.endswith("style.css")
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("css", "line", "message"),
    [
        pytest.param(
            "@media print {\n  @media (min-width: 5cm) { p { color: red } }\n}",
            2,
            "@media (min-width: 5cm) is nested in another at-rule",
            id="nested at-rules",
        ),
        pytest.param(
            "/* @media { */\n@supports (color: red) {\n@font-face { font-family: x } }", 3, "@font-face", id="a font"
        ),
        pytest.param("@media print { p { color: red } }" * 300, None, "bytes of rules", id="too much"),
    ],
)
def test_styles_that_mail_programs_drop_are_refused(tmp_path: Path, css: str, line: int | None, message: str) -> None:
    folder = write_template(tmp_path, html="<p>x</p>", css=css)

    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        render(digest(), RenderOptions(template=folder))

    assert caught.value.file.endswith("style.css")
    assert caught.value.line == line
    assert "mail programs drop" in caught.value.hint


def test_a_selector_on_the_templates_own_values_is_not_refused(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html='<a rel="home">{{ title }}</a>', css="a[rel=home] { color: red }")

    assert rendered(folder).find(".//a").get("style") == "color:red"


def test_editions_that_differ_only_in_values_are_inlined_once() -> None:
    first, second = (digest([brief([article(title, [f"{title}."])])]) for title in ("Fog lifts", "Rain <b> falls"))
    render(first, RenderOptions())
    misses = inline.inline_css.cache_info().misses

    html = render(second, RenderOptions()).html

    assert inline.inline_css.cache_info().misses == misses
    assert "Rain &lt;b&gt; falls" in html
    assert "Fog" not in html


def test_a_style_sheet_added_later_is_used(tmp_path: Path) -> None:
    (tmp_path / "email.html.j2").write_text('{% extends "briefing/email.html.j2" %}', encoding="utf-8")
    (tmp_path / "email.txt.j2").write_text('{% include "briefing/email.txt.j2" %}', encoding="utf-8")
    before = render(digest(), RenderOptions(template=tmp_path)).html

    (tmp_path / "style.css").write_text("h1 { color: #123456 }", encoding="utf-8")

    assert "color:#123456" in render(digest(), RenderOptions(template=tmp_path)).html
    assert "color:#123456" not in before
