"""Language detection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.language import detect_language, primary_subtag


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
def test_the_language_of_a_sentence_is_detected(language: str, text: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        pytest.param("", "de-AT", "de", id="no text"),
        pytest.param("", "", "und", id="no text, no declaration"),
        pytest.param("2026 – 100 %", "", "und", id="no letters"),
        pytest.param("Festival 2026", "sv", "sv", id="a title that could be in many"),
        pytest.param("De minister treedt af", "nl-NL", "nl", id="a short title, declared"),
        pytest.param("Der Stadtrat sperrt die Brücke für ein Jahr", "en-us", "de", id="declared wrongly"),
        pytest.param("Совет решил закрыть мост", "en", "ru", id="another script"),
        pytest.param("Le conseil ferme le pont. " * 60, "en", "fr", id="long and declared wrongly"),
        pytest.param("See https://www.example.org/der/die/das for the plan of the office", "", "en", id="an address"),
    ],
)
def test_the_declared_language_decides_for_short_texts(text: str, declared: str, language: str) -> None:
    assert detect_language(text, declared) == language


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de-AT", "de"), ("zh_Hant", "zh"), (" EN ", "en"), ("nb", "no"), ("iw", "he"), ("und", ""), ("", ""), ("x", ""),
     ("english", ""), ("en; q=1", "")],
)  # fmt: skip
def test_primary_subtag(tag: str, language: str) -> None:
    assert primary_subtag(tag) == language


@given(st.text(), st.text(max_size=8))
def test_any_text_has_a_language_or_und(text: str, declared: str) -> None:
    assert detect_language(text, declared).isalpha()


@pytest.mark.parametrize("declared", ["en", "de", "fr", "es"])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "nl",
            "De raad heeft gezegd dat de brug een jaar dicht is, of was het werk toch op tijd klaar voor de winter?",
        ),
        (
            "da",
            "Han sagde til avisen, at de to broer ved havnen er lukket for et år, og at by og havn har for lidt tid.",
        ),
        (
            "no",
            "Han sa til avisen at de to broene ved havnen er stengt for et år, og at byen har for lite tid.",
        ),
        (
            "it",
            "Il consiglio ha deciso con una maggioranza ampia, pero il ponte del porto e la strada non hanno tempo.",
        ),
        (
            "pt",
            "O conselho decidiu que a ponte, como as outras entre as cidades, fica fechada para obras por mais um ano.",
        ),
        (
            "pl",
            "Rada by mogła zamknąć most na rok, ale on nie jest tak stary, jak to się wydaje, i nie ma pieniędzy.",
        ),
        ("ca", "L’ajuntament ha decidit que el pont es tancarà un any perquè els pilars no són segurs, i el port no."),
        ("gl", "O concello decidiu pechar a ponte por un ano para facer obras, e os veciños teñen que ir polo porto."),
        ("lb", "D'Stad huet decidéiert, datt d'Bréck fir ee Joer zou bleift, well nach vill um Haff ze maachen ass."),
        ("af", "Die raad het besluit om die brug vir 'n jaar te sluit, want dit is nie veilig nie, en wat nou?"),
        ("ro", "Consiliul a decis ca podul să fie închis un an, iar orașul are o altă cale spre port, una mai lungă."),
    ],
)
def test_a_wrong_declaration_does_not_hide_the_language_of_a_text(language: str, text: str, declared: str) -> None:
    assert detect_language(f"{text} {text} {text}", declared) == language


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("en-GB", "They said that the bridge has been closed for a year and that there is no way to the harbour."),
        ("de-AT", "Das Amt teilte mit, dass die Brücke nicht von allen und auch nach der Sperre genutzt wird."),
        ("fr", "La mairie a fermé le pont pour une année, mais les bateaux sont dans le port avec des vivres."),
        ("es", "Los vecinos cerraron el puente y una calle, pero sus barcos también siguen en el puerto desde ayer."),
    ],
)
def test_a_correct_declaration_is_confirmed(declared: str, text: str) -> None:
    assert detect_language(text, declared) == primary_subtag(declared)
