"""What render is made of: the templates' words, lines of text, colours."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render import RenderOptions, render
from digest.render.contrast import AA, contrast, legible
from digest.render.locale import labels_for, languages, long_date, short_time
from digest.render.plain_text import clip, columns, fold, tidy
from tests.support.digests import digest

TODAY = datetime(2026, 3, 1, 7, 5, tzinfo=UTC)


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_label_and_placeholder(language: str) -> None:
    labels = labels_for(language)

    assert (len(labels.months), len(labels.weekdays)) == (12, 7)
    assert "{n}" in labels.reading_time
    assert "{n}" in labels.and_more
    assert {"{day}", "{month}", "{year}"} <= {
        part for part in ("{day}", "{month}", "{year}") if part in labels.date_format
    }
    assert all(getattr(labels, name) for name in labels.__dataclass_fields__)


@pytest.mark.parametrize(
    ("language", "date"),
    [
        ("en", "Sunday, 1 March 2026"),
        ("de", "Sonntag, 1. März 2026"),
        ("fr", "dimanche 1 mars 2026"),
        ("es", "domingo, 1 de marzo de 2026"),
        ("it", "domenica 1 marzo 2026"),
        ("nl", "zondag 1 maart 2026"),
        ("pt", "domingo, 1 de março de 2026"),
        ("ar", "الأحد 1 مارس 2026"),
        ("ja", "2026年3月1日（日曜日）"),
        ("cy", "Sunday, 1 March 2026"),
    ],
)
def test_dates_are_written_as_the_language_does(language: str, date: str) -> None:
    assert long_date(TODAY, labels_for(language)) == date


@pytest.mark.parametrize(
    ("moment", "time"),
    [
        pytest.param(TODAY.replace(hour=0), "00:05", id="the same day"),
        pytest.param(TODAY.replace(month=2, day=28), "28. Februar, 07:05", id="the day before"),
        pytest.param(TODAY.replace(year=2025), "1. März 2025", id="another year"),
    ],
)
def test_a_time_says_no_more_than_it_must(moment: datetime, time: str) -> None:
    assert short_time(moment, TODAY, labels_for("de")) == time


@pytest.mark.parametrize("language", languages())
def test_an_edition_speaks_its_language(language: str) -> None:
    edition = render(digest(language=language), RenderOptions())

    assert labels_for(language).contents in edition.html
    assert labels_for(language).contents in edition.text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in edition.html
    assert f'<body lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in edition.html


# --- lines -------------------------------------------------------------------------------------------------------


@given(st.text())
def test_tidy_text_is_one_line_and_can_be_written(text: str) -> None:
    neat = tidy(text)

    neat.encode()
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in neat)
    assert tidy(neat) == neat


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=400))
def test_folding_loses_no_word(text: str) -> None:
    folded = fold(text)

    assert "".join(folded.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        pytest.param("one two three", "one two\nthree\n", id="at a space"),
        pytest.param("  one more three", "  one\n  more\n  three\n", id="an indent is kept"),
        pytest.param("- one two three", "- one\n  two\n  three\n", id="an item hangs"),
        pytest.param(
            "https://news.example/a-long-one x", "https://news.example/a-long-one\nx\n", id="an address is whole"
        ),
        pytest.param("港の水門が開いた。", "港の水門が\n開いた。\n", id="wide signs, no stop begins a line"),
        pytest.param("a\n\n\n\nb", "a\n\nb\n", id="one empty line at most"),
        pytest.param("", "\n", id="nothing"),
    ],
)
def test_lines_fold_at_their_width(line: str, folded: str) -> None:
    assert fold(line, 10 if "港" in line else 9) == folded


def test_the_text_part_keeps_within_72_columns_but_for_addresses() -> None:
    text = render(digest(stories=12), RenderOptions()).text

    assert all(columns(line) <= 72 or line.strip().startswith("https://") for line in text.splitlines())


@pytest.mark.parametrize(
    ("text", "length", "clipped"),
    [
        pytest.param("fog lifts", 9, "fog lifts", id="it fits"),
        pytest.param("fog lifts early", 12, "fog lifts…", id="at a word"),
        pytest.param("fog, lifts", 6, "fog…", id="no comma before the ellipsis"),
        pytest.param("x" * 20, 5, "xxxx…", id="a single word"),
        pytest.param("e\u0301" * 10, 6, "e\u0301e\u0301…", id="marks stay with their letter"),
    ],
)
def test_a_clipped_text_ends_well(text: str, length: int, clipped: str) -> None:
    assert clip(text, length) == clipped


# --- colours -----------------------------------------------------------------------------------------------------


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True), st.sampled_from(["#ffffff", "#1b1d21", "#f3f1ec", "#000000"]))
def test_any_brand_colour_becomes_legible(colour: str, ground: str) -> None:
    assert contrast(legible(colour, ground), ground) >= AA


def test_a_legible_colour_stays_as_it_is() -> None:
    assert legible("#1f5f8b", "#ffffff") == "#1f5f8b"


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("nonsense", ["red", "", "#12", "url(x)", "#12345g"])
def test_a_colour_that_is_none_is_black_or_what_can_be_read(nonsense: str) -> None:
    assert legible(nonsense, "#ffffff") == "#000000"
