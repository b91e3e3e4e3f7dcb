"""Mojibake is repaired, correct text is unchanged, and invisible characters are removed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.encoding import repair


def _decode_as(charmap: str, text: str) -> str:
    return text.encode("utf-8").decode(charmap)


@pytest.mark.parametrize("charmap", ["mac_latin2", "latin-1", "iso-8859-2", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        "the vote – a farce",
        "“Stop,” she said…",
        "It’s 20 € — or £17",
        "Élan vital à la café",
        "naïve Häuser",
        "well 😀",
    ],
)
def test_utf8_decoded_as_another_encoding_is_repaired(charmap: str, text: str) -> None:
    assert repair(_decode_as(charmap, text)) == text


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        pytest.param("and thenâ€¦ itâ€™s over", "and then… it’s over", id="cp1252"),
        pytest.param("itÃ¢â‚¬â„¢s", "it’s", id="cp1252 twice"),
        pytest.param("a\x93quote\x94 \x96 it\x92s", "a“quote” – it’s", id="cp1252 bytes read as latin-1"),
        pytest.param("РџСЂРёРІРµС‚", "Привет", id="cp1251"),
        pytest.param("–ü—Ä–ł–≤–Ķ—ā", "Привет", id="Cyrillic as mac latin-2"),
        pytest.param("Wait‚Ķ what", "Wait… what", id="an ellipsis that lost a byte"),
        pytest.param("said ‚ÄĒ but not done ‚ÄĒ today", "said — but not done — today", id="mac latin-2 dashes"),
        pytest.param("the¬†end of¬†it", "the end of it", id="mac latin-2 spaces"),
        pytest.param("un ≈ìuf", "un œuf", id="one character as mac roman"),
        pytest.param("l’été … Ã©tat", "l’été … état", id="correct beside broken"),
        pytest.param("right: é. broken: Ã©.", "right: é. broken: é.", id="both in one line"),
    ],
)
def test_known_mojibake_is_repaired(broken: str, repaired: str) -> None:
    assert repair(broken) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Es sagte: „Ärger“ und ‚Äpfel‘ – größer, süßer.",
        "L’été, « œuvre » naïve à Besançon : 10 € l’unité…",
        "Řekl: „Čas“ a ‚Ústí‘. Žluťoučký kůň úpěl ďábelské ódy.",
        "Zażółć gęślą jaźń – ‚ąę’ „Łódź”.",
        "Jis pasakė: „Ąžuolas“. Šešios žąsys.",
        "Viņš teica: “Ābols”. Ķēniņš.",
        "İstanbul’da “Çok güzel” dedi; ığdır.",
        "Съешь ещё этих мягких французских булок — «да».",
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία· «ναι».",
        "ＡＢＣ，全角！“中文”——没问题……",
        "「日本語」のテスト、ＯＫ？　はい。".replace("\u3000", ""),
        "한국어 ‘따옴표’ “시험”.",
        'שלום "עולם" – צה״ל',
        "می‌خواهم بروم؛ آیا؟",
        "हिन्दी क्‍ष परीक्षण।",
        "👩‍👩‍👧 ✉️ 🇩🇪 ❤️",
        "x² ≤ √2 ¬p ∂f/∂x ‰ ½ ±5 µm",
        "AT&T said 5 < 6 &amp; 7",
    ],
)
def test_correct_text_is_unchanged(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("zero\u200bwidth\ufeff and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
        ("nul\0 bell\x07 tab\tend", "nul bell tab end"),
        ("thin\u2009space\u3000wide\u202fnarrow", "thin space wide narrow"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("stray\u200djoiner and\u200cnone", "strayjoiner andnone"),
        ("icon \ue001 lone \ud800 tag \U000e0041", "icon  lone  tag "),
        ("e\u0301te\u0301", "été"),
    ],
    ids=["bidi", "zero-width", "terminal", "controls", "spaces", "line ends", "joiners", "private", "composed"],
)
def test_invisible_and_control_characters_are_removed(text: str, expected: str) -> None:
    assert repair(text) == expected


@given(st.text())
def test_repair_is_idempotent(text: str) -> None:
    once = repair(text)

    assert repair(once) == once


@given(st.text(alphabet="‚ÄĒ¬†√©Ķâ€™Ã¢\x93\xa0“a \n\u200d"))
def test_repair_of_mojibake_is_idempotent(text: str) -> None:
    once = repair(text)

    assert repair(once) == once


@given(st.text())
def test_no_unprintable_character_is_left(text: str) -> None:
    categories = {unicodedata.category(character) for character in repair(text) if character not in "\n\u200c\u200d"}

    assert not categories & {"Cc", "Cs", "Co", "Zl", "Zp"}
