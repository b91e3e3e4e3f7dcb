"""No command prints a password: every setting that may hold one holds a canary, and all output is searched for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from digest.cli import main
from digest.cli.event_log import EventLog
from tests.support.imap_server import imap_server
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.web_servers import Answer, Handler, WebServer

CANARY = "zaunkoenig"
FEED = b"""<rss version='2.0'><channel><title>Harbour News</title><item><guid>1</guid><title>The ferry sails</title>
<description>The ferry to the island sails again from Monday. It carries cars and lorries.</description></item>
</channel></rss>"""
#: Logins in addresses of sources, by source id: ``broken-…`` are no addresses as they are written.
LOGINS = {
    "plain": f"anna:{CANARY}",
    "escaped": f"anna:{quote('@' + CANARY + '/', safe='')}",
    "at-sign": f"anna:@{CANARY}@",
    "colon": f"anna:1:{CANARY}",
    "name-alone": CANARY,
    "broken-slash": f"anna:a/{CANARY}",
    "broken-hash": f"anna:{CANARY}#{CANARY}",
    "broken-query": f"anna:{CANARY}?{CANARY}@{CANARY}",
    "broken-bracket": f"anna:[{CANARY}",
}
VALID_LOGINS = {name: login for name, login in LOGINS.items() if not name.startswith("broken")}
NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\nschedule = "daily 07:00"\n'
Run = Callable[..., str]


def settings(web: WebServer, *, smtp: int = 1, imap: int = 1) -> str:
    addresses = {source_id: f"http://{login}@{web.address}/feed" for source_id, login in VALID_LOGINS.items()}
    addresses |= {
        "gone": f"http://anna:{CANARY}@{web.address}/gone",
        "list": f"http://anna:{CANARY}@{web.address}/list.opml",
        "loop": f"http://anna:{CANARY}@{web.address}/loop",
        "echo": f"http://anna:{CANARY}@{web.address}/echo",
        "cut": f"http://anna:{CANARY}@{web.address}/cut",
        "token": f"http://{web.address}/feed?token={CANARY}",
    }
    sources = "".join(f'[[sources]]\nid = "{id_}"\nurl = "{url}"\n' for id_, url in addresses.items())
    return (
        f'[fetch]\nallow = ["{web.address}"]\n[smtp]\nhost = "127.0.0.1"\nport = {smtp}\nsecurity = "none"\n'
        f'username = "news"\npassword = "{CANARY}"\n[bounces]\nhost = "127.0.0.1"\nport = {imap}\nsecurity = "none"\n'
        f'username = "news"\npassword = "{CANARY}"\n[web]\nsecret = "{CANARY}"\nprevious_secrets = ["{CANARY}"]\n'
        f"{sources}{NEWSLETTER}"
    )


def garbled(handler: Handler) -> None:
    handler.wfile.write(f"HTTP/1.1 200 anna:{CANARY}@\r\nhttp://anna:{CANARY}@x/: y\x00\r\n\r\n".encode())


@pytest.fixture
def web(web: WebServer) -> WebServer:
    inner = f"http://anna:{CANARY}@{web.address}"
    outlines = "".join(f'<outline xmlUrl="{inner}/{path}"/>' for path in ("feed", "gone", "nothing"))
    web.routes |= {
        "/feed": Answer(body=FEED),
        "/list.opml": Answer(body=f"<opml version='2.0'><body>{outlines}</body></opml>".encode()),
        "/loop": Answer(status=301, headers={"Location": f"{inner}/loop"}),
        "/echo": garbled,
        "/cut": Answer(body=b"<rss>", headers={"Content-Length": "100", "Connection": "close"}),
    }
    return web


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command with all messages; return everything that it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> str:
        main([*argv, "--verbose"])
        printed = capfd.readouterr()
        return printed.out + printed.err

    return run


COMMANDS = [
    "check",
    "check --json",
    "collect",
    "collect --json",
    "sources list",
    "sources list --json",
    *(f"sources show {name}" for name in ("plain", "at-sign", "token")),
    "sources show gone --json",
    "sources export",
    *(f"preview --format {name}" for name in ("terminal", "html", "text", "markdown", "eml", "json")),
    "preview --fetch --explain",
    "subscribers add anna@example.org -n main",
    "send -n main --dry-run",
    "send -n main",
    "status",
    "status --json",
    "editions list --json",
    "bounces --imap",
]


def test_no_command_prints_a_password(web: WebServer, run: Run) -> None:
    with smtp_server(SmtpServer(credentials=("news", "other"))) as smtp, imap_server() as imap:
        imap.password = "other"  # not the one in the settings
        Path("digest.toml").write_text(settings(web, smtp=smtp.port, imap=imap.port))
        printed = {command: run(*command.split()) for command in COMMANDS}

    assert {command: text for command, text in printed.items() if CANARY in text} == {}
    assert "at-sign" in printed["sources list"]
    assert "rejects the login" in printed["check"]
    assert len(printed["collect --json"].splitlines()) > len(VALID_LOGINS)


def test_the_store_holds_no_password_of_a_source(web: WebServer, run: Run) -> None:
    Path("digest.toml").write_text(settings(web))
    run("collect")

    with closing(sqlite3.connect("digest.db")) as conn:
        rows = conn.execute("SELECT id, address, title, found_url, error FROM sources").fetchall()

    assert len(rows) > len(VALID_LOGINS)
    assert [row for row in rows if CANARY in str(row)] == []


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS.keys())
@pytest.mark.parametrize(
    "command",
    ["preview", "sources discover", "sources add", "init x --opml", "init y --from", "sources import", "show"],
)
def test_no_command_prints_a_password_of_its_arguments(command: str, login: str, web: WebServer, run: Run) -> None:
    Path("digest.toml").write_text(NEWSLETTER)
    address = f"http://{login}@{web.address}/gone"

    assert CANARY not in run(*command.split(), address)


@pytest.mark.parametrize(
    "text",
    [
        *(f'[[sources]]\nid = "a"\nurl = "https://{login}@example.org/feed"\n' for login in LOGINS.values()),
        f'[[sources]]\nid = "a"\nurl = "ftp://anna:{CANARY}@ftp.example/"\n',
        f'[[sources]]\nid = "a"\nurl = "https://anna:{CANARY} @example.org/"\n',
        f'[[sources]]\nid = "a"\nurl = ["https://anna:{"x" * 60}{CANARY}@example.org/"]\n',
        f'[smtp]\npassword = {{ is = "{CANARY}" }}\n',
        f'[[smtp]]\nhost = "x"\npassword = "{CANARY}"\n',
        f'sources = [{{ id = "a", password = "{CANARY}" }}]\n',
        f'[smtp]\nhost = "smtp://news:{CANARY}@mail.example.org:587"\n',
        f'[smtp]\nhost = "smtp://news:a/@{CANARY}@mail.example.org:587"\n',
        f'[smtp]\npasswort = "{CANARY}"\n',
        f"[smtp]\npassword = {CANARY}\n",
        f'[smtp]\npassword = "{CANARY}\n',
        f'[web]\nurl = "//anna:{CANARY}@example.org"\nsecret = 12\n',
        f'[store]\nurl = "postgresql+psycopg://digest:{CANARY}@127.0.0.1:1/digest?connect_timeout=1"\n',
        f'[store]\nurl = "postgresql://digest:{CANARY}/@{CANARY}@127.0.0.1:1/digest?connect_timeout=1"\n',
        f'[store]\nurl = "postgresql://127.0.0.1:1/digest?user=digest&password={CANARY}&connect_timeout=1"\n',
        f'[store]\nurl = "mysql://digest:{CANARY}@127.0.0.1/digest"\n',
    ],
)
@pytest.mark.parametrize("command", ["check --offline", "status", "sources list"])
def test_mistakes_in_settings_quote_no_password(text: str, command: str, run: Run) -> None:
    Path("digest.toml").write_text(text)

    assert CANARY not in run(*command.split())


def test_the_log_of_the_service_holds_no_password() -> None:
    lines: list[str] = []
    address = f"https://anna:{CANARY}@feeds.example.org/feed"
    for as_json in (False, True):
        log = EventLog(verbose=True, as_json=as_json, write=lines.append)
        log("source_failed", source="Harbour", url=address, error=f"it leads to {address}")
        log("source_crashed", source="Harbour", error=repr(ValueError(address)), trace=ValueError(address))

    assert len(lines) == 5
    assert [line for line in lines if CANARY in line] == []


def test_an_export_keeps_passwords_only_when_asked(web: WebServer, run: Run) -> None:
    Path("digest.toml").write_text(f'[[sources]]\nid = "a"\nurl = "https://anna:{CANARY}@example.org/feed"\n')

    assert 'xmlUrl="https://example.org/feed"' in (printed := run("sources", "export"))
    assert "exported without their passwords: a" in printed
    assert f"anna:{CANARY}@example.org" in run("sources", "export", "--with-passwords")
