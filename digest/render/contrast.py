"""Legible colours: contrast as WCAG 2.2 computes it, and the nearest shade with enough contrast."""

from __future__ import annotations

import colorsys
import re

#: Contrast ratio that WCAG level AA demands of body text.
AA = 4.5
_HEX = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
_SHORT_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")


def parse(colour: str) -> tuple[float, float, float] | None:
    """Red, green and blue from 0 to 1 of ``#rrggbb`` or ``#rgb``; None if it is neither."""
    colour = colour.lower()
    if len(colour) == 4:
        colour = _SHORT_HEX.sub(r"#\1\1\2\2\3\3", colour)
    match = _HEX.fullmatch(colour)
    if match is None:
        return None
    red, green, blue = (int(part, 16) / 255 for part in match.groups())
    return red, green, blue


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb``."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = parse(colour) or (0.0, 0.0, 0.0)
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, background: str, *, ratio: float = AA) -> str:
    """The shade of ``colour`` nearest to it that has contrast ``ratio`` to ``background``."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(parse(colour) or (0.0, 0.0, 0.0)))
    step = 0.01 if luminance(background) < 0.18 else -0.01
    shade = _hex(hue, lightness, saturation)
    while contrast(shade, background) < ratio and 0 <= lightness <= 1:
        lightness += step
        shade = _hex(hue, min(max(lightness, 0.0), 1.0), saturation)
    return shade


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
