"""Design tokens: colours, sizes and typefaces that mails and pages share (``templates/tokens.toml``).

The brand replaces the accent, the second colour and the typeface of titles.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from markupsafe import Markup

from digest.model.newsletters import TYPEFACE, Brand
from digest.render.contrast import legible, parse
from digest.settings import shipped_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours of light or of dark mode, as ``#rrggbb``."""

    ground: str
    paper: str
    tint: str
    ink: str
    muted: str
    rule: str
    #: Both are legible on paper, tint and ground.
    accent: str
    secondary: str

    @property
    def backgrounds(self) -> tuple[str, ...]:
        """Colours that text stands on."""
        return (self.ground, self.paper, self.tint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Font sizes in pixels, as ``17px``."""

    caption: str
    meta: str
    note: str
    list: str
    text: str
    opening: str
    title: str
    name: str
    lead_long: str
    lead_phone: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spaces:
    """Distances in pixels, as ``16px``."""

    tight: str
    small: str
    medium: str
    large: str
    phone: str
    desktop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """Typeface stacks of text and of titles."""

    text: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """All design tokens: strings that are valid CSS values."""

    light: Palette
    dark: Palette
    size: Sizes
    space: Spaces
    font: Fonts


#: Parts of the tokens.
GROUPS = (Palette, Sizes, Spaces, Fonts)


def tokens_for(brand: Brand) -> Tokens:
    """The shipped tokens with the brand's own colours and typeface, its colours made legible."""
    tokens = shipped_tokens()
    # A brand with an accent of its own and no second colour has one colour: the shipped second one may not suit it.
    secondary = brand.secondary or brand.accent
    return replace(
        tokens,
        light=_branded(tokens.light, brand.accent, secondary),
        dark=_branded(tokens.dark, brand.accent, secondary),
        font=replace(tokens.font, title=_typeface(brand.typeface) or tokens.font.title),
    )


def css_values(tokens: Tokens) -> Iterator[str]:
    """All values, of all groups."""
    for group in fields(tokens):
        values = getattr(tokens, group.name)
        yield from (getattr(values, field.name) for field in fields(values))


@functools.cache
def shipped_tokens() -> Tokens:
    """Tokens of ``templates/tokens.toml``."""
    with (shipped_files.templates() / "tokens.toml").open("rb") as file:
        groups = tomllib.load(file)
    return Tokens(
        light=Palette(**_css(groups["light"])),
        dark=Palette(**_css(groups["dark"])),
        size=Sizes(**_css(groups["size"])),
        space=Spaces(**_css(groups["space"])),
        font=Fonts(**_css(groups["font"])),
    )


def _css(group: dict[str, Any]) -> dict[str, Markup]:
    """Values of a group as CSS; numbers are pixels."""
    return {name: _markup(f"{value}px" if isinstance(value, int) else value) for name, value in group.items()}


def _branded(palette: Palette, accent: str, secondary: str) -> Palette:
    return replace(
        palette,
        accent=_legible(accent, palette) or palette.accent,
        secondary=_legible(secondary, palette) or palette.secondary,
    )


def _typeface(stack: str) -> Markup:
    """The stack without quotes, which names of words do without; empty if it is not one."""
    return _markup(stack.replace('"', "") if re.fullmatch(TYPEFACE, stack) else "")


def _legible(colour: str, palette: Palette) -> Markup:
    """The nearest shade that is legible on each background of the palette; empty if it is no colour."""
    if parse(colour) is None:
        return Markup()
    for background in palette.backgrounds:
        colour = legible(colour, background)
    return _markup(colour)


def _markup(css: str) -> Markup:
    """A valid CSS value as the template's own markup, which is not escaped."""
    return Markup(css)  # noqa: S704  # from our file, or matched by a pattern
