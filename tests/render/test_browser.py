"""The mail as a reader sees it: styles after inlining, accessibility, widths, night, print, in a real Chromium."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digest.model import Digest, Failure, LeftOut
from digest.render import Brand, Links, RenderOptions, environment, placeholders, render
from digest.render.context import edition_context
from digest.render.template_paths import search_path, template_names
from digest.settings import shipped_files
from tests.support.browser import browser
from tests.support.digests import article, brief, digest, nth_brief

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

LOOK = RenderOptions(
    show_left_out=True,
    show_failures=True,
    reason="You get this letter because you asked for it.",
    brand=Brand(address="Harbour Press Office, Pier 4, Sandhaven"),
    links=Links(web="https://a.example/w", preferences="https://a.example/p", unsubscribe="https://a.example/u"),
)
TEMPLATES = tuple(template_names([shipped_files.templates()]))
ARABIC = brief(
    [
        article(
            "الميناء يفتح الهويس الشمالي قبل موعده بعام",
            ["فُتح الهويس الشمالي أمام سفن الشحن يوم السبت."],
            source="صحيفة الميناء",
            language="ar",
            url="https://port.example/1",
        )
    ]
)
LONG = brief([article("Donaudampfschifffahrtsgesellschaftskapitän" * 3, ["https://a.example/" + "x" * 150])])


def full(language: str = "en") -> Digest:
    """Every part of the page at once."""
    return digest(
        [nth_brief(0, section="Harbour"), nth_brief(1, section="Sky"), nth_brief(2), ARABIC, LONG],
        language=language,
        left_out=[LeftOut(article=article("A long weekend"), reason="older than the window")],
        failures=[Failure(source="Lighthouse Wire", url="https://l.example/", error="HTTP 503")],
    )


EDITIONS = {
    "every part": (full(), LOOK),
    "no sections": (digest(), RenderOptions()),
    "one story": (digest(stories=1), RenderOptions()),
    "no story": (digest([]), RenderOptions()),
    "many stories": (digest(stories=70), LOOK),
    "headlines": (full(), replace(LOOK, template="headlines")),
    "headlines by source": (digest(), RenderOptions(template="headlines")),
    "longread": (full(), replace(LOOK, template="longread")),
}


def stripped(html: str) -> str:
    """As mail programs show it that drop the style element."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    contexts = []

    def opened(html: str, *, width: int = 700, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_content(html)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("variant", ["light", "dark", "320 pixels", "without style elements"])
@pytest.mark.parametrize(("whole", "look"), EDITIONS.values(), ids=EDITIONS.keys())
def test_axe_has_nothing_to_say(open_page: Any, whole: Digest, look: RenderOptions, variant: str) -> None:
    html = render(whole, look).html
    page = open_page(
        stripped(html) if variant.startswith("without") else html,
        width=320 if variant == "320 pixels" else 700,
        scheme="dark" if variant == "dark" else "light",
    )

    found = Axe().run(page)

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.parametrize("style", [True, False], ids=["as sent", "without style elements"])
@pytest.mark.parametrize(("whole", "look"), EDITIONS.values(), ids=EDITIONS.keys())
def test_nothing_is_wider_than_a_small_phone(open_page: Any, whole: Digest, look: RenderOptions, style: bool) -> None:
    html = render(whole, look).html

    page = open_page(html if style else stripped(html), width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("template", TEMPLATES)
def test_links_of_their_own_are_large_enough_for_a_thumb(open_page: Any, template: str) -> None:
    page = open_page(render(full(), replace(LOOK, template=template)).html, width=320)

    heights = page.evaluate(
        "[...document.querySelectorAll('a:not(.cite)')].map(a => [a.textContent, a.getBoundingClientRect().height])"
    )
    assert [(words, height) for words, height in heights if height < 44] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_running_text_is_at_least_16_pixels(open_page: Any, template: str) -> None:
    page = open_page(stripped(render(full(), replace(LOOK, template=template)).html))

    sizes = page.evaluate(
        "[...document.querySelectorAll('.brief, li')].map(p => parseFloat(getComputedStyle(p).fontSize))"
    )
    assert min(sizes) >= 16


def test_headings_go_down_one_step_at_a_time(open_page: Any) -> None:
    for whole, look in EDITIONS.values():
        page = open_page(render(whole, look).html)

        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_axe_would_say_something(open_page: Any) -> None:
    html = render(full(), LOOK).html
    broken = html.replace("color:#5b5f67", "color:#c9c9c9").replace('<html lang="en"', "<html").replace("<h1", "<h4")

    found = Axe().run(open_page(broken))

    assert {"color-contrast", "html-has-lang", "page-has-heading-one"} <= {
        one["id"] for one in found.response["violations"]
    }


def test_night_in_outlook_is_dark_and_legible(open_page: Any) -> None:
    page = open_page(render(full(), LOOK).html)

    page.evaluate("for (const name of ['data-ogsc', 'data-ogsb']) document.documentElement.setAttribute(name, '')")

    assert page.evaluate("getComputedStyle(document.querySelector('.ground')).backgroundColor") == "rgb(18, 19, 22)"
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []


def test_right_to_left_editions_mirror(open_page: Any) -> None:
    html = render(full("ar"), LOOK).html

    left = open_page(html).evaluate("document.querySelector('h1').getBoundingClientRect().x")
    aligned = open_page(html).evaluate(
        "(() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('.date'));"
        " return [r.getBoundingClientRect().right, document.querySelector('.date').getBoundingClientRect().right] })()"
    )
    assert left > 0
    assert aligned[0] == pytest.approx(aligned[1], abs=1)


def test_night_is_dark_and_print_is_white(open_page: Any) -> None:
    html = render(full(), LOOK).html
    ground = "getComputedStyle(document.querySelector('.ground')).backgroundColor"

    assert open_page(html, scheme="dark").evaluate(ground) == "rgb(18, 19, 22)"
    page = open_page(html)
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.contents')).display") == "none"


STYLES = """
[...document.querySelectorAll('body, body *')].map(element => {
  const style = getComputedStyle(element);
  return element.tagName + '.' + element.className + '\\n' + [...style].map(p => p + ': ' + style[p]).join('\\n');
})
"""


@pytest.mark.parametrize(
    ("width", "scheme", "media"),
    [(700, "light", "screen"), (320, "dark", "screen"), (320, "light", "screen"), (700, "light", "print")],
    ids=["by day", "a phone by night", "a phone by day", "in print"],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_inlining_changes_no_computed_style(open_page: Any, template: str, width: int, scheme: str, media: str) -> None:
    look = replace(LOOK, template=template)

    assert differences(open_page, full(), look, width=width, scheme=scheme, media=media) == []


def differences(
    open_page: Any, whole: Digest, look: RenderOptions, *, width: int, scheme: str = "light", media: str = "screen"
) -> list[tuple[str, list[str]]]:
    """The elements whose computed styles are not the same as written and as sent, each with what it has as sent."""
    rendered, values = environment.run_html_template(search_path(look), edition_context(whole, look).limited_to(60, 60))
    written = placeholders.PLACEHOLDER.sub(
        lambda placeholder: values.stored[int(placeholder[1])].replace("<", "&lt;"), rendered
    )
    pages = [open_page(html, width=width, scheme=scheme) for html in (written, render(whole, look).html)]
    for page in pages:
        page.emulate_media(media=media, color_scheme=scheme)
    before, after = (page.evaluate(STYLES) for page in pages)
    assert len(before) == len(after) > 0
    return [
        (one.split("\n", 1)[0], sorted(set(other.split("\n")) - set(one.split("\n"))))
        for one, other in zip(before, after, strict=True)
        if one != other
    ]


OWN = {
    "macros": (
        (
            '{% macro row(s) %}<tr><td class="c">{{ s.title }}{{ caller() }}</td></tr>{% endmacro %}'
            "<table>{% for s in stories %}{% call row(s) %}<b>{{ s.published }}</b>{% endcall %}{% endfor %}</table>"
        ),
        "td.c { padding: 4px } .c b { color: #123456 }",
    ),
    "conditions in tags": (
        (
            '{% for s in stories %}<p{% if s.has_several_sources %} class="several"{% endif %}>'
            "{{ s.title }}</p>{% endfor %}"
        ),
        ".several { font-weight: bold }",
    ),
    "conditions around rows": (
        (
            "<table>{% for s in stories %}{% if s.has_several_sources %}<tr><td>{{ s.title }}</td></tr>{% endif %}"
            "{% endfor %}</table>"
        ),
        "tr:first-child td { color: #123456 } td { color: #654321 }",
    ),
    "first, last and nth children": (
        "<ul>{% for s in stories %}<li>{{ s.title }}</li>{% endfor %}</ul>",
        (
            "li:first-child { color: #111111 } li:last-child { color: #222222 } li:nth-child(3) { color: #333333 }"
            " li:nth-child(2n) { margin-top: 3px }"
        ),
    ),
    "computed classes": (
        '{% for s in stories %}<p class="n{{ s.number }} {{ s.language }}">{{ s.title }}</p>{% endfor %}',
        ".n1 { color: #123456 } .n2.en { color: #654321 }",
    ),
    "importance": (
        '<p class="a" style="color: #111111">{{ title }}</p><p class="b">{{ title }}</p>',
        "p { color: #222222 !important } .b { color: #333333 }",
    ),
    "shorthands, the weaker in between": (
        '{% for s in stories %}<p class="a b" id="i{{ s.number }}">{{ s.title }}</p>{% endfor %}',
        (
            "p { margin: 1px } .a { margin-left: 2px } #i1 { margin: 3px } .b { border: 1px solid #123456 }"
            " .a.b { border-top: 0 } #i2 { border: 2px solid #654321; border-top-width: 5px }"
        ),
    ),
    "specificity": (
        '<div class="d"><p title="{{ title }}" dir="ltr">{{ title }}</p></div>',
        "div > p { color: #111111 } p { color: #222222 } [dir] { color: #333333 } .d p, p[title] { margin: 1px }",
    ),
    "every element": ("<p>{{ title }} <b>x</b></p>", "* { letter-spacing: 1px } b { letter-spacing: 2px }"),
    "media": (
        "<p>{{ title }}</p>",
        "p { color: #111111 } @media (max-width: 400px) { p { color: #222222 !important } }",
    ),
}


@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize(("html", "css"), OWN.values(), ids=OWN.keys())
def test_inlining_is_true_to_templates_of_any_kind(
    open_page: Any, tmp_path: Path, html: str, css: str, width: int
) -> None:
    head = '<!DOCTYPE html><html><head><style>{% include "style.css" %}</style></head><body>'
    (tmp_path / "email.html.j2").write_text(f"{head}{html}</body></html>", encoding="utf-8")
    (tmp_path / "email.txt.j2").write_text("{{ title }}", encoding="utf-8")
    (tmp_path / "style.css").write_text(css, encoding="utf-8")

    assert differences(open_page, digest(), RenderOptions(template=tmp_path), width=width) == []
