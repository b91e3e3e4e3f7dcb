"""Quoted sentences that an article changed: corrections, and edits that say the same."""

from __future__ import annotations

import pytest

from digest.model.corrections import CorrectionKind
from digest.stories.corrections.compare import Comparison, Texts, compare

ENGLISH = (
    "The city closed the old bridge on Monday because of cracks in its pillars, and buses take the new road.",
    "Repairs will cost 4 million euros, the building office said. Work is expected to last until 12 October.",
    "“We did not expect such damage below the water line,” Mayor Anna Berg said. Engineers from Lund measure it.",
    "Shops near the bridge ask for compensation. Their association speaks of empty streets and lost guests.",
    "At least 12 people were injured when a railing broke in May 2019. The bridge was built from local granite.",
    "It carried the tram line until buses replaced it. A new tram is planned on the other bank of the river.",
)
GERMAN = (
    "Die Stadt hat am Montag die alte Brücke wegen Rissen in den Pfeilern gesperrt, Busse fahren über das Tal.",
    "Die Reparatur kostet 4 Millionen Euro, teilte das Bauamt mit. Die Arbeiten dauern bis zum 12. Oktober.",
    "Bürgermeisterin Anna Berg zeigte sich überrascht. Fachleute aus Lund vermessen die Schäden unter Wasser.",
    "Händler an der Brücke fordern eine Entschädigung. Ihr Verband spricht von leeren Straßen und wenigen Gästen.",
    "Beim Bruch eines Geländers wurden im Mai 2019 zwölf Menschen verletzt. Die Brücke ist aus Granit gebaut.",
    "Früher trug sie die Straßenbahn. Eine neue Bahn ist am anderen Ufer des Flusses seit Jahren geplant.",
)
FRENCH = (
    "La ville a fermé lundi le vieux pont à cause de fissures, et les bus passent par la nouvelle route.",
    "La réparation coûtera 4 millions d'euros, selon le bureau. Le chantier doit durer jusqu'au 12 octobre.",
    "La maire Anna Berg s'est dite surprise. Des ingénieurs de Lund mesurent les dégâts sous l'eau cette semaine.",
    "Les commerces du pont demandent une compensation. Leur association parle de rues vides et de clients perdus.",
    "Douze personnes ont été blessées en mai 2019 par la rupture d'une rambarde. Le pont est en granit local.",
    "Il portait autrefois le tramway. Un nouveau tram est prévu sur l'autre rive du fleuve depuis des années.",
)


def compared(texts: tuple[str, ...], old: str, new: str, language: str, *notes: str) -> Comparison:
    """The article with a part of its text replaced; all of it was quoted."""
    changed = tuple(text.replace(old, new) for text in texts)
    assert changed != texts
    present = (*changed, *notes)
    whole = Texts(old=texts, new=present, raw=present, language=language)
    return compare(whole, whole.old_sentences)


CORRECTIONS = {
    "a figure": (ENGLISH, "cost 4 million", "cost 6 million", "en", "figure"),
    "a scale": (ENGLISH, "4 million", "4 billion", "en", "figure"),
    "a number in another form": (ENGLISH, "4 million", "five million", "en", "figure"),
    "a weekday": (ENGLISH, "on Monday", "on Tuesday", "en", "date"),
    "a month": (ENGLISH, "in May 2019", "in June 2019", "en", "date"),
    "a year": (ENGLISH, "May 2019", "May 2015", "en", "figure"),
    "a currency": (ENGLISH, "million euros", "million dollars", "en", "unit"),
    "a surname": (ENGLISH, "Anna Berg", "Anna Halvorsen", "en", "name"),
    "a place": (ENGLISH, "from Lund", "from Uppsala", "en", "name"),
    "a negation": (ENGLISH, "was built from", "was not built from", "en", "negation"),
    "what was hurt": (ENGLISH, "people were injured", "people were killed", "en", "opposite"),
    "a quotation": (ENGLISH, "such damage below", "such corrosion below", "en", "quotation"),
    "a day in German": (GERMAN, "am Montag", "am Dienstag", "de", "date"),
    "a scale in German": (GERMAN, "Millionen", "Milliarden", "de", "figure"),
    "a negation in German": (GERMAN, "fordern eine", "fordern keine", "de", "negation"),
    "a name in German": (GERMAN, "Anna Berg", "Anna Halvorsen", "de", "name"),
    "a place in German": (GERMAN, "aus Lund", "aus Uppsala", "de", "name"),
    "victims in German": (GERMAN, "Menschen verletzt", "Menschen getötet", "de", "opposite"),
    "a figure in French": (FRENCH, "4 millions", "6 millions", "fr", "figure"),
    "a number word in French": (FRENCH, "Douze", "Quinze", "fr", "figure"),
    "a month in French": (FRENCH, "12 octobre", "12 novembre", "fr", "date"),
}


@pytest.mark.parametrize(("texts", "old", "new", "language", "reason"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_another_statement_is_a_correction(
    texts: tuple[str, ...], old: str, new: str, language: str, reason: str
) -> None:
    (change,) = compared(texts, old, new, language).changes

    assert (change.kind, change.reason) == (CorrectionKind.CHANGED, reason)
    assert old in change.before
    assert new in change.after


HARMLESS = {
    "a typing error": (ENGLISH, "compensation", "compensaton", "en"),
    "a number in words": (ENGLISH, "12 people", "twelve people", "en"),
    "an abbreviated figure": (ENGLISH, "4 million euros", "€4m", "en"),
    "a figure written out": (ENGLISH, "4 million", "4,000,000", "en"),
    "a rounded figure": (ENGLISH, "4 million", "4.02 million", "en"),
    "an abbreviated month": (ENGLISH, "12 October", "12 Oct.", "en"),
    "quotation marks": (ENGLISH, "“We did", '"We did', "en"),
    "a contraction": (ENGLISH, "did not expect", "didn’t expect", "en"),
    "other words": (ENGLISH, "speaks of empty streets", "complains about empty streets", "en"),
    "a title": (ENGLISH, "Mayor Anna Berg", "Mayor Dr. Anna Berg", "en"),
    "an addition": (ENGLISH, "12 people were injured", "12 people, most of them tourists, were injured", "en"),
    "a day for a date": (ENGLISH, "on Monday", "today", "en"),
    "a hyphen": (ENGLISH, "water line", "water-line", "en"),
    "a damaged character": (ENGLISH, "“We", "\ufffdWe", "en"),
    "a noun in German": (GERMAN, "leeren Straßen", "leeren Gassen", "de"),
    "a number in German": (GERMAN, "zwölf Menschen", "12 Menschen", "de"),
    "a short scale in German": (GERMAN, "4 Millionen", "4 Mio.", "de"),
    "an old spelling in German": (GERMAN, "Straßenbahn", "Strassenbahn", "de"),
    "an accent in French": (FRENCH, "dégâts", "degâts", "fr"),
    "an apostrophe in French": (FRENCH, "d'euros", "d’euros", "fr"),
    "other words in French": (FRENCH, "s'est dite surprise", "a fait part de sa surprise", "fr"),
}


@pytest.mark.parametrize(("texts", "old", "new", "language"), HARMLESS.values(), ids=HARMLESS)
def test_the_same_statement_is_none(texts: tuple[str, ...], old: str, new: str, language: str) -> None:
    assert compared(texts, old, new, language).changes == ()


def test_a_removed_sentence_between_others_is_a_correction() -> None:
    removed = "Repairs will cost 4 million euros, the building office said."

    (change,) = compared(ENGLISH, removed + " ", "", "en").changes

    assert (change.kind, change.before, change.after) == (CorrectionKind.REMOVED, removed, "")


def test_a_removed_sentence_at_the_end_is_none_since_the_page_may_show_less() -> None:
    comparison = compared(ENGLISH, " A new tram is planned on the other bank of the river.", "", "en")

    assert comparison.changes == ()
    assert "beginning or the end" in comparison.reasons[0]


NOTES = {
    "en": (
        ENGLISH,
        "ask for compensation",
        "ask for protection",
        "Correction: An earlier version of this story was wrong.",
    ),
    "de": (GERMAN, "fordern", "bekommen", "Korrektur: In einer früheren Version hieß es, die Händler fordern das."),
    "fr": (FRENCH, "demandent", "obtiennent", "Rectificatif : une version précédente de cet article était inexacte."),
}


@pytest.mark.parametrize(("language", "case"), NOTES.items(), ids=NOTES)
def test_an_outlets_note_makes_other_words_a_correction(
    language: str, case: tuple[tuple[str, ...], str, str, str]
) -> None:
    texts, old, new, note = case

    without, with_note = compared(texts, old, new, language), compared(texts, old, new, language, note)

    assert without.changes == ()
    assert [change.reason for change in with_note.changes] == ["note"]
    assert with_note.note == note


def test_a_text_of_which_little_stands_is_another_text() -> None:
    texts = Texts(old=ENGLISH, new=(*ENGLISH[:2], *GERMAN[2:]), raw=(*ENGLISH[:2], *GERMAN[2:]), language="en")

    comparison = compare(texts, texts.old_sentences)

    assert comparison.changes == ()
    assert "another text" in comparison.reasons[0]


def test_a_later_report_with_new_figures_is_none() -> None:
    report = [f"Crews found part {number} of the railing in the river." for number in ("one", "two", "three", "four")]
    new = (ENGLISH[0].replace("Monday", "Tuesday"), " ".join(report), *ENGLISH[1:])

    comparison = compare(Texts(old=ENGLISH, new=new, raw=new, language="en"), [ENGLISH[0]])

    assert comparison.changes == ()
    assert "later report" in comparison.reasons[0]


def test_a_sentence_that_stands_elsewhere_on_the_page_is_none() -> None:
    new = ("Something else.", *ENGLISH[1:])

    comparison = compare(Texts(old=ENGLISH, new=new, raw=(ENGLISH[0].upper(), *new), language="en"), [ENGLISH[0]])

    assert comparison.changes == ()
    assert "outside of what was extracted" in comparison.reasons[0]


def test_a_figure_within_a_longer_one_does_not_stand() -> None:
    (change,) = compared(ENGLISH, "cost 4 million", "cost 14 million", "en").changes

    assert change.reason == "figure"


def test_a_text_that_would_take_long_is_not_compared() -> None:
    new = (ENGLISH[0].replace("Monday", "Tuesday " + "x y " * 100_000), *ENGLISH[1:])

    comparison = compare(Texts(old=ENGLISH, new=new, raw=new, language="en"), [ENGLISH[0]])

    assert comparison.reasons == ("the text is too long to compare",)
