"""Lines of newsletters that are not their text are told in seven languages; sentences about such things are not."""

from __future__ import annotations

import pytest

from digest.collect.mails.phrases import (
    is_action,
    is_footer,
    is_link_section,
    is_postal_address,
    is_read_more,
    is_service,
    is_sponsor_label,
    without_reading_time,
)

NEWS = [
    "The minister wants to make it easier to leave mailing lists.",
    "Supreme Court lets employers opt out of providing free birth control",
    "The harbour of Portland opened on Monday after a long winter.",
    "Sponsors of the bill said that it would pass.",
    "Der Hafen von Portland öffnete am Montag nach einem langen Winter.",
    "Le port a rouvert lundi après un long hiver.",
    "El puerto abrió el lunes después de un largo invierno.",
    "Il porto ha riaperto lunedì dopo un lungo inverno.",
    "De haven ging maandag na een lange winter weer open.",
    "O porto reabriu na segunda-feira depois de um longo inverno.",
]


@pytest.mark.parametrize(
    "line",
    [
        "Unsubscribe | Update your preferences",
        "You are receiving this email because you signed up.",
        "© 2026 The Quay",
        "Newsletter abbestellen",
        "Sie erhalten diese E-Mail, weil Sie sich angemeldet haben.",
        "Se désabonner",
        "Vous recevez ce message car vous êtes inscrit.",
        "Darse de baja",
        "Has recibido este correo porque te suscribiste.",
        "Disiscriviti",
        "Hai ricevuto questa email perché sei iscritto.",
        "Uitschrijven",
        "Je ontvangt deze mail omdat je je hebt aangemeld.",
        "Cancelar inscrição",
        "Você recebeu este e-mail porque se inscreveu.",
    ],
)
def test_footers(line: str) -> None:
    assert is_footer(line)


@pytest.mark.parametrize(
    "line",
    [
        "View this email in your browser",
        "Was this email forwarded to you? Subscribe here.",
        "Share this newsletter with a friend",
        "[image: The logo of the quay]",
        "Im Browser ansehen",
        "Wurde Ihnen dieser Newsletter weitergeleitet? Hier abonnieren.",
        "Voir dans le navigateur",
        "Abonnez-vous",
        "Ver este correo en el navegador",
        "Síguenos",
        "Visualizza nel browser",
        "Seguici",
        "Bekijk deze mail in je browser",
        "Volg ons",
        "Ver no navegador",
        "Inscreva-se",
    ],
)
def test_notes_on_the_mail(line: str) -> None:
    assert is_service(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Sponsored",
            "Advertisement",
            "Together with Boats & Co",
            "Buy a boat (Sponsor)",
            "A message from our sponsor",
        ),
        *("Anzeige", "Präsentiert von Boot & Co", "Publicité", "En partenariat avec Bateaux", "Publicidad"),
        *("Patrocinado por Barcos", "Pubblicità", "In collaborazione con Barche", "Advertentie", "Publicidade"),
    ],
)
def test_marks_of_advertisements(line: str) -> None:
    assert is_sponsor_label(line)


@pytest.mark.parametrize(
    "line",
    [
        *("Read more", "Read the full story →", "Continue reading", "Go deeper", "Weiterlesen", "Zum Artikel"),
        *("Mehr erfahren", "Lire la suite", "En savoir plus", "Leer más", "Seguir leyendo", "Leggi tutto"),
        *("Scopri di più", "Lees verder", "Lees meer", "Leia mais", "Saiba mais"),
    ],
)
def test_links_that_lead_on(line: str) -> None:
    assert is_read_more(line)


@pytest.mark.parametrize("line", ["Subscribe", "Share", "Log in", "Facebook", "Teilen", "Partager", "Compartir"])
def test_buttons(line: str) -> None:
    assert is_action(line)


@pytest.mark.parametrize(
    "line",
    [
        "12 Harbour Street, Portland",
        "PO Box 77",
        "Hafenstraße 12",
        "12 rue du Port",
        "Via Garibaldi, 12",
        "Portland, ME 04101",
    ],
)
def test_postal_addresses(line: str) -> None:
    assert is_postal_address(line)


@pytest.mark.parametrize(
    "line", ["What I’m reading", "Links of the week", "In other news", "Kurz notiert", "En bref", "Da leggere"]
)
def test_headings_above_links(line: str) -> None:
    assert is_link_section(line)


@pytest.mark.parametrize("line", NEWS)
def test_news_is_none_of_these(line: str) -> None:
    for is_boilerplate in (is_footer, is_service, is_sponsor_label, is_read_more, is_action, is_postal_address):
        assert not is_boilerplate(line)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The tide turns (4 minute read)", "The tide turns"),
        ("Die Flut kommt (3 Minuten Lesezeit)", "Die Flut kommt"),
        ("The tide turns (quay.example)", "The tide turns"),
        ("The tide turns (again)", "The tide turns (again)"),
        ("(4 minute read)", "(4 minute read)"),
    ],
)
def test_titles_have_no_reading_time(title: str, expected: str) -> None:
    assert without_reading_time(title) == expected
