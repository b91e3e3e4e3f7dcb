"""Every text of the subscribers' pages exists in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.render.page_templates import PageTemplates
from digest.render.page_texts import PageTexts
from digest.settings import Settings, shipped_files
from tests.support.page_messages import bare_texts, messages, page_templates

FOLDER = shipped_files.templates() / "web"
LANGUAGES = sorted({*PageTexts([FOLDER]).languages} - {"en"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    texts = PageTexts([FOLDER]).catalog(language).texts
    wanted = {text if isinstance(text, str) else text[0] for text in messages()}

    assert sorted(wanted - texts.keys()) == [], f"add these to templates/web/locales/{language}.toml"
    assert sorted(texts.keys() - wanted) == [], f"no page has these of templates/web/locales/{language}.toml"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    def names(text: str) -> set[str]:
        assert text % dict.fromkeys(re.findall(r"%\((\w+)\)s", text), "")  # nothing else that begins with %
        return set(re.findall(r"%\((\w+)\)s", text))

    for text, translation in PageTexts([FOLDER]).catalog(language).texts.items():
        for form in [translation] if isinstance(translation, str) else translation:
            assert form.strip(), text
            assert names(form) <= names(text), text
            assert names(text) - names(form) <= {"num"}, text  # a form for one may do without


def test_templates_have_no_text_that_is_not_marked_for_translation() -> None:
    """``{{ _("Subscribe") }}``, or ``site.translate("Saved.")`` in a page: see templates/README.md."""
    bare = {file.name: bare_texts(file.read_text("utf-8")) for file in page_templates()}

    assert {name: texts for name, texts in bare.items() if texts} == {}


def test_a_text_is_found_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "templates" / "web" / "locales" / "pl.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        'plural = "n == 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2"\n'
        '[texts]\n"%(num)s edition" = ["%(num)s wydanie", "%(num)s wydania", "%(num)s wydań"]\n'
    )
    (file.parent.parent / "count.html.j2").write_text('{{ ngettext("%(num)s edition", "%(num)s editions", n) }}')
    templates = PageTemplates(Settings(file=tmp_path / "digest.toml"))

    assert [templates.render("count", "pl", n=n) for n in (1, 3, 5, 12, 22)] == [
        "1 wydanie",
        "3 wydania",
        "5 wydań",
        "12 wydań",
        "22 wydania",
    ]
    assert [templates.render("count", "en", n=n) for n in (1, 2)] == ["1 edition", "2 editions"]


def test_a_file_beside_the_settings_adds_a_language_and_replaces_single_texts(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "web" / "locales"
    folder.mkdir(parents=True)
    (folder / "sv.toml").write_text('[texts]\n"Subscribe" = "Prenumerera"\n')
    (folder / "de.toml").write_text('[texts]\n"Subscribe" = "Anmelden"\n')
    templates = PageTemplates(Settings(file=tmp_path / "digest.toml"))

    assert "sv" in templates.languages
    assert templates.translate("Subscribe", "sv") == "Prenumerera"
    assert templates.translate("Unsubscribe", "sv") == "Unsubscribe"
    assert templates.translate("Subscribe", "de") == "Anmelden"
    assert templates.translate("Unsubscribe", "de") == "Abbestellen"


def test_values_are_escaped_in_a_translated_text() -> None:
    page = PageTemplates(Settings()).render("subscribed", "de", newsletter="<b>50 % %s")

    assert "&lt;b&gt;50 % %s" in page
    assert '<html lang="de" dir="ltr">' in page
