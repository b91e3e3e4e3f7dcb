"""Credits and captions by the form of a line. Every example was written for this test."""

from __future__ import annotations

import pytest

from digest.clean.boilerplate.credits import is_caption, is_credit
from tests.support.boilerplate_lines import BODY_LINES, line_of

_CREDITS = [
    "Credit: Harbour Office",
    "Photo: Example News Agency",
    "Photograph by the City Archive",
    "Image source, Getty Images",
    "(Photo: City Archive/AFP)",
    "© 2026 Example Media",
    "REUTERS/City Desk",
    "Getty Images",
    "Foto: Stadtarchiv",
    "Crédit : Mairie de l’Exemple",
    "Fuente: Oficina del Puerto",
    "Quelle: dpa",
    "Фото: пресс-служба",
    "With agencies and wire services",
    "Reporting by the Harbour desk; Editing by the Night desk",
    "Additional reporting by the Brussels bureau.",
    "The City desk contributed to this report.",
    "Lind reported from Hale. Example Press writers " + "Ann Berg, Ole Roe, " * 12 + "contributed to this report.",
    "Example Press writers Ann Berg and Ole Roe contributed.",
    "This report contains material from Example Press.",
    "Disclosure: The paper's owner has shares of the ferry line.",
    "COPYRIGHT 2026 BY QUAY PRODUCTIONS",
    "This article was first published on Monday.",
    "Editor's note: the third paragraph has been corrected.",
]
_CAPTIONS = [
    "Pictured is the old harbour.",
    "Pictured: the mayor's office on Monday.",
    "FILE - The bridge is seen before its closure.",
    "Image caption, The bridge has been closed since May.",
    "The bridge in winter. Source: Harbour Office.",
    "Workers inspect the bridge. Credit: Harbour Office/City",
    "Workers inspect the bridge. (AP Photo/City Desk)",
    "Workers inspect the bridge on Monday. REUTERS/City Desk",
    "Workers inspect the bridge. City Desk/Example via Getty Images",
    "A worker inspects the bridge in the old town, Tuesday, May 5, 2026.",
    "The bridge as it was (file photo).",
    "The mayor, Ann Berg, attends the opening of the bridge on April 4, 2026 in Hale, Norland.",
    "Cover: The bridge in winter, seen from the old quay.",
    "Workers inspect the bridge. (Photo: Ann Berg of Quay Studios, courtesy of the town)",
    "From left: the chair, the clerk and the mayor of the town.",
    "The bridge has been closed since May. (Harbour Office)",
    "The bridge has been closed since May. [Harbour Office/Example]",
    "The bridge has been closed since May. | Photo: Harbour Office",
    "The bridge has been closed since May. – © Harbour Office / AFP",
    "The mayor (left) and the clerk at the town hall.",
    "A man walks past the bridge in the old town, May 5, 2026.",
    "Bild: Die alte Brücke im Winter.",
    "The bridge in winter. Source: Harbour Office. (dpa)",
    # However long, an agency's own form is a caption.
    "Workers stand on the bridge. " + "They inspect each of its beams in turn. " * 9 + "(AP Photo/City Desk, File)",
    "Workers stand on the bridge. " + "They inspect each of its beams in turn. " * 9 + "(City Desk via AP)",
    "FILE - In this April 2025 view, workers stand on the bridge. " + "They inspect each of its beams in turn. " * 9,
]


@pytest.mark.parametrize("line", _CREDITS)
def test_credits_are_detected(line: str) -> None:
    assert is_credit(line_of(line))


@pytest.mark.parametrize("line", _CAPTIONS)
def test_captions_are_detected(line: str) -> None:
    assert is_caption(line_of(line))


@pytest.mark.parametrize("line", BODY_LINES)
def test_body_lines_are_neither(line: str) -> None:
    assert (is_credit(line_of(line)), is_caption(line_of(line))) == (False, False)


@pytest.mark.parametrize("reference", ["[M2 SP / MP3 SP]", "[Act 3, Scene 2]", "(Rev 12/2)", "[Fig 4 of Annex B]"])
def test_a_reference_with_numbers_makes_no_caption(reference: str) -> None:
    assert not is_caption(line_of(f"The engineers counted the piers of the bridge twice. {reference}"))
