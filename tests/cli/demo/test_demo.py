"""``digest demo`` as a whole: mails arrive, the pages answer, and nothing is left of it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from digest.cli import main
from tests.support.run_process import until

pytestmark = pytest.mark.slow


class Demo:
    """A running demo and what it prints."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._output = folder / "output"
        environment = os.environ | {"TMPDIR": str(folder / "tmp"), "DIGEST_STORE__URL": f"sqlite:///{folder}/real.db"}
        (folder / "tmp").mkdir()
        with self._output.open("w") as file:
            command = [sys.executable, "-m", "digest", "demo", *options]
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def url(self, name: str) -> str:
        line = until(lambda: re.search(rf"^{name} +(http\S+)", self.printed, re.MULTILINE))
        assert line
        return line[1]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    demo.process.kill()
    demo.process.wait()


def _request(url: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    """GET, or POST of a form; 0 while nobody listens."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    try:
        connection.request("POST" if fields else "GET", parts.path, urlencode(fields or {}), headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    except ConnectionError:
        return 0, ""
    finally:
        connection.close()


def test_a_mail_arrives_and_a_subscription_can_be_confirmed(demo: Demo, tmp_path: Path) -> None:
    mails, pages = demo.url("mails"), demo.url("pages")
    until(lambda: "/mails/1 to reader@demo.example" in demo.printed)
    first = _request(f"{mails}mails/1/html")[1]
    until(lambda: _request(f"{pages}healthz")[0] == 200)
    form = _request(f"{pages}subscribe")[1]
    token = re.search(r'name="form" value="([^"]+)"', form)
    assert token
    time.sleep(3)  # a form that is sent at once is a program's

    answer = _request(
        f"{pages}subscribe", {"email": "new@demo.example", "newsletter": "demo", "name": "", "form": token[1]}
    )

    assert answer[0] == 200
    until(lambda: "/mails/2 to new@demo.example" in demo.printed)
    confirmation = _request(f"{mails}mails/2")[1] + _request(f"{mails}mails/2/html")[1]
    link = re.search(rf"{pages}confirm/[^\"\s<&]+", confirmation)
    assert link
    assert _request(link[0])[0] == 200
    assert 'src="data:image/png;base64,' in first
    assert ".localhost:" in first
    assert "/demo/" in _request(f"{pages}demo/")[1]

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(30) == 130
    assert not [*(tmp_path / "tmp").iterdir()]
    assert not (tmp_path / "real.db").exists(), "the environment's settings are of other newsletters"
    assert _request(f"{pages}healthz")[0] == 0
    assert "Traceback" not in demo.printed


def test_killed_it_leaves_no_process_behind(demo: Demo) -> None:
    pages = demo.url("pages")
    until(lambda: _request(f"{pages}healthz")[0] == 200)

    demo.process.kill()

    until(lambda: _request(f"{pages}healthz")[0] == 0, within_s=20)


def test_a_folder_with_settings_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "digest.toml").write_text("# mine\n")

    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert "already exists" in capsys.readouterr().err
