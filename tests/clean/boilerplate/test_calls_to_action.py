"""Calls to action by the form of a line. Every example was written for this test."""

from __future__ import annotations

import pytest

from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action
from tests.support.boilerplate_lines import BODY_LINES, line_of

_CALLS_TO_ACTION = [
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
    "The writer teaches history in the old town. The opinions expressed in this commentary are her own.",
    "View more opinion at Example News.",
    "Listen to Harbour Talk on Apple Podcasts.",
    "Subscribe: Apple Podcasts | Spotify | RSS",
    "New episodes every Friday, wherever you get your podcasts.",
    "This episode can be watched on our YouTube channel.",
    "Our texts are available without charge to any paper; for licensing requests write to desk@example.org.",
    "(Open www.example.org/quay-map in a browser for the map)",
    "Quay closed: mayor says the piers are cracked Read more",
    "Kai gesperrt: Pfeiler haben Risse Weiterlesen",
    "To see all of the paper's coverage of the bridge, go here.",
    "Loading...",
    "Coverage of the harbour, the bridge and the old town.",
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


@pytest.mark.parametrize("line", _CALLS_TO_ACTION)
def test_calls_to_action_are_detected(line: str) -> None:
    assert is_call_to_action(line_of(line))


@pytest.mark.parametrize("line", BODY_LINES)
def test_body_lines_are_no_calls_to_action(line: str) -> None:
    assert not is_call_to_action(line_of(line))


@pytest.mark.parametrize(
    "line",
    [
        "You can tell us your story by email.",
        "Support our journalism with a donation.",
        "Get the app for the latest headlines.",
        "The paper's coverage of the harbour is made possible in part by a grant.",
        "We explain the harbour to the town. " * 8 + "Please consider making a contribution today.",
        "Ole Lind has built bridges. " * 12 + "The views expressed in this commentary are his own.",
        "The desk's editor is a writer covering harbours.",
        "Haben Sie Fragen zu diesem Artikel? Schreiben Sie uns einen Kommentar.",
    ],
)
def test_lines_that_address_the_reader_are_detected(line: str) -> None:
    assert addresses_reader(line_of(line))


def test_a_sentence_about_a_report_is_no_author_biography() -> None:
    assert not addresses_reader(
        line_of("The council will discuss the report on 14 April. The plan is drawn for the next decade.")
    )
