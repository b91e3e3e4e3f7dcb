"""Editions displayed in Chromium: styles after inlining, accessibility, widths, dark mode, print (``slow``)."""

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

from digest.model.digests import Digest
from digest.model.failures import Failure
from digest.model.stories import LeftOut
from digest.render import Brand, Links, RenderOptions, environment, placeholders, render
from digest.render.context import edition_context
from digest.render.template_paths import search_path, template_names
from digest.settings import shipped_files
from tests.support.browser import browser
from tests.support.digests import article, brief, digest, nth_brief

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

OPTIONS = RenderOptions(
    show_left_out=True,
    show_failures=True,
    subscription_reason="You get this mail because you asked for it.",
    brand=Brand(address="Harbour Press Office, Pier 4, Sandhaven"),
    links=Links(
        web="https://a.example/w",
        preferences="https://a.example/p",
        unsubscribe="https://a.example/u",
        feedback="https://a.example/f",
    ),
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


def complete_digest(language: str = "en") -> Digest:
    """A digest with every part of a page."""
    return digest(
        [nth_brief(0, section="Harbour"), nth_brief(1, section="Sky"), nth_brief(2), ARABIC, LONG],
        language=language,
        left_out=[LeftOut(article=article("A long weekend"), reason="older than the window")],
        failures=[Failure(source="Lighthouse Wire", url="https://l.example/", error="HTTP 503")],
    )


EDITIONS = {
    "every part": (complete_digest(), OPTIONS),
    "no sections": (digest(), RenderOptions()),
    "one story": (digest(stories=1), RenderOptions()),
    "no story": (digest([]), RenderOptions()),
    "many stories": (digest(stories=70), OPTIONS),
    "headlines": (complete_digest(), replace(OPTIONS, template="headlines")),
    "headlines without sections": (digest(stories=12), RenderOptions(template="headlines")),
    "longread": (complete_digest(), replace(OPTIONS, template="longread")),
    "longread in brief": (digest(stories=8), RenderOptions(template="longread")),
    "plain": (complete_digest(), replace(OPTIONS, template="plain")),
    "plain without sections": (digest(stories=8), RenderOptions(template="plain")),
}


def without_styles(html: str) -> str:
    """The HTML without style elements, which some mail programs drop."""
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
@pytest.mark.parametrize(("content", "options"), EDITIONS.values(), ids=EDITIONS.keys())
def test_axe_finds_no_violation(open_page: Any, content: Digest, options: RenderOptions, variant: str) -> None:
    html = render(content, options).html
    page = open_page(
        without_styles(html) if variant.startswith("without") else html,
        width=320 if variant == "320 pixels" else 700,
        scheme="dark" if variant == "dark" else "light",
    )

    violations = Axe().run(page).response["violations"]

    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []


@pytest.mark.parametrize("style", [True, False], ids=["as sent", "without style elements"])
@pytest.mark.parametrize(("content", "options"), EDITIONS.values(), ids=EDITIONS.keys())
def test_nothing_is_wider_than_a_small_phone(
    open_page: Any, content: Digest, options: RenderOptions, style: bool
) -> None:
    html = render(content, options).html

    page = open_page(html if style else without_styles(html), width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("template", TEMPLATES)
def test_links_outside_of_text_are_44_pixels_high(open_page: Any, template: str) -> None:
    page = open_page(render(complete_digest(), replace(OPTIONS, template=template)).html, width=320)

    heights = page.evaluate(
        "[...document.querySelectorAll('a:not(.cite)')].map(a => [a.textContent, a.getBoundingClientRect().height])"
    )
    assert [(text, height) for text, height in heights if height < 44] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_running_text_is_at_least_16_pixels(open_page: Any, template: str) -> None:
    page = open_page(without_styles(render(complete_digest(), replace(OPTIONS, template=template)).html))

    sizes = page.evaluate(
        "[...document.querySelectorAll('.brief, li')].map(p => parseFloat(getComputedStyle(p).fontSize))"
    )
    assert min(sizes) >= 16


def test_heading_levels_skip_none(open_page: Any) -> None:
    for content, options in EDITIONS.values():
        page = open_page(render(content, options).html)

        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_axe_finds_violations_in_broken_html(open_page: Any) -> None:
    html = render(complete_digest(), OPTIONS).html
    broken = html.replace("color:#5b5f67", "color:#c9c9c9").replace('<html lang="en"', "<html").replace("<h1", "<h4")

    violations = Axe().run(open_page(broken)).response["violations"]

    assert {"color-contrast", "html-has-lang", "page-has-heading-one"} <= {violation["id"] for violation in violations}


def test_right_to_left_editions_are_mirrored(open_page: Any) -> None:
    html = render(complete_digest("ar"), OPTIONS).html

    heading_x = open_page(html).evaluate("document.querySelector('h1').getBoundingClientRect().x")
    right_edges = open_page(html).evaluate(
        "(() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('.date'));"
        " return [r.getBoundingClientRect().right, document.querySelector('.date').getBoundingClientRect().right] })()"
    )
    assert heading_x > 0
    assert right_edges[0] == pytest.approx(right_edges[1], abs=1)


def test_dark_mode_is_dark_and_print_is_white(open_page: Any) -> None:
    html = render(complete_digest(), OPTIONS).html
    background = "getComputedStyle(document.querySelector('.ground')).backgroundColor"

    assert open_page(html, scheme="dark").evaluate(background) == "rgb(18, 19, 22)"
    page = open_page(html)
    page.emulate_media(media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
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
    ids=["light", "dark on a phone", "light on a phone", "print"],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_inlining_changes_no_computed_style(open_page: Any, template: str, width: int, scheme: str, media: str) -> None:
    options = replace(OPTIONS, template=template)

    assert differences(open_page, complete_digest(), options, width=width, scheme=scheme, media=media) == []


def differences(
    open_page: Any, content: Digest, options: RenderOptions, *, width: int, scheme: str = "light", media: str = "screen"
) -> list[tuple[str, list[str]]]:
    """Elements whose computed styles differ between the template's output and the mail, with those of the mail."""
    context = edition_context(content, options).limited_to(60, 60)
    template_output, values = environment.run_html_template(search_path(options), context)
    not_inlined = placeholders.PLACEHOLDER.sub(
        lambda match: values.stored[int(match[1])].replace("<", "&lt;"), template_output
    )
    pages = [open_page(html, width=width, scheme=scheme) for html in (not_inlined, render(content, options).html)]
    for page in pages:
        page.emulate_media(media=media, color_scheme=scheme)
    before, after = (page.evaluate(STYLES) for page in pages)
    assert len(before) == len(after) > 0
    return [
        (styles.split("\n", 1)[0], sorted(set(mail_styles.split("\n")) - set(styles.split("\n"))))
        for styles, mail_styles in zip(before, after, strict=True)
        if styles != mail_styles
    ]


TEMPLATE_BODIES = {
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
    "shorthands and longhands": (
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
@pytest.mark.parametrize(("html", "css"), TEMPLATE_BODIES.values(), ids=TEMPLATE_BODIES.keys())
def test_inlining_changes_no_computed_style_of_other_templates(
    open_page: Any, tmp_path: Path, html: str, css: str, width: int
) -> None:
    head = '<!DOCTYPE html><html><head><style>{% include "style.css" %}</style></head><body>'
    (tmp_path / "email.html.j2").write_text(f"{head}{html}</body></html>", encoding="utf-8")
    (tmp_path / "email.txt.j2").write_text("{{ title }}", encoding="utf-8")
    (tmp_path / "style.css").write_text(css, encoding="utf-8")

    assert differences(open_page, digest(), RenderOptions(template=tmp_path), width=width) == []
