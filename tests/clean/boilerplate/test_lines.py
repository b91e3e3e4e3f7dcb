"""Lines by their form: every example was written for this test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action
from digest.clean.boilerplate.classify import lines_of
from digest.clean.boilerplate.credits import is_caption, is_credit
from digest.clean.boilerplate.lines import Line, ends_sentence, normalize, without_agency
from digest.text.blocks import Block

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
    "From left: the chair, the clerk and the mayor of the town.",
    "The bridge has been closed since May. (Harbour Office)",
    "The bridge has been closed since May. [Harbour Office/Example]",
    "The bridge has been closed since May. | Photo: Harbour Office",
    "The bridge has been closed since May. – © Harbour Office / AFP",
    "The mayor (left) and the clerk at the town hall.",
    "A man walks past the bridge in the old town, May 5, 2026.",
    "Bild: Die alte Brücke im Winter.",
]
_CALLS = [
    "SIGN UP for our newsletter :",
    "Sign up here to get the news by email every morning.",
    "Get the latest news delivered straight to your inbox",
    "Sign up for What's On, our guide to the weekend.",
    "Newsletter: Jeden Freitag das Wichtigste aus der Region – jetzt kostenlos anmelden!",
    "Liked this? Our letter brings three discoveries every Tuesday.",
    "Follow us on every network you use.",
    "Click here to see all pictures",
    "The comments below have not been moderated.",
    "We are no longer accepting comments on this article.",
    "The views expressed above do not necessarily reflect those of the paper.",
    "This site uses cookies to improve your visit.",
    "Your email address will not be published. Required fields are marked *",
    "All rights reserved.",
    "Download our free app from the App Store today.",
    "%d readers like this:",
    "Hello {{ user.name }}, welcome back!",
    "Read more: How the bridge was built",
    "READ ALSO | What the bridge cost",
    "Related: five other bridges",
    "Advertisement",
    "Share on Facebook",
    "View all",
    "Leave a comment",
    "This is a developing story and will be updated.",
    "Story continues below advertisement.",
    "Scroll down for video.",
    "Your browser does not support the video tag.",
    "This content is not available in your region.",
    "The Example is not responsible for the content of external sites.",
    "This article contains affiliate links, and we may receive a commission.",
    "Already a subscriber? Log in.",
    "Cet article est réservé aux abonnés.",
    "Este contenido es exclusivo para suscriptores.",
    "You can reach the desk at desk@example.org.",
    "Listen to this article.",
    "Die Kommentarfunktion ist geschlossen.",
    "Last updated: 5 May, 10:00",
    "Do you have a story tip? Email:",
    "The post Bridge closed appeared first on Example News.",
    "Lesen Sie auch: Was die Brücke kostet",
    "Abonnieren Sie unseren Newsletter!",
    "Alle Rechte vorbehalten.",
    "À lire aussi : le prix du pont",
    "Abonnez-vous à notre newsletter",
    "Lea también: cuánto costó el puente",
    "Suscríbete a nuestro boletín",
    "Leggi anche: il prezzo del ponte",
    "Lees ook: wat de brug kost",
    "Leia também: quanto custou a ponte",
    "Läs också: vad bron kostade",
    "Czytaj także: ile kosztował most",
    "Читайте также: сколько стоил мост",
    "関連記事 橋の値段",
]
_BODY = [
    "The council voted to close the bridge for a year.",
    "“Follow us on the march,” the union told its members on Monday.",
    "The company said users must accept its privacy policy and its cookies.",
    "Officials joined the mission after the newsletter revealed the plan.",
    "The app has been downloaded a million times from the App Store, the office said.",
    "The paper's comments section was closed in March, and readers complained.",
    "She shared the story on Facebook, where it was read by thousands.",
    "A source close to the talks said the plan was dead.",
    "The source of the fire is unknown.",
    "Pictures of the bridge went around the world.",
    "Photos and videos emerged of crowded airports on Tuesday.",
    "The image of the party suffered.",
    "The plan was streamed to your browser at high quality, as promised.",
    "The law took effect on May 5, 2026.",
    "It is over, he said. (dpa)",
    "He turned left (and right).",
    "The story continues in court on Monday.",
    "The new standards apply to all ships.",
    "The union said our members deserve a better article in the contract.",
    "Left without a bridge, the town built a ferry.",
    "Below, we list the five cheapest crossings.",
    "Posted on social media by the harbour's analysts, the data shows fewer ships.",
    "Costs rose by a tenth.",
    "Reading scores rose in most schools, the ministry said.",
    "The views from the bridge are famous.",
    "Reported cases fell by half, the institute said.",
    "He subscribed to the theory that bridges age like people.",
    "The clerk writes dates as %D/%M/%Y and nothing else.",
    "Das Rathaus teilte mit, die Kommentare seien gelöscht worden.",
    "Le journal a publié les commentaires de la mairie.",
]


def _line(text: str) -> Line:
    return lines_of([Block(text=text)])[0]


@pytest.mark.parametrize("line", _CREDITS)
def test_credits(line: str) -> None:
    assert is_credit(_line(line))


@pytest.mark.parametrize("line", _CAPTIONS)
def test_captions(line: str) -> None:
    assert is_caption(_line(line))


@pytest.mark.parametrize("line", _CALLS)
def test_calls_to_readers(line: str) -> None:
    assert is_call_to_action(_line(line))


@pytest.mark.parametrize("line", _BODY)
def test_body_is_none_of_these(line: str) -> None:
    assert [is_credit(_line(line)), is_caption(_line(line)), is_call_to_action(_line(line))] == [False, False, False]


@pytest.mark.parametrize(
    "line",
    [
        "You can tell us your story by email.",
        "Support our journalism with a donation.",
        "Get the app for the latest headlines.",
        "The desk's editor is a writer covering harbours.",
        "Haben Sie Fragen zu diesem Artikel? Schreiben Sie uns einen Kommentar.",
    ],
)
def test_addresses_to_readers(line: str) -> None:
    assert addresses_reader(_line(line))


def test_a_report_that_is_discussed_is_no_line_on_the_author() -> None:
    assert not addresses_reader(
        _line("The council will discuss the report on 14 April. The plan is drawn for the next decade.")
    )


@pytest.mark.parametrize(
    ("line", "finished"),
    [
        ("It rained.", True), ("It rained.”", True), ("It rained.)", True), ("Really?'", True), ("雨です。", True),
        ("आया।", True), ("هل عاد؟", True), ("It rained.[1]", True), ("It rained. *", True), ("It rained", False),
        ("It rained:", False), ("The U.S", False), ("", False), ("Rain, wind and", False), ("It rained…", True),
    ],
)  # fmt: skip
def test_is_finished(line: str, finished: bool) -> None:
    assert ends_sentence(line) is finished


def test_size_counts_words_and_letters_where_words_are_not_spaced() -> None:
    assert [_line(text).word_count for text in ("It rained all day.", "市议会决定将大桥关闭一年", "")] == [4, 5, 0]


def test_bare_lines_of_copies_are_the_same() -> None:
    assert normalize("The “Bridge” is closed!") == normalize("the bridge is CLOSED")


def test_leads_in() -> None:
    assert _line("The ministry said:").is_lead_in
    assert not _line("The ministry said.").is_lead_in


@pytest.mark.parametrize(
    ("line", "left"),
    [("It is over, he said. (dpa)", "It is over, he said."), ("It is over. (AFP)", "It is over."),
     ("It is over (for now).", "It is over (for now)."), ("It is over. (He left.)", "It is over. (He left.)")],
)  # fmt: skip
def test_an_agency_that_signs_is_no_text(line: str, left: str) -> None:
    assert without_agency(line) == left


@given(st.text())
def test_any_line_can_be_judged(line: str) -> None:
    parsed = _line(line)
    decisions = {check(parsed) for check in (is_credit, is_caption, is_call_to_action, addresses_reader)}

    assert {*decisions, parsed.ends_sentence} <= {True, False}


@pytest.mark.parametrize(
    ("line", "finished"),
    [
        ("The ferry is late.[4]", True),
        ("The ferry is late.12", True),
        ("The ferry is late.”", True),
        ("Obituaries for the week of Feb. 9", False),
        ("Captain 8.41", False),
    ],
)
def test_a_number_after_a_stop_is_a_footnote_s_only_where_it_touches_a_word(line: str, finished: bool) -> None:
    assert ends_sentence(line) is finished
