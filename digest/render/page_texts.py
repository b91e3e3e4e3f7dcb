"""Texts of the subscribers' pages in each language: ``templates/web/locales/``.

Templates have them in English, as ``_("Subscribe to %(newsletter)s", newsletter=newsletter)`` (gettext, by Jinja's
``i18n`` extension); a language's file maps each to its translation. A text without one stays English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import c2py
from pathlib import Path

ENGLISH = "en"
_FOLDER = "locales"
_ENGLISH_RULE = "n != 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Translations into one language."""

    texts: Mapping[str, str | list[str]] = field(default_factory=dict)
    #: From a number to the index of its plural form.
    plural: Callable[[int], int]

    def singular(self, text: str) -> str:
        """The translation; the text itself if there is none."""
        translation = self.texts.get(text, text)
        return translation if isinstance(translation, str) else translation[0]

    def for_number(self, singular: str, plural: str, number: int) -> str:
        """The form of the text that goes with the number; in English if there is no translation."""
        forms = self.texts.get(singular)
        if not isinstance(forms, list):
            return singular if number == 1 else plural
        return forms[min(int(self.plural(number)), len(forms) - 1)]


@lru_cache(maxsize=64)
def _read(file: Path, _mtime_ns: int) -> Mapping[str, object]:
    """The file's content; read again when it has changed."""
    return tomllib.loads(file.read_text("utf-8"))


class PageTexts:
    """Texts in all languages that there are files for; those in earlier folders replace single texts of later ones."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._catalogs = {ENGLISH: Catalog(plural=c2py(_ENGLISH_RULE))}
        for folder in reversed(list(folders)):
            for file in sorted((folder / _FOLDER).glob("*.toml")):
                self._add(file.stem, _read(file, file.stat().st_mtime_ns))

    @property
    def languages(self) -> tuple[str, ...]:
        """English, and those that it is translated into."""
        return tuple(self._catalogs)

    def catalog(self, language: str) -> Catalog:
        """The language's texts; English ones if it is none of ``languages``."""
        return self._catalogs.get(language, self._catalogs[ENGLISH])

    def _add(self, language: str, content: Mapping[str, object]) -> None:
        """Join a file: ``plural``, a rule as in gettext's files, and ``[texts]``."""
        former = self.catalog(language) if language in self._catalogs else Catalog(plural=c2py(_ENGLISH_RULE))
        rule, texts = content.get("plural"), content.get("texts")
        self._catalogs[language] = Catalog(
            texts={**former.texts, **(texts if isinstance(texts, dict) else {})},
            plural=c2py(rule) if isinstance(rule, str) else former.plural,
        )
