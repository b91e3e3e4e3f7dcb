"""``digest preview --open`` and ``--watch``, as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.request import urlopen

import pytest

NOTE = "The ferry stayed in harbour for the third day because of strong wind, the shipping line said."
TIMEOUT_S = 60


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File to which the browser, a script here, writes the addresses it opens."""
    script, asked = tmp_path / "browser", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\necho "$1" >>"{asked}"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    return asked


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Template that extends a shipped one, and an article."""
    folder = tmp_path / "letter"
    folder.mkdir()
    (folder / "email.html.j2").write_text('{% extends "briefing/email.html.j2" %}', "utf-8")
    (folder / "email.txt.j2").write_text('{% include "briefing/email.txt.j2" %}', "utf-8")
    (folder / "style.css").write_text("h1 { color: #123456 }", "utf-8")
    (tmp_path / "ferry.txt").write_text(NOTE, "utf-8")
    return folder


@pytest.fixture
def watching(tmp_path: Path, template: Path, opened: Path) -> Iterator[str]:
    """Address of the page that ``digest preview --open --watch`` serves."""
    command = [sys.executable, "-m", "digest", "preview", str(tmp_path / "ferry.txt"), "--template", str(template)]
    with subprocess.Popen([*command, "--open", "--watch"], stderr=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stderr
        assert any("watching" in line for line in running.stderr)
        yield opened.read_text("utf-8").strip()
        running.send_signal(signal.SIGINT)
        errors = running.stderr.read()
    assert running.returncode == 130
    assert "Traceback" not in errors


def read_page(url: str) -> str:
    with urlopen(url, timeout=TIMEOUT_S) as answer:
        return str(answer.read().decode())


def save_and_reload(url: str, page: str, file: Path, text: str) -> str:
    """Save the file, wait for the page's script to be notified, and return the new page."""
    (changes,) = re.findall(r"EventSource\('(.*?)'\)", page)
    with ThreadPoolExecutor() as pool:
        reload = pool.submit(read_page, url + changes)
        while not reload.done():  # the watcher says that it begins just before it does
            file.write_text(text, "utf-8")
            wait([reload], timeout=1)
    assert reload.result() == "data: changed\n\n"
    return read_page(url)


def test_a_saved_change_reloads_the_page(watching: str, template: Path) -> None:
    first = read_page(watching)
    second = save_and_reload(watching, first, template / "style.css", "h1 { color: #654321 }")

    assert NOTE in first
    assert "color:#123456" in first
    assert "color:#654321" in second


def test_an_error_is_shown_until_it_is_mended(watching: str, template: Path) -> None:
    file = template / "email.html.j2"
    wrong = save_and_reload(watching, read_page(watching), file, "{{ titel }}")
    right = save_and_reload(watching, wrong, file, '{% extends "briefing/email.html.j2" %}')

    assert "did you mean &#x27;title&#x27;?" in wrong
    assert NOTE in right


def test_the_preview_opens_in_the_browser(tmp_path: Path, template: Path, opened: Path) -> None:
    command = [sys.executable, "-m", "digest", "preview", str(tmp_path / "ferry.txt"), "--open"]
    subprocess.run(command, check=True, cwd=tmp_path)

    assert NOTE in read_page(opened.read_text("utf-8").strip())
