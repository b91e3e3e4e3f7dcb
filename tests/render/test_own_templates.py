"""A person's own templates: found, built upon, inlined as the shipped one, and told clearly where they are wrong."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from lxml import html as lxml_html

from digest.model.errors import TemplateError
from digest.render import Links, RenderOptions, context_types, environment, render
from digest.render.contrast import AA, contrast
from digest.render.locale import Labels
from digest.render.template_paths import HTML, STYLE, TEXT, template_names
from digest.settings import shipped_files
from tests.support.digests import article, brief, digest

DOCUMENT = (
    '<!DOCTYPE html>\n<html lang="en"><head><style>{{% include "style.css" %}}</style></head><body>{}</body></html>'
)


def template(folder: Path, *, html: str = "", text: str = "{{ title }}", css: str = "", name: str = "own") -> Path:
    """A template's folder, ``html`` being its body."""
    own = folder / name
    own.mkdir(parents=True)
    (own / "email.html.j2").write_text(
        html if html.startswith("{% extends") else DOCUMENT.format(html), encoding="utf-8"
    )
    (own / "email.txt.j2").write_text(text, encoding="utf-8")
    (own / "style.css").write_text(css, encoding="utf-8")
    return own


def rendered(own: Path, *, title: str = "Fog lifts", **more: str) -> lxml_html.HtmlElement:
    told = replace(article(title, ["It lifts."]), **more)
    edition = render(digest([brief([told])]), RenderOptions(template=own))
    return lxml_html.document_fromstring(edition.html)


# --- found -------------------------------------------------------------------------------------------------------


def test_a_name_is_looked_for_in_a_persons_folders_first(tmp_path: Path) -> None:
    template(tmp_path, html="<p>mine</p>", name="briefing")

    assert "mine" in render(digest(), RenderOptions(template="briefing", folders=(tmp_path,))).html
    assert "mine" not in render(digest(), RenderOptions(template="briefing")).html


@pytest.mark.parametrize("spelling", [Path, str], ids=["a path", "a string with a slash"])
def test_a_folder_is_a_template(tmp_path: Path, spelling: type) -> None:
    own = template(tmp_path, html="<p>mine</p>")

    assert "mine" in render(digest(), RenderOptions(template=spelling(own))).html


def test_a_template_may_build_upon_a_shipped_one(tmp_path: Path) -> None:
    own = template(
        tmp_path, html='{% extends "briefing/email.html.j2" %}', text='{% include "briefing/email.txt.j2" %}'
    )
    (own / "style.css").unlink()

    built, shipped = (render(digest(), RenderOptions(template=name)) for name in (own, "briefing"))

    assert built.html == shipped.html
    assert built.text == shipped.text


def test_a_style_sheet_of_its_own_is_enough_to_look_different(tmp_path: Path) -> None:
    own = template(tmp_path, html='{% extends "briefing/email.html.j2" %}', css="h1 { color: #123456 }")

    page = rendered(own)

    assert page.find(".//h1").get("style") == "color:#123456"
    assert page.find(".//td").get("style") is None


def test_a_saved_change_shows_at_the_next_rendering(tmp_path: Path) -> None:
    own = template(tmp_path, html="<p>one</p>")
    rendered(own)

    (own / "style.css").write_text("p { color: red }", encoding="utf-8")
    (own / "email.html.j2").write_text(DOCUMENT.format("<p>two, and longer</p>"), encoding="utf-8")

    assert rendered(own).find(".//p").get("style") == "color:red"


# --- inlined as if premailer had seen everything -----------------------------------------------------------------


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
def test_styles_reach_every_element(tmp_path: Path, html: str, css: str, selector: str, style: str) -> None:
    found = rendered(template(tmp_path, html=html, css=css)).xpath(selector)

    assert found[0].get("style") == style


def test_markup_that_a_template_calls_safe_is_inserted_untouched(tmp_path: Path) -> None:
    own = template(tmp_path, html="<p>{{ stories[0].title|safe }}</p>", css="b { color: red }")

    page = rendered(own, title="<b>Fog</b>")

    assert page.find(".//b").get("style") is None  # it never met the inliner
    assert page.find(".//b").text == "Fog"
    assert page.find(".//p").text is None  # nor did anything before it lose its tags


def test_a_token_from_outside_is_a_word_like_any_other(tmp_path: Path) -> None:
    own = template(tmp_path, html="<p>{{ stories[0].title|safe }}</p>")

    assert rendered(own, title="xqv99999vqx").find(".//p").text == "xqv99999vqx"


@pytest.mark.parametrize(
    ("author", "source"), [("xqv0vqx", "b"), ("xqv", "0vqx"), ("x", "qv0vqx"), ("xqv1vq", "x"), ("b", "xqv7vqx")]
)
def test_a_class_from_outside_that_looks_like_a_token_stays_a_class(tmp_path: Path, author: str, source: str) -> None:
    """Alone or with what stands beside it, it never takes another value's place."""
    html = '<b class="{{ stories[0].author }}{{ stories[0].source }}" id="c">{{ stories[0].title }}</b>'
    own = template(tmp_path, html=html, css="#c { color: red }")

    found = rendered(own, title='"><i>Fog', author=author, source=source).find(".//b")
    assert found.get("class") == author + source
    assert found.text == '"><i>Fog'
    assert found.get("style") == "color:red"


@pytest.mark.parametrize(
    "hostile",
    ["red;background:url(https://x.example)", "</style><b>", '"><b>', "red}b{color:red", "expression(alert(1))"],
)
def test_a_value_in_a_style_stays_one_value(tmp_path: Path, hostile: str) -> None:
    own = template(
        tmp_path,
        html='<p style="color: {{ stories[0].title }}">x</p>',
        css="p { border-color: {{ stories[0].title }} }",
    )

    page = rendered(own, title=hostile)

    style = page.find(".//p").get("style")
    assert page.find(".//b") is None
    assert style.count(";") == 1
    assert "(" not in style
    assert "{" not in style


def test_rules_that_cannot_stand_in_a_tag_stay_word_for_word(tmp_path: Path) -> None:
    kept = (
        "@media (prefers-color-scheme: dark) { p { color: white !important } }"
        "@supports (display: grid) { p { color: blue } }"
        '@font-face { font-family: "Own"; src: url(https://a.example/f;v=1) }'
        "[data-ogsc] p { color: white }"
    )
    own = template(tmp_path, html="<p>x</p>", css=f"/* why */ p {{ color: red }} {kept}")

    page = rendered(own)

    assert page.find(".//style").text == kept
    assert page.find(".//p").get("style") == "color:red"


def test_conditional_comments_survive_with_their_values(tmp_path: Path) -> None:
    own = template(tmp_path, html="<!--[if mso]><table><tr><td>{{ stories[0].title }}<![endif]--><p>x</p>")

    edition = render(digest([brief([article("Fog --> <b>", ["It lifts."])])]), RenderOptions(template=own))

    assert "<!--[if mso]><table><tr><td>Fog --&gt; &lt;b&gt;<![endif]-->" in edition.html


# --- wrong, and told so ------------------------------------------------------------------------------------------


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
def test_a_broken_template_names_file_and_line(tmp_path: Path, html: str, line: int | None, message: str) -> None:
    own = template(tmp_path, html=html)

    with pytest.raises(TemplateError) as caught:
        render(digest(), RenderOptions(template=own))

    assert message in str(caught.value)
    assert str(own) in str(caught.value)
    assert line is None or caught.value.line == line


@pytest.mark.parametrize("name", ["email.html.j2", "email.txt.j2", "style.css"])
def test_a_missing_file_is_named_with_the_cure(tmp_path: Path, name: str) -> None:
    own = template(tmp_path, html="<p>x</p>")
    (own / name).unlink()

    with pytest.raises(TemplateError, match=re.escape(name)) as caught:
        render(digest(), RenderOptions(template=own))

    assert "start from a copy of" in caught.value.hint


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    own = template(tmp_path, html="<p>x</p>")
    (own / "email.html.j2").write_bytes(b"\xff\xfe<p>")

    with pytest.raises(TemplateError, match=r"email\.html\.j2"):
        render(digest(), RenderOptions(template=own))


@pytest.mark.parametrize(
    ("css", "line"),
    [
        pytest.param('p { color: red }\na[href^="https://a."] { color: red }', 2, id="by the start of a link"),
        pytest.param("\n\na[title~=x], b { color: red }", 3, id="by a word of a title"),
        pytest.param("p:contains(fog) { color: red }", 1, id="by a text"),
    ],
)
def test_a_selector_on_what_comes_from_outside_is_refused(tmp_path: Path, css: str, line: int) -> None:
    own = template(
        tmp_path, html='{% for s in stories %}<a href="{{ s.url }}" title="{{ s.title }}">x</a>{% endfor %}', css=css
    )

    with pytest.raises(TemplateError, match="inserted only after inlining") as caught:
        render(digest(), RenderOptions(template=own))

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
    own = template(tmp_path, html="<p>x</p>", css=css)

    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        render(digest(), RenderOptions(template=own))

    assert caught.value.file.endswith("style.css")
    assert caught.value.line == line
    assert "mail programs drop" in caught.value.hint


def test_a_selector_on_the_templates_own_values_is_not_refused(tmp_path: Path) -> None:
    own = template(tmp_path, html='<a rel="home">{{ title }}</a>', css="a[rel=home] { color: red }")

    assert rendered(own).find(".//a").get("style") == "color:red"


def test_an_unknown_name_gives_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="did you mean 'briefing'") as caught:
        render(digest(), RenderOptions(template="brieffing", folders=(tmp_path,)))

    assert "a template is a folder" in caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no such folder"):
        render(digest(), RenderOptions(template=tmp_path / "nowhere"))


def test_a_template_too_large_for_a_mail_is_refused(tmp_path: Path) -> None:
    own = template(tmp_path, html="x" * 90_000)

    with pytest.raises(TemplateError, match="without any story"):
        render(digest(), RenderOptions(template=own))


# --- the page that explains them ---------------------------------------------------------------------------------

OBJECTS = {
    "story": context_types.StoryContext,
    "excerpt": context_types.Excerpt,
    "related": context_types.RelatedArticle,
    "image": context_types.StoryImage,
    "section": context_types.Section,
    "article": context_types.LeftOutArticle,
    "failure": context_types.FailedSource,
    "brand": context_types.BrandContext,
    "links": Links,
    "labels": Labels,
}


def test_the_readme_names_every_variable_and_no_other() -> None:
    readme = (shipped_files.templates() / "README.md").read_text(encoding="utf-8").partition("## Every variable")[2]

    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", readme)) | set(re.findall(r"^\| `([a-z_]+)`", readme, re.MULTILINE))
    named |= set(re.findall(r"^\| `[a-z]+`, `([a-z]+)`", readme, re.MULTILINE))
    attributes = {f"{name}.{field.name}" for name, owner in OBJECTS.items() for field in fields(owner)}
    variables = {field.name for field in fields(context_types.EditionContext)}
    assert named - {"locales.toml"} == attributes | variables


def test_every_new_name_in_the_table_of_renamed_variables_exists() -> None:
    existing = {field.name for owner in (context_types.EditionContext, *OBJECTS.values()) for field in fields(owner)}

    assert set(environment._RENAMED.values()) <= existing


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
        render(digest(), RenderOptions(template=template(tmp_path, html=html)))


@pytest.mark.parametrize("name", list(template_names([shipped_files.templates()])))
def test_every_shipped_template_is_explained(name: str) -> None:
    readme = (shipped_files.templates() / "README.md").read_text(encoding="utf-8")

    assert f"`{name}`" in readme
    assert f"({name}/picture.png)" in readme
    assert {path.name for path in (shipped_files.templates() / name).iterdir()} == {HTML, TEXT, STYLE, "picture.png"}


@pytest.mark.parametrize("name", list(template_names([shipped_files.templates()])))
def test_the_colours_of_a_template_are_legible_by_day_and_by_night(name: str) -> None:
    """The browser tests ask the same of every element; this one needs no browser."""
    css = (shipped_files.templates() / name / STYLE).read_text(encoding="utf-8")
    day, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    night, _, _ = rest.partition("@media print")

    for part, grounds in ((day, ("#ffffff", "#f3f1ec")), (night, ("#1b1d21", "#121316"))):
        colours = re.findall(r"[{;\s]color: (#[0-9a-f]{6})", part)
        assert colours
        assert min(contrast(colour, ground) for colour in colours for ground in grounds) >= AA
