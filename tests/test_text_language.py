"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.language import detect, primary


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The council voted to close the bridge for a year while the piers are repaired."),
        ("de", "Der Stadtrat hat beschlossen, die Brücke für ein Jahr zu sperren."),
        ("fr", "Le conseil a décidé de fermer le pont pendant un an."),
        ("es", "El consejo decidió cerrar el puente durante un año."),
        ("it", "Il consiglio ha deciso di chiudere il ponte per un anno."),
        ("pt", "O conselho decidiu fechar a ponte durante um ano por razões de segurança."),
        ("nl", "De gemeenteraad heeft besloten de brug een jaar te sluiten."),
        ("sv", "Kommunen har beslutat att stänga bron under ett år."),
        ("no", "Regjeringen vil øke skatten på strøm neste år."),
        ("pl", "Rada miasta postanowiła zamknąć most na rok."),
        ("cs", "Zastupitelstvo rozhodlo, že most na rok uzavře."),
        ("sk", "Zastupiteľstvo rozhodlo, že most na rok uzavrie."),
        ("ru", "Совет решил закрыть мост на один год."),
        ("uk", "Рада вирішила закрити міст на один рік."),
        ("el", "Το συμβούλιο αποφάσισε να κλείσει τη γέφυρα."),
        ("ar", "قرر المجلس إغلاق الجسر لمدة عام."),
        ("he", "המועצה החליטה לסגור את הגשר לשנה."),
        ("zh", "市议会决定将大桥关闭一年。"),
        ("ja", "市議会は橋を一年間閉鎖することを決めた。"),
        ("ko", "시의회는 다리를 1년 동안 폐쇄하기로 했다."),
        ("th", "สภาเมืองมีมติปิดสะพานเป็นเวลาหนึ่งปี"),
        ("en", "BRIDGE TO CLOSE FOR A YEAR, COUNCIL SAYS"),
    ],
)
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        pytest.param("", "de-AT", "de", id="nothing to go by"),
        pytest.param("", "", "und", id="nothing at all"),
        pytest.param("2026 – 100 %", "", "und", id="no letters"),
        pytest.param("Festival 2026", "sv", "sv", id="a title that could be in many"),
        pytest.param("De minister treedt af", "nl-NL", "nl", id="a short title, declared"),
        pytest.param("Der Stadtrat sperrt die Brücke für ein Jahr", "en-us", "de", id="declared wrongly"),
        pytest.param("Совет решил закрыть мост", "en", "ru", id="another script"),
        pytest.param("Le conseil ferme le pont. " * 60, "en", "fr", id="long and declared wrongly"),
        pytest.param("See https://www.example.org/der/die/das for the plan of the office", "", "en", id="an address"),
    ],
)
def test_a_declaration_decides_where_text_is_short(text: str, declared: str, language: str) -> None:
    assert detect(text, declared) == language


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de-AT", "de"), ("zh_Hant", "zh"), (" EN ", "en"), ("nb", "no"), ("iw", "he"), ("und", ""), ("", ""), ("x", ""),
     ("english", ""), ("en; q=1", "")],
)  # fmt: skip
def test_primary_tag(tag: str, language: str) -> None:
    assert primary(tag) == language


@given(st.text(), st.text(max_size=8))
def test_any_text_has_a_language_or_none(text: str, declared: str) -> None:
    assert detect(text, declared).isalpha()
