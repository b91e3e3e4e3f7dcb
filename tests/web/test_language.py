"""Pages in the language of the newsletter or of the browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.store import Store, open_store
from digest.web.language import choose_language
from tests.support.web_site import NEWSLETTER, RunningSite, running_site, site_settings
from tests.web.test_subscribe import ANN, ask, link_in, mails

AVAILABLE = ("en", "de", "pt", "ar")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        pytest.param("", "en", id="none"),
        pytest.param("de", "de", id="one"),
        pytest.param("de-AT,de;q=0.9,en;q=0.8", "de", id="a variant"),
        pytest.param("PT-br", "pt", id="capitals"),
        pytest.param("sv, ar;q=0.5, de;q=0.7", "de", id="by weight"),
        pytest.param("de;q=0, ar;q=0.1", "ar", id="refused"),
        pytest.param("en-GB,en;q=0.9,de;q=0.8", "en", id="English first"),
        pytest.param("*", "en", id="any"),
        pytest.param("sv,*;q=0.5,de;q=0.1", "en", id="any before another"),
        pytest.param("de;q=abc,;;,q=1, ,pt;q=nan,ar;q=7", "en", id="garbage"),
        pytest.param("xx," * 10_000 + "de", "en", id="long"),
    ],
)
def test_the_browser_is_asked_for_its_languages(header: str, language: str) -> None:
    assert choose_language(header, AVAILABLE, default="en") == language


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    file = tmp_path_factory.mktemp("site") / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store) as running:
        yield running


@pytest.mark.parametrize(
    ("language", "direction", "title"),
    [
        ("en", "ltr", "Subscribe to Harbour News"),
        ("de", "ltr", "„Harbour News“ abonnieren"),
        ("ar", "rtl", "اشترك في Harbour News"),
        ("sv", "ltr", "Subscribe to Harbour News"),
    ],
)
def test_a_page_is_in_the_browsers_language(language: str, direction: str, title: str, site: RunningSite) -> None:
    answer = site.get("/subscribe", Accept_Language=f"{language}, en;q=0.1")
    shown = language if title != "Subscribe to Harbour News" else "en"

    assert f"<h1>{title}</h1>" in answer.text
    assert f'<html lang="{shown}" dir="{direction}">' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


def test_a_newsletters_own_language_comes_first(sqlite_store: Store) -> None:
    """On its pages, and in the mail that asks for a confirmation."""
    french = replace(NEWSLETTER, language="fr")
    with running_site(sqlite_store, site_settings(french, proxies=("127.0.0.1",))) as site:
        page = site.get("/subscribe", Accept_Language="de")
        ask(site, ANN, language="de")
        (mail,) = mails(site)
        question = site.get(link_in(mail, "confirm"), Accept_Language="de")

    assert "<h1>S’abonner à Harbour News</h1>" in page.text
    assert mail["Subject"] == "Confirmez votre abonnement à Harbour News"
    assert "<h1>S’abonner à Harbour News ?</h1>" in question.text


def test_the_mail_that_asks_is_in_the_language_of_the_form(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        ask(site, ANN, language="pl")
        (mail,) = mails(site)
    part = mail.get_body(("html",))

    assert part
    assert mail["Subject"] == "Potwierdź subskrypcję Harbour News"
    assert '<html lang="pl" dir="ltr">' in part.get_content()
    assert "Potwierdź subskrypcję</a>" in part.get_content()


def test_what_a_page_says_of_a_form_and_an_error_is_in_that_language(site: RunningSite) -> None:
    answer = site.post("/subscribe", {"email": "ann"}, Accept_Language="fr")

    assert "Veuillez saisir une adresse électronique" in answer.text
    assert "Veuillez vérifier" in answer.text
    assert "Il n’y a pas de page ici" in site.get("/nothing", Accept_Language="fr").text
