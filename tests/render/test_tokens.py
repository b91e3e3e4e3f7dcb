"""Design tokens: legible colours, one scale of sizes, and what a brand replaces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render import Brand, RenderOptions, render
from digest.render.contrast import AA, contrast
from digest.render.tokens import shipped_tokens, tokens_for
from tests.support.digests import brief, digest, nth_brief
from tests.support.rendered import write_template

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(accent=COLOURS, secondary=COLOURS)
def test_text_in_any_brands_colours_is_legible_on_every_background(accent: str, secondary: str) -> None:
    tokens = tokens_for(Brand(accent=accent, secondary=secondary))

    for palette in (tokens.light, tokens.dark):
        for colour in (palette.ink, palette.muted, palette.accent, palette.secondary):
            assert min(contrast(colour, background) for background in palette.backgrounds) >= AA


def test_the_shipped_colours_are_legible() -> None:
    tokens = tokens_for(Brand())

    for palette in (tokens.light, tokens.dark):
        for colour in (palette.ink, palette.muted, palette.accent, palette.secondary):
            assert min(contrast(colour, background) for background in palette.backgrounds) >= AA


def test_font_sizes_are_steps_of_one_scale() -> None:
    sizes = shipped_tokens().size

    for name in sizes.__dataclass_fields__:
        pixels = int(getattr(sizes, name).removesuffix("px"))
        step = round(math.log(pixels / 12, math.sqrt(1.2)))
        assert pixels == round(12 * 1.2 ** (step / 2))


@pytest.mark.parametrize(
    ("brand", "secondary"),
    [
        pytest.param(Brand(), shipped_tokens().light.secondary, id="no brand"),
        pytest.param(Brand(accent="#6b1f7a"), "#6b1f7a", id="an accent alone"),
        pytest.param(Brand(accent="#6b1f7a", secondary="#0b6b3a"), "#0b6b3a", id="both"),
        pytest.param(Brand(secondary="red"), shipped_tokens().light.secondary, id="no colour"),
    ],
)
def test_a_brand_with_one_colour_gets_no_second_one_from_us(brand: Brand, secondary: str) -> None:
    edition = render(digest([brief(nth_brief(0).story.articles, update=True)]), RenderOptions(brand=brand))

    assert f'class="update" style="color:{secondary}"' in edition.html


@pytest.mark.parametrize(
    ("typeface", "style"),
    [
        pytest.param("Charter, Georgia, serif", "font-family:Charter, Georgia, serif", id="a stack"),
        pytest.param('"Gill Sans", sans-serif', "font-family:Gill Sans, sans-serif", id="quotes"),
        pytest.param("x; color: red, serif", "font-family:Georgia, Times New Roman, serif", id="more than a stack"),
    ],
)
def test_titles_are_in_the_brands_typeface(typeface: str, style: str) -> None:
    html = render(digest(), RenderOptions(brand=Brand(typeface=typeface))).html

    heading = html[html.index('<h2 class="title"') :].partition(">")[0]
    assert style in heading


def test_a_template_of_ones_own_can_use_tokens(tmp_path: object) -> None:
    folder = write_template(
        tmp_path,  # type: ignore[arg-type]
        html="<p>{{ title }}</p>",
        css="p { color: {{ tokens.dark.accent }}; font: {{ tokens.size.text }} {{ tokens.font.text }} }",
    )

    html = render(digest(), RenderOptions(template=folder)).html

    assert f"color:{shipped_tokens().dark.accent}" in html
