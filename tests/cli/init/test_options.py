"""``digest init --yes`` with options asks nothing, and writes all of it."""

from __future__ import annotations

import stat
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from digest import settings
from digest.cli import main
from digest.store import open_store, subscribers
from tests.support.smtp_server import SmtpServer, smtp_server

URLS = 'https://harbour.example/feed "Sea" "~Harbour"\n"query:Unread:unread = \\"yes\\""\n'
CFG = "[DEFAULT]\nto = me@harbour.example\n[feed.lantern]\nurl = https://lantern.example/rss\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def _put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")


def test_newsreaders_lists_are_found_in_their_usual_places(capsys: pytest.CaptureFixture[str]) -> None:
    _put(".newsboat/urls", URLS)
    _put(".config/rss2email.cfg", CFG)

    assert main(["init", "news", "--yes", "--newsboat", "--rss2email"]) == 0

    loaded = settings.load(Path("news/digest.toml"), {}).sources

    assert [(source.url, source.title, source.section) for source in loaded] == [
        ("https://harbour.example/feed", "Harbour", "Sea"),
        ("https://lantern.example/rss", "lantern", ""),
    ]
    assert "line 2 is left out: a search in newsboat's own articles" in capsys.readouterr().err


@pytest.mark.slow
def test_everything_can_be_given_and_a_first_mail_sent(capsys: pytest.CaptureFixture[str]) -> None:
    Path("password").write_text("secret\n")
    with smtp_server(SmtpServer(credentials=("me", "secret"))) as server:
        argv = ["init", "news", "--yes", "--title", 'Sea: "News", daily', "--to", "Me <me@harbour.example>"]
        argv += ["--smtp", f"127.0.0.1:{server.port}", "--smtp-user", "me", "--smtp-password-file", "password"]

        assert main([*argv, "--at", "weekdays 7:30", "--timezone", "Europe/Berlin", "--send"]) == 0

    loaded = settings.load(Path("news/digest.toml"), {})
    newsletter = loaded.newsletters[0]
    (content,) = server.contents.values()
    message = message_from_bytes(content, policy=default)
    printed = capsys.readouterr().err

    assert (str(newsletter.schedule), newsletter.timezone.key) == ("weekdays 7:30", "Europe/Berlin")
    assert newsletter.sender
    assert newsletter.sender.name == 'Sea: "News", daily'
    assert loaded.operator.address
    assert loaded.smtp.password.reveal() == "secret"
    assert "secret" not in Path("news/digest.toml").read_text() + printed
    assert stat.S_IMODE(Path("news/smtp-password").stat().st_mode) == 0o600
    assert message["To"].addresses[0].addr_spec == "me@harbour.example"
    assert message["From"].addresses[0].display_name == 'Sea: "News", daily'
    assert "digest run --config" in printed
    with open_store(loaded.store.url) as store, store.read() as conn:
        assert subscribers.has_any(conn, "main")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--newsboat"], "no list of newsboat in its usual places"),
        (["--newsboat", "none"], "none: can't be read: No such file or directory"),
        (["--rss2email", "feeds.dat"], "r2e opmlexport"),
        (["--rss2email", "urls"], "this is no configuration of rss2email"),
        (["--to", "nobody"], "'nobody' is no address"),
        (["--smtp", "two words"], "no mail server: 'two words'"),
        (["--smtp-user", "me"], "a login without a mail server"),
        (["--smtp", "localhost", "--smtp-password-file", "none"], "none: can't be read"),
        (["--at", "noonish"], '"noonish" is not a schedule'),
        (["--timezone", "Mars"], "no such time zone: 'Mars'"),
        (["--title", " "], "a name has one line"),
        (["--send"], "--send needs to know where and how"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_nothing_is_written_if_an_option_is_wrong(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("feeds.dat").write_bytes(b"\x80\x03]q\x00.")
    Path("urls").write_text(URLS)

    assert main(["init", "news", "--yes", *argv]) == 2
    assert message in capsys.readouterr().err
    assert not Path("news").exists()


@pytest.mark.slow
def test_a_first_mail_that_fails_is_reported_and_the_settings_stay(capsys: pytest.CaptureFixture[str]) -> None:
    with smtp_server() as server:
        port = server.port
    argv = ["init", "news", "--yes", "--to", "me@harbour.example", "--smtp", f"127.0.0.1:{port}", "--send"]

    assert main(argv) == 1
    assert "the first mail was not sent" in capsys.readouterr().err
    assert settings.load(Path("news/digest.toml"), {}).smtp.port == port
