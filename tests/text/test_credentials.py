"""Passwords are removed from addresses and messages."""

import pytest

from digest.text.credentials import redact, url_passwords, without_credentials

_LOGINS = {
    "plain": "anna:lantern",
    "at sign": "anna:lan@tern",
    "two at signs": "anna:@lantern@",
    "colon": "anna:lan:tern",
    "slash": "anna:lan/tern",
    "slash and at sign": "anna:lan/te@rn",
    "at sign before slash": "anna:lan@te/rn",
    "question mark": "anna:lan?tern",
    "hash": "anna:lan#tern",
    "escaped": "anna:lan%40te%2Frn",
    "quotation marks": "anna:lan\"te'rn",
    "brackets": "anna:lan(te]rn>",
    "not ASCII": "anna:län€tern",
    "name alone": "lantern",
    "name is an address": "anna@example.org:lantern",
    "empty name": ":lantern",
}
_HOSTS = ["feeds.example.org", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "feeds.example.org:8080"]


@pytest.mark.parametrize("host", _HOSTS)
@pytest.mark.parametrize("login", _LOGINS.values(), ids=_LOGINS.keys())
def test_an_address_is_shown_without_its_login(login: str, host: str) -> None:
    assert without_credentials(f"https://{login}@{host}/news/feed.xml") == f"https://{host}/news/feed.xml"


@pytest.mark.parametrize("login", _LOGINS.values(), ids=_LOGINS.keys())
def test_a_message_quotes_no_login(login: str) -> None:
    message = f"Harbour (https://{login}@feeds.example.org/feed.xml): it leads to http://{login}@intranet/"

    shown = redact(message)

    assert shown == "Harbour (https://feeds.example.org/feed.xml): it leads to http://intranet/"


@pytest.mark.parametrize(
    "url",
    [
        "https://social.example/@anna.rss",
        "https://lists.example.org:8080/@dev/feed?contact=anna@example.org",
        "https://example.org/lists/dev@lists.example.org/feed",
        "https://example.org/feed?page=2&order=new#top",
        "http://[::1]:8080/@anna",
        "sqlite:////var/lib/digest/digest.db",
        "file:///home/anna/a@b.html",
        "/home/anna/feeds/a@b.opml",
        "Anna <anna@example.org>",
        "imaps://anna@mail.example.org/INBOX",
        "postgresql://anna:***@db/digest",
        "mailto:anna@example.org",
        "554 RCPT TO:<anna@example.org> refused",
        "it answered 12:30: ask anna@example.org",
    ],
)
def test_what_holds_no_login_stays_as_it_is(url: str) -> None:
    assert redact(url) == without_credentials(url) == url


def test_an_account_behind_a_login_stays_in_the_address() -> None:
    assert without_credentials("https://anna:lantern@social.example/@anna.rss") == "https://social.example/@anna.rss"


@pytest.mark.parametrize("name", ["token", "access_token", "auth", "api_key", "apikey", "password", "key", "secret"])
def test_values_of_secret_parameters_are_masked(name: str) -> None:
    url = f"https://pods.example/feed?show=3&{name}=lantern&page=2"

    assert without_credentials(url) == f"https://pods.example/feed?show=3&{name}=***&page=2"
    assert redact(f"'{url}': not found") == f"'https://pods.example/feed?show=3&{name}=***&page=2': not found"


def test_every_address_of_a_text_without_spaces_is_redacted() -> None:
    text = '["https://a.example/x","https://anna:lantern@b.example/y","postgresql+psycopg://digest:lantern@db/digest"]'

    assert redact(text) == '["https://a.example/x","https://b.example/y","postgresql+psycopg://db/digest"]'


def test_a_password_with_a_space_is_removed_from_a_message() -> None:
    shown = redact("no file or folder 'https://anna:lan tern@feeds.example.org/feed.xml'")

    assert shown == "no file or folder 'https://feeds.example.org/feed.xml'"


def test_a_login_without_a_scheme_is_removed_from_an_address() -> None:
    assert without_credentials("anna:lantern@feeds.example.org/x") == "feeds.example.org/x"


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        ("https://anna:lan%40tern@feeds.example.org/", ("lan%40tern", "lan@tern")),
        ("https://anna:lan/te@rn@feeds.example.org/x", ("lan/te@rn",)),
        ("https://feeds.example.org/@anna", ()),
    ],
)
def test_the_passwords_of_an_address(url: str, passwords: tuple[str, ...]) -> None:
    assert url_passwords(url) == passwords


def test_hostile_text_is_redacted_in_time() -> None:
    for text in ("://" * 50_000, "a://" + "@" * 50_000, "x:" * 50_000 + "@", "a://b:" + "c/" * 50_000 + "@"):
        redact(text)
