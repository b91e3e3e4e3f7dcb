"""templates/README.md has every variable and template; the shipped style sheets are legible."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from digest.render import Links, context_types, environment, tokens
from digest.render.locale import Labels
from digest.render.template_paths import HTML, STYLE, TEXT, template_names
from digest.settings import shipped_files

OBJECTS = {
    "story": context_types.StoryContext,
    "excerpt": context_types.Excerpt,
    "related": context_types.RelatedArticle,
    "image": context_types.StoryImage,
    "section": context_types.Section,
    "article": context_types.LeftOutArticle,
    "failure": context_types.FailedSource,
    "correction": context_types.CorrectionContext,
    "note": context_types.NoteContext,
    "piece": context_types.NotePiece,
    "brand": context_types.BrandContext,
    "tokens": tokens.Tokens,
    "palette": tokens.Palette,
    "size": tokens.Sizes,
    "space": tokens.Spaces,
    "font": tokens.Fonts,
    "links": Links,
    "labels": Labels,
}


def test_the_readme_names_every_variable_and_no_other() -> None:
    readme = (shipped_files.templates() / "README.md").read_text(encoding="utf-8").partition("## Every variable")[2]

    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", readme)) | set(re.findall(r"^\| `([a-z_]+)`", readme, re.MULTILINE))
    named |= set(re.findall(r"^\| `[a-z]+`, `([a-z]+)`", readme, re.MULTILINE))
    attributes = {f"{name}.{field.name}" for name, owner in OBJECTS.items() for field in fields(owner)}
    variables = {field.name for field in fields(context_types.EditionContext)}
    assert named - {"locales.toml", "tokens.toml"} == attributes | variables


def test_every_new_name_in_the_table_of_renamed_variables_exists() -> None:
    existing = {field.name for owner in (context_types.EditionContext, *OBJECTS.values()) for field in fields(owner)}

    assert set(environment._RENAMED.values()) <= existing


@pytest.mark.parametrize("name", list(template_names([shipped_files.templates()])))
def test_every_shipped_template_is_in_the_readme(name: str) -> None:
    readme = (shipped_files.templates() / "README.md").read_text(encoding="utf-8")

    assert f"`{name}`" in readme
    assert f"({name}/picture.png)" in readme
    for file in ("README.md", "digest.toml"):
        assert f'"{name}"' in (shipped_files.config() / file).read_text(encoding="utf-8")
    assert {path.name for path in (shipped_files.templates() / name).iterdir()} == {HTML, TEXT, STYLE, "picture.png"}


def test_blocks_that_can_be_replaced_exist() -> None:
    readme = (shipped_files.templates() / "README.md").read_text(encoding="utf-8")
    in_html, _, in_text = readme.partition("`briefing` has blocks")[2].partition("in text")[0].partition("in HTML")

    for blocks, file in ((in_html, HTML), (in_text, TEXT)):
        template = (shipped_files.templates() / "briefing" / file).read_text(encoding="utf-8")
        assert set(re.findall(r"`(\w+)`", blocks)) == set(re.findall(r"{% block (\w+)", template))


@pytest.mark.parametrize("name", list(template_names([shipped_files.templates()])))
def test_a_style_sheet_has_no_colour_of_its_own(name: str) -> None:
    """Tokens are tested for contrast, and the brand replaces them. White is paper in print, and behind a dark logo."""
    css = (shipped_files.templates() / name / STYLE).read_text(encoding="utf-8")

    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", css)) <= {"#ffffff"}
