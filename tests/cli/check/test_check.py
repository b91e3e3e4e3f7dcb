"""``digest check``: settings, store, sources, newsletters; hints; nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.cli import main

RIGHT = """\
[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "one.txt").write_text("One headline\n\nThe harbour office opens at eight. It closes at five.\n")


def findings(
    capsys: pytest.CaptureFixture[str], text: str = RIGHT, *argv: str
) -> tuple[int, dict[str, tuple[str, str]]]:
    """Return the exit code, and the last state and message for each topic."""
    Path("digest.toml").write_text(text)
    Path("digest.toml").chmod(0o644)
    code = main(["check", "--json", *argv])
    return code, {
        finding["topic"]: (finding["state"], f"{finding['message']} → {finding['hint']}")
        for finding in json.loads(capsys.readouterr().out)
    }


def test_right_settings_are_ok(capsys: pytest.CaptureFixture[str]) -> None:
    code, results = findings(capsys)

    assert code == 0
    assert {topic: state for topic, (state, _) in results.items()} == {
        "settings": "ok",
        "store": "ok",
        "database": "ok",
        "source own": "ok",
        "newsletter main": "ok",
        "mail server": "note",
    }
    assert results["store"][1].startswith("sqlite:///")
    assert sorted(path.name for path in Path().iterdir()) == ["articles", "digest.toml"]


@pytest.mark.parametrize(
    ("text", "topic", "message"),
    [
        (RIGHT.replace('"articles"', '"gone"'), "source own", "gone"),
        (RIGHT + 'template = "brifing"\n', "newsletter main", "briefing"),
        (RIGHT + 'summarizer = "lexrank"\n', "newsletter main", "lex-rank"),
        (RIGHT.partition("[[newsletters]]")[0], "settings", "[[newsletters]]"),
        ('[store]\nurl = "mysql://x"\n' + RIGHT, "store", "sqlite:///"),
        ('[store]\nurl = "sqlite:////proc/x.db"\n' + RIGHT, "store", "/proc"),
        (
            '[smtp]\nhost = "mail.example.org"\npassword = "x"\nsecurity = "none"\n' + RIGHT,
            "mail server",
            'security = "starttls"',
        ),
    ],
    ids=[
        "no folder",
        "no template",
        "no summarizer",
        "no newsletter",
        "no such database",
        "read-only",
        "plain password",
    ],
)
def test_each_problem_is_bad_and_has_a_hint(
    text: str, topic: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, results = findings(capsys, text)

    assert code == 1
    assert results[topic][0] == "bad"
    assert message in results[topic][1]


def test_offline_fetches_no_source_on_the_web(capsys: pytest.CaptureFixture[str]) -> None:
    text = RIGHT + '[[sources]]\nid = "web"\nurl = "http://127.0.0.1:9/feed"\n'

    assert findings(capsys, text, "--offline")[0] == 0

    code, results = findings(capsys, text)

    assert code == 1
    assert results["source web"][0] == "bad"


def test_a_password_that_others_can_read_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    code, results = findings(capsys, '[smtp]\nhost = "localhost"\npassword = "t0ken"\n' + RIGHT, "--offline")

    assert code == 0
    assert results["settings"][0] == "note"
    assert "chmod 600" in results["settings"][1]
    assert "t0ken" not in str(results)


def test_text_output_has_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text(RIGHT)

    assert main(["check"]) == 0

    printed = capsys.readouterr()

    assert "ok    source own: " in printed.out
    assert printed.err == "no problems\n"


@pytest.mark.parametrize(
    ("settings", "state", "message"),
    [
        pytest.param('[web]\nurl = "https://news.example.org"\n', "bad", "nothing answers there", id="no pages"),
        pytest.param('[smtp]\nfolder = "mails"\n', "note", "mails that unsubscribe", id="a mailbox that isn't read"),
    ],
)
def test_unsubscribing_that_leads_nowhere_is_reported(
    settings: str, state: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(f'{settings}[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "Main <main@example.org>"\n')

    main(["check", "--offline", "--config", str(file), "--json"])

    results = json.loads(capsys.readouterr().out)
    assert any(finding["state"] == state and message in finding["message"] for finding in results)


def test_alerts_of_too_few_outlets_are_noted(capsys: pytest.CaptureFixture[str]) -> None:
    code, results = findings(capsys, RIGHT + 'alert = "harbour"\n')

    assert code == 0
    assert results["newsletter main"][0] == "note"
    assert "an alert needs 3 outlets, and it has 1 source" in results["newsletter main"][1]
