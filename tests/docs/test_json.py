"""Every key that a command prints with ``--json`` is in config/INTERFACES.md."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from digest.cli import main
from tests.docs.json_keys import documented_keys, key_paths, pattern
from tests.support.newsletter_mails import newsletter_mail

PAGE = (Path(__file__).resolve().parents[2] / "config" / "INTERFACES.md").read_text("utf-8")
SETTINGS = """\
[smtp]
folder = "mails"

[web]
url = "https://news.example.org"

[[sources]]
id = "own"
path = "articles"

[[sources]]
id = "gone"
path = "nowhere"

[[sources]]
id = "inbox"
path = "Maildir"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
archive = "public"
quality_floor = 0
"""
FERRY = "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."
CSV = "email,name,city,status\nann@example.org,Ann,Sandhaven,subscribed\nleft@example.org,Lee,,unsubscribed\nnone,,,\n"
BOUNCE = b"From: a@example.org\r\nTo: main@example.org\r\nSubject: Hello\r\n\r\nA question.\r\n"

#: Each command with ``--json``, in an order in which each finds something to print.
CALLS = [
    ("collect", ["collect"]),
    ("subscribers import", ["subscribers", "import", "readers.csv"]),
    ("send", ["send", "--dry-run"]),
    ("send", ["send", "--to", "me@example.org"]),
    ("send", ["send"]),
    ("check", ["check", "--offline"]),
    ("sources list", ["sources", "list"]),
    ("sources show", ["sources", "show", "own"]),
    ("sources show", ["sources", "show", "inbox"]),
    ("sources discover", ["sources", "discover", "articles"]),
    ("subscribers list", ["subscribers", "list"]),
    ("subscribers show", ["subscribers", "show", "ann@example.org"]),
    ("editions list", ["editions", "list"]),
    ("editions show", ["editions", "show", "1", "--recipients"]),
    ("editions search", ["editions", "search", "ferry"]),
    ("editions feedback", ["editions", "feedback", "1"]),
    ("editions feedback", ["editions", "feedback"]),
    ("bounces", ["bounces"]),
    ("bounces review", ["bounces", "review"]),
    ("status", ["status"]),
    ("plugins list", ["plugins", "list"]),
    ("db copy", ["db", "copy", "--to", "sqlite:///copy.db"]),
]


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> object:
    """The document that a command prints; of several objects on lines of their own, the first."""
    main(argv)
    out = capsys.readouterr().out
    return json.loads(out if out.startswith(("[", "{\n")) else out.splitlines()[0])


@pytest.mark.slow
def test_every_key_that_is_printed_is_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation with an edition, a source that fails, and a reader who left in another system."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    Path("articles").mkdir()
    Path("articles/ferry.txt").write_text(f"On the ferry\n\n{FERRY}\n")
    for folder in ("cur", "new", "tmp"):
        Path("Maildir", folder).mkdir(parents=True)
    sent = format_datetime(datetime.now(UTC))
    mails = [newsletter_mail(1, sent=sent), newsletter_mail(2, subject="Please confirm your subscription", sent=sent)]
    for number, mail in enumerate(mails):
        Path("Maildir", "new", f"mail{number}").write_bytes(mail)
    Path("readers.csv").write_text(CSV)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BOUNCE)))

    documented = documented_keys(PAGE)
    documents = [("preview", printed(capsys, "preview", "--format", "json", "--config", "digest.toml", "--fetch"))]
    documents += [("preview", printed(capsys, "preview", "--format", "json", "articles"))]
    documents += [(command, printed(capsys, *argv, "--json")) for command, argv in CALLS]
    documents += [("preview", printed(capsys, "preview", "--format", "json", "--for", "ann@example.org"))]

    missing = {
        (command, path)
        for command, document in documents
        for path in key_paths(document)
        if not any(pattern(key).fullmatch(path) for key in documented[command])
    }
    assert {command for command, document in documents if not [*key_paths(document)]} <= {"bounces review"}
    assert missing == set()
