"""A mail server in one line, and the one of a known provider."""

from __future__ import annotations

import pytest

from digest.cli.init.providers import _PROVIDERS, guess_provider, parse_server, server_text
from digest.model.errors import UsageError


@pytest.mark.parametrize(
    ("text", "host", "port", "security"),
    [
        ("mail.harbour.example", "mail.harbour.example", 587, "starttls"),
        ("mail.harbour.example:465", "mail.harbour.example", 465, "tls"),
        ("mail.harbour.example tls", "mail.harbour.example", 465, "tls"),
        ("mail.harbour.example:2525 None", "mail.harbour.example", 2525, "none"),
        ("smtp://mail.harbour.example:25/", "mail.harbour.example", 25, "starttls"),
        ("localhost", "localhost", 25, "none"),
        ("127.0.0.1:1025", "127.0.0.1", 1025, "none"),
        ("127.0.0.1:1025 starttls", "127.0.0.1", 1025, "starttls"),
        ("[::1]:25", "::1", 25, "none"),
    ],
)
def test_a_server_in_one_line(text: str, host: str, port: int, security: str) -> None:
    smtp = parse_server(text)

    assert (smtp.host, smtp.port, smtp.security) == (host, port, security)
    assert parse_server(server_text(smtp)) == smtp


@pytest.mark.parametrize(
    "text", ["", "two words", "me@mail.example", "mail.example:70000", "mail.example:25 ssl", "a/b"]
)
def test_another_text_is_no_server(text: str) -> None:
    with pytest.raises(UsageError, match="no mail server"):
        parse_server(text)


@pytest.mark.parametrize(
    ("domain", "host", "security"),
    [
        ("gmail.com", "smtp.gmail.com", "tls"),
        ("GMX.net", "mail.gmx.net", "starttls"),
        ("harbour.example", "smtp.harbour.example", "starttls"),
    ],
)
def test_the_usual_server_of_a_domain(domain: str, host: str, security: str) -> None:
    smtp = parse_server(guess_provider(domain).server)

    assert (smtp.host, smtp.security) == (host, security)


def test_the_servers_of_all_providers_can_be_read() -> None:
    assert all(parse_server(provider.server).security != "none" for provider in _PROVIDERS.values())
