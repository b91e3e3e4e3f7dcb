"""The texts of the pages, as their templates and code have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

from digest.settings import shipped_files

ROOT = Path(__file__).parents[2]
#: Pages of the operator are in English, their plots and those of 'digest demo' too.
_ENGLISH_ONLY = re.compile("operator|plot|/demo/")
#: Names of things that are the same in every language.
_NO_TEXT = re.compile(r"[^\W\d_]{2,}")


def page_templates() -> Iterator[Path]:
    """The templates of pages that subscribers see, and of mails."""
    for file in sorted((shipped_files.templates() / "web").rglob("*.j2")):
        if not _ENGLISH_ONLY.search(file.relative_to(shipped_files.templates()).as_posix()):
            yield file


def messages() -> Iterator[str | tuple[str, str]]:
    """The texts of templates and code; singular and plural together."""
    environment = Environment(extensions=["jinja2.ext.i18n"])  # nothing is rendered
    environment.policies["ext.i18n.trimmed"] = True
    for file in page_templates():
        for _, function, text in environment.extract_translations(file.read_text("utf-8")):  # type: ignore[attr-defined]
            if function == "ngettext":
                yield text[0], text[1]
            else:
                yield text if isinstance(text, str) else text[0]
    for package in ("web", "pipeline", "render"):
        for file in sorted((ROOT / "digest" / package).rglob("*.py")):
            if not _ENGLISH_ONLY.search(file.relative_to(ROOT).as_posix()):
                yield from _messages_in(file)


def _messages_in(file: Path) -> Iterator[str]:
    """The literal arguments of ``translate`` and of ``translatable``."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"translate", "translatable"}:
                yield str(node.args[0].value)


def bare_texts(source: str) -> list[str]:
    """Texts in a template that are not marked for translation: outside of tags and expressions, and in attributes."""
    without = re.sub(r"\{#.*?#\}|\{%.*?%\}|<style.*?</style>", " ", source, flags=re.DOTALL)
    without = re.sub(r"\{\{.*?\}\}", "{}", without, flags=re.DOTALL)
    visible = re.findall(r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', without)
    without = re.sub(r'[\w-]+="[^"]*"', " ", without)
    texts = re.split(r"<[^>]*>", without) + visible
    return [" ".join(text.split()) for text in texts if _NO_TEXT.search(text)]
