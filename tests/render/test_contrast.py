"""Contrast of colours, and legible shades of any colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.contrast import AA, contrast, legible


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True), st.sampled_from(["#ffffff", "#1b1d21", "#f3f1ec", "#000000"]))
def test_any_brand_colour_becomes_legible(colour: str, background: str) -> None:
    assert contrast(legible(colour, background), background) >= AA


def test_a_legible_colour_is_unchanged() -> None:
    assert legible("#1f5f8b", "#ffffff") == "#1f5f8b"


def test_contrast_is_computed_as_in_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", ["red", "", "#12", "url(x)", "#12345g"])
def test_an_invalid_colour_becomes_black(colour: str) -> None:
    assert legible(colour, "#ffffff") == "#000000"
