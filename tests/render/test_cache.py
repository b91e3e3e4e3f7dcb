"""A page poured into the mould of one like it has the bytes that the template and the inliner would have given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import Image
from digest.model.errors import TemplateError
from digest.render import Brand, Links, Look, environment, html
from digest.render.context import page
from digest.render.context_types import Page
from digest.render.template_paths import names, search_path
from digest.render.trace import flat
from digest.settings import shipped_files
from tests.support.digests import article, brief, digest, news

DOCUMENT = (
    "<!DOCTYPE html>\n<html><head><style>b { color: red } .x { color: blue }</style></head><body>{}</body></html>"
)
EACH = "{{% for s in stories %}}{}{{% endfor %}}"

#: Bodies of templates that look at their values in every way that Jinja2 has.
ODD = {
    "compared": EACH.format("<b{{ ' class=x' if s.title == stories[0].title }}>{{ s.title }}</b>"),
    "unlike": EACH.format("{% if s.source != s.author %}<b>{{ s.source }}</b>{% endif %}"),
    "looked into": EACH.format("{% if 'a' in s.title %}<b>{{ s.title }}</b>{% endif %}"),
    "one of": EACH.format("{% if s.source in ('a', 'b') %}<b>{{ s.title }}</b>{% endif %}"),
    "measured": EACH.format("{% if s.title|length > 3 %}<b>{{ s.title }}</b>{% endif %}"),
    "joined": EACH.format("<b>{{ s.title ~ ', ' ~ s.author }}</b>"),
    "shouted": EACH.format("<b>{{ s.title|upper }}</b>{{ s.author.lower() }}"),
    "cut": EACH.format("<b>{{ s.title[:2] }}</b>{{ s.title|truncate(5) }}"),
    "sorted": "{% for s in stories|sort(attribute='title') %}<b>{{ s.title }}</b>{% endfor %}",
    "grouped": "{% for g in stories|groupby('source') %}<b>{{ g.grouper }}</b>{{ g.list|length }}{% endfor %}",
    "unique": "{% for t in stories|map(attribute='title')|unique %}<b>{{ t }}</b>{% endfor %}",
    "listed": "<b>{{ stories|map(attribute='title')|join(', ') }}</b>{{ stories|map(attribute='title')|list }}",
    "chosen": "{% for s in stories|selectattr('author') %}<b>{{ s.title }}</b>{% endfor %}",
    "chosen by": "{% for s in stories|rejectattr('source', 'equalto', 'a') %}<b>{{ s.title }}</b>{% endfor %}",
    "sliced": "{% for s in stories[:2] %}<b>{{ s.title }}</b>{% else %}none{% endfor %}",
    "batched": "{% for row in stories|batch(2) %}<p>{% for s in row %}{{ s.title }}{% endfor %}</p>{% endfor %}",
    "numbered": EACH.format("{{ s.title|int(default=7, base=16) }}{{ s.number + 1 }}"),
    "pixels": EACH.format("{% if s.image and s.image.width|int > 300 %}<b>{{ s.image.alt }}</b>{% endif %}"),
    "no image": EACH.format("{% if s.image is none %}<b>{{ s.title }}</b>{% endif %}"),
    "tested": EACH.format("{{ s.title is string }}{{ s.title is mapping }}{{ s.title is upper }}{{ s is iterable }}"),
    "formatted": EACH.format("<b>{{ '%s: %s'|format(s.source, s.title) }}</b>{{ '{0}!'.format(s.title) }}"),
    "percent": EACH.format("<b>{{ '%s!' % s.title }}</b>{{ s.title + '!' }}"),
    "first letter": EACH.format("<b>{{ s.title[0] if s.title }}</b>{{ s.title|first if s.title }}"),
    "spelt": EACH.format("{% for c in s.author %}<b>{{ c }}</b>{% endfor %}"),
    "as a class": EACH.format('<b class="{{ s.source }}" id="{{ s.title }}">{{ s.title }}</b>'),
    "as a tag": EACH.format("<b{{ s.author }}>{{ s.title }}</b{{ s.author }}>"),
    "safe": EACH.format("<b>{{ s.title|safe }}</b>"),
    "escaped": EACH.format("<b>{{ s.title|e }}</b>"),
    "changed": EACH.format("{% if loop.changed(s.source) %}<b>{{ s.source }}</b>{% endif %}{{ s.title }}"),
    "cycled": EACH.format("<b class=\"{{ loop.cycle('x', 'y') }}\">{{ s.title }}</b>{{ ', ' if not loop.last }}"),
    "neighbours": EACH.format("{% if loop.previtem and loop.previtem.source == s.source %}<b>same</b>{% endif %}"),
    "macro": "{% macro m(t, n='-') %}<b>{{ t }}{{ n }}</b>{% endmacro %}" + EACH.format("{{ m(s.title, n=s.author) }}"),
    "caller": "{% macro m() %}<b>{{ caller() }}</b>{% endmacro %}"
    + EACH.format("{% call m() %}{{ s.title }}{% endcall %}"),
    "kept": "{% set ns = namespace(t='') %}" + EACH.format("{% set ns.t = s.title %}") + "<b>{{ ns.t }}</b>",
    "or else": EACH.format("<b>{{ s.author or s.source }}</b>{{ s.section|default('none', true) }}"),
    "as a key": EACH.format("<b>{{ {'a': 1, 'b': 2}[s.source]|default('?') }}</b>"),
    "as it is": "<b>{{ stories[0] if stories }}</b>",
    "compared whole": EACH.format("{% if s == stories[0] %}<b>{{ s.title }}</b>{% endif %}"),
    "in a style": EACH.format('<b style="color: {{ s.title }}">x</b><a href="{{ s.title }}" title="{{ s.url }}">x</a>'),
    "in a comment": EACH.format("<!-- {{ s.title }} --><b>{{ s.title }}</b>"),
    "a hash": EACH.format("{% set d = {s.title: 1} %}<b>{{ d|length }}</b>"),
    "compared in size": EACH.format("{% if s.title > 'b' %}<b>{{ s.title }}</b>{% endif %}"),
    "the words": "<b>{{ words.others.format(n=beyond) }}</b>{{ words.months|join }}{{ title }}",
}
LINKS = Links(web="https://a.example/w", unsubscribe="https://a.example/u/(token)")
TEXT = st.one_of(
    st.sampled_from(["", "a", "b", "Ab", "12", "<b>", "'\"&", "xqv1vqx", "a  b", "\0"]), st.text(max_size=12)
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """Each template's search path, shipped and odd ones."""
    shelf = tmp_path_factory.mktemp("odd")
    for name, body in ODD.items():
        (shelf / name).mkdir()
        (shelf / name / "email.html.j2").write_text(DOCUMENT.replace("{}", body), encoding="utf-8")
    shipped = {name: search_path(Look(template=name)) for name in names([shipped_files.templates()])}
    return {**shipped, **{name: search_path(Look(template=shelf / name)) for name in ODD}}


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Pages of all forms; texts are few, so that they often agree."""
    languages = st.sampled_from(["en", "de", "ar"])
    told = []
    for number in range(draw(st.integers(0, 3))):
        articles = [
            replace(
                article(draw(TEXT), [draw(TEXT)], source=draw(TEXT), author=draw(TEXT), number=number * 9 + place),
                language=draw(languages),
                image=draw(st.sampled_from([None, Image(url="https://a.example/i.png", alt="i", width=400)])),
            )
            for place in range(draw(st.integers(1, 3)))
        ]
        told.append(brief(articles, section=draw(st.sampled_from(["", "a", "b"])), update=draw(st.booleans())))
    look = Look(links=draw(st.sampled_from([Links(), LINKS])), brand=Brand(address="Pier 4"))
    shown = page(digest(told, language=draw(languages)), look).cut(draw(st.integers(1, 3)), draw(st.integers(0, 1)))
    return rewritten(shown, iter(draw(st.lists(TEXT, min_size=40, max_size=40)))) if draw(st.booleans()) else shown


def rewritten(shown: Page, texts: Iterator[str]) -> Page:
    """The page with other texts in some places, as no digest would have them."""
    seen: dict[int, Any] = {}

    def changed(part: Any, name: str = "") -> Any:
        if isinstance(part, tuple):
            return tuple(changed(item) for item in part)
        if isinstance(part, str) and name in {"title", "source", "author", "text", "url", "date", "alt", "width"}:
            return next(texts, part)
        if not is_dataclass(part) or type(part).__name__ in {"Words", "Links", "Face"}:
            return part
        if id(part) not in seen:
            values = {one.name: changed(getattr(part, one.name), one.name) for one in fields(part)}
            seen[id(part)] = replace(part, **values)  # type: ignore[type-var]  # a dataclass, as asked above
        return seen[id(part)]

    return changed(shown)  # type: ignore[no-any-return]  # of whatever kind it was given


def plainly(shown: Page, path: tuple[Path, ...]) -> str:
    """By the template and the inliner alone."""
    return html._made(environment.html(path, shown), path).filled(())


def outcome(way: Callable[[Page, tuple[Path, ...]], str], shown: Page, path: tuple[Path, ...]) -> str:
    """The HTML, or what is wrong."""
    try:
        return way(shown, path)
    except TemplateError as error:
        return str(error)


@pytest.mark.parametrize("name", [*names([shipped_files.templates()]), *ODD])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_page_poured_into_a_mould_is_the_page_itself(
    folders: dict[str, tuple[Path, ...]], name: str, data: st.DataObject
) -> None:
    one = data.draw(pages())
    other = rewritten(one, iter(data.draw(st.lists(TEXT, min_size=10, max_size=60))))

    for shown in (one, other, one):
        assert outcome(html.html, shown, folders[name]) == outcome(plainly, shown, folders[name])


@pytest.mark.parametrize("template", list(names([shipped_files.templates()])))
def test_a_shipped_template_is_not_run_again_for_a_page_of_a_known_shape(template: str) -> None:
    path = search_path(Look(template=template))
    first = page(digest([news(0), news(1)]), Look()).cut(2, 0)
    second = rewritten(first, iter(["Rain", "Sunset", "Moon", "Fog"]))
    html.html(first, path)

    if template == "headlines":  # its shelves are the sources
        second = replace(first, title="Rain")
    assert environment.sandbox(path, html=True).moulds().of(flat(second)) is not None


def test_a_mould_is_forgotten_when_a_file_of_its_template_changes(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "email.html.j2").write_text('{% extends "briefing/email.html.j2" %}', encoding="utf-8")
    path, shown = search_path(Look(template=own)), page(digest(), Look()).cut(6, 0)
    before = html.html(shown, path)

    (own / "style.css").write_text("h1 { color: #123456 }", encoding="utf-8")

    assert "color:#123456" in html.html(shown, path)
    assert "color:#123456" not in before
