"""Mails whose colours a mail program changes for dark mode: Gmail's inversion, Outlook's marked elements (``slow``)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from digest.render import Brand, render
from digest.render.contrast import luminance
from tests.render.test_browser import OPTIONS, TEMPLATES, complete_digest, open_page, without_styles
from tests.support.browser import browser

__all__ = ["browser", "open_page"]  # fixtures
pytestmark = pytest.mark.slow

#: Inverts the lightness of each colour and keeps its hue, as mail programs do which ignore a mail's own dark mode.
INVERT = """
(() => {
  const inverted = colour => {
    const [red, green, blue, alpha] = colour.match(/[\\d.]+/g).map(Number);
    if (alpha === 0) return '';
    const [r, g, b] = [red / 255, green / 255, blue / 255];
    const max = Math.max(r, g, b), min = Math.min(r, g, b), range = max - min, light = (max + min) / 2;
    const saturation = range ? range / (1 - Math.abs(2 * light - 1)) : 0;
    const sector = max === r ? (g - b) / range : max === g ? (b - r) / range + 2 : (r - g) / range + 4;
    return `hsl(${range ? 60 * sector : 0} ${100 * saturation}% ${100 * (1 - light)}%)`;
  };
  const elements = [...document.querySelectorAll('body, body *')];
  const colours = elements.map(element => getComputedStyle(element)).map(s => [s.color, s.backgroundColor]);
  elements.forEach((element, index) => {
    element.style.setProperty('color', inverted(colours[index][0]), 'important');
    element.style.setProperty('background-color', inverted(colours[index][1]), 'important');
  });
})()
"""


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("accent", ["", "#ffcc00", "#1a0033"], ids=["our colours", "a light accent", "a dark accent"])
def test_a_mail_with_inverted_colours_is_legible(open_page: Any, template: str, accent: str) -> None:
    options = replace(OPTIONS, template=template, brand=Brand(accent=accent, address="Pier 4, Sandhaven"))
    page = open_page(without_styles(render(complete_digest(), options).html))

    page.evaluate(INVERT)

    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert luminance(f"#{bytes(map(int, re.findall('[0-9]+', background))).hex()}") < 0.02
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_outlooks_dark_mode_is_dark_and_legible(open_page: Any, template: str) -> None:
    page = open_page(render(complete_digest(), replace(OPTIONS, template=template)).html)

    page.evaluate("for (const name of ['data-ogsc', 'data-ogsb']) document.documentElement.setAttribute(name, '')")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 19, 22)"
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
