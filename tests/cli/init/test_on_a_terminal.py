"""``digest init`` on a real terminal, with a feed and a mail server on this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import settings
from tests.support.pty_process import PtyProcess
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.web_servers import Answer, WebServer

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
FEED = b"""<rss version="2.0"><channel><title>Harbour Post</title><link>https://harbour.example/</link>
<item><title>Ferry sails again after the storm</title><link>https://harbour.example/ferry</link><description>The ferry
to Sandholm sailed again on Monday after three days in port. The operator expects normal service from Tuesday, with one
more crossing at noon. Passengers with old tickets need not pay again.</description></item></channel></rss>"""
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "xx_XX.nonsense", "NO_COLOR": "1"}


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server(SmtpServer(credentials=("me@harbour.example", "secret"))) as server:
        yield server


@pytest.fixture
def feed(web: WebServer) -> str:
    """The address of a feed."""
    web.routes["/feed.xml"] = Answer(body=FEED, headers={"Content-Type": "application/rss+xml"})
    return f"{web.address}/feed.xml"


def _init(folder: Path, feed: str, *, columns: int = 40, term: str = "dumb") -> PtyProcess:
    """Without a home, in a locale that doesn't exist, and with little room."""
    allowed = feed.removeprefix("http://").partition("/")[0]
    environment = ENVIRONMENT | {"TERM": term}
    return PtyProcess(["init", "news", "--allow", allowed], folder=folder, environment=environment, columns=columns)


def test_the_whole_way_from_questions_to_a_first_mail(tmp_path: Path, feed: str, server: SmtpServer) -> None:
    terminal = _init(tmp_path, feed)
    terminal.answer("add:", feed)
    terminal.answer("add:", "")
    terminal.answer("Its name", "Zeitung für Ärger")
    terminal.answer("Your address", "me@harbour.example")
    terminal.answer("Mail server", f"127.0.0.1:{server.port}")
    terminal.answer("User name", "me@harbour.example")
    terminal.answer("Password", "secret")
    terminal.answer("When?", "")
    terminal.answer("Time zone", "berlin")
    terminal.answer("first mail", "")

    assert terminal.wait() == 0

    loaded = settings.load(tmp_path / "news" / "digest.toml", {})
    (content,) = server.contents.values()

    assert loaded.newsletters[0].title == "Zeitung für Ärger"
    assert b"Ferry sails again after the storm" in content
    assert "secret" not in terminal.screen
    assert "digest.service" in terminal.screen
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "news").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("questions", "key"),
    [(0, "\x03"), (1, "\x04"), (3, "\x04"), (6, "\x03"), (6, "\x04"), (7, "\x03")],
    ids=["sources", "a second source", "address", "password", "password ends", "time"],
)
def test_leaving_at_any_question_leaves_nothing(
    questions: int, key: str, tmp_path: Path, feed: str, server: SmtpServer
) -> None:
    answers = [
        ("add:", feed),
        ("add:", ""),
        ("Its name", ""),
        ("Your address", "me@harbour.example"),
        ("Mail server", f"127.0.0.1:{server.port}"),
        ("User name", "me@harbour.example"),
        ("Password", "secret"),
        ("When?", ""),
    ]
    terminal = _init(tmp_path, feed)
    for question, answer in answers[:questions]:
        terminal.answer(question, answer)
    terminal.expect(answers[questions][0])
    terminal.type(key)

    assert terminal.wait() == 130
    assert not [*tmp_path.iterdir()]
    assert "Traceback" not in terminal.screen
