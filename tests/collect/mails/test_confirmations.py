"""Mails that ask for the confirmation of a subscription."""

from __future__ import annotations

import time

import pytest

from digest.collect.mails.confirmations import asks_confirmation


@pytest.mark.parametrize(
    "subject",
    [
        "Please confirm your subscription",
        "Confirm your subscription to The Harbour Post",
        "Confirm your email address",
        "Harbour Post: Please Confirm Subscription",
        "[Harbour Post] Confirm your sign-up",
        "Verify your e-mail",
        "Action required: verify your email address",
        "One more step: confirm your newsletter subscription",
        "Almost done! Please confirm your subscription",
        "Complete your newsletter registration",
        "Bitte bestätigen Sie Ihre Anmeldung",
        "Bitte bestätige deine E-Mail-Adresse",
        "Newsletter-Anmeldung bestätigen",
        "Hafenpost: Bitte Anmeldung bestätigen!",
        "Bestätigung Ihrer Newsletter-Anmeldung",
        "Confirmez votre inscription à la lettre d'information",
        "Merci de confirmer votre adresse e-mail",
        "Veuillez valider votre inscription",
        "Confirma tu suscripción al boletín",
        "Por favor, confirme su suscripción",
        "Conferma la tua iscrizione",
        "Per favore conferma il tuo indirizzo email",
        "Bevestig je inschrijving",
        "Bevestig uw aanmelding voor de nieuwsbrief",
        "Confirme a sua inscrição",
        "Por favor confirme sua assinatura",
        "Bekräfta din prenumeration",
        "Bekræft din tilmelding",
        "Potwierdź subskrypcję",
        "Подтвердите подписку на рассылку",
        "请确认您的订阅",
        "メールアドレスの確認",
    ],
)
def test_a_subject_that_asks_is_recognised(subject: str) -> None:
    assert asks_confirmation(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Ferry returns to the harbour",
        "Scientists confirm second moon",
        "The Fed confirms a cut: markets cheer",
        "Court confirms ban on newsletters",
        "A complete guide to newsletter growth",
        "How publishers verify their sources",
        "Subscription prices rise in May",
        "Ministerin bestätigt Rücktritt",
        "Bestätigt: Hafen wird gebaut",
        "Le ministre confirme la hausse",
        "El gobierno confirma la reforma",
        "Your weekly digest",
        "",
    ],
)
def test_news_is_none(subject: str) -> None:
    assert not asks_confirmation(subject)


@pytest.mark.parametrize(
    "unit", ["confirm ", "your ", "to ", "a.b ", "[a] ", "confirm-", "und your you ", "bestätigen "]
)
def test_hostile_subjects_cost_no_time(unit: str) -> None:
    started = time.process_time()
    for _ in range(20):
        asks_confirmation(unit * 5_000)

    assert time.process_time() - started < 0.5
