"""Mail addresses within text."""

from __future__ import annotations

import pytest

from digest.text.mail_addresses import hide_mail_addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("550 5.1.1 <ann@harbour.example>: unknown", "550 5.1.1 <…>: unknown", id="in brackets"),
        pytest.param("ann@harbour.example, bo@isle.example.", "<…>, <…>.", id="two, and a full stop"),
        pytest.param("to main+1.ann=harbour.example@news.example", "to <…>", id="a return address"),
        pytest.param("jürgen@münchen.example", "<…>", id="not ASCII"),
        pytest.param("leader clock@web1.isle.example:4711", "leader clock@web1.isle.example:4711", id="a process"),
        pytest.param("imaps://news@mail.example/INBOX", "imaps://news@mail.example/INBOX", id="a mailbox's address"),
        pytest.param("postgresql://digest@db/digest", "postgresql://digest@db/digest", id="a database"),
        pytest.param("ann @ home", "ann @ home", id="no address"),
    ],
)
def test_addresses_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert hide_mail_addresses(text) == shown


@pytest.mark.parametrize("text", ["a." * 50_000 + "@", "a@" * 50_000, "a@" + "b." * 50_000 + "b:1"])
def test_hostile_text_takes_no_time(text: str) -> None:
    """These would take minutes with a pattern that looks again and again."""
    assert hide_mail_addresses(text) == text
