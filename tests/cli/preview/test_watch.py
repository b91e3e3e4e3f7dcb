"""The preview in a browser, and shown again whenever a file that it is made of changes: in a process of its own."""

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
PATIENCE = 60


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the browser, which is a script here, writes what it is asked to open."""
    script, asked = tmp_path / "browser", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\necho "$1" >>"{asked}"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    return asked


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A template of one's own, and an article."""
    folder = tmp_path / "letter"
    folder.mkdir()
    (folder / "email.html.j2").write_text('{% extends "briefing/email.html.j2" %}', "utf-8")
    (folder / "email.txt.j2").write_text('{% include "briefing/email.txt.j2" %}', "utf-8")
    (folder / "style.css").write_text("h1 { color: #123456 }", "utf-8")
    (tmp_path / "ferry.txt").write_text(NOTE, "utf-8")
    return folder


@pytest.fixture
def watching(tmp_path: Path, own: Path, opened: Path) -> Iterator[str]:
    """The address of the page that ``digest preview --open --watch`` serves."""
    command = [sys.executable, "-m", "digest", "preview", str(tmp_path / "ferry.txt"), "--template", str(own)]
    with subprocess.Popen([*command, "--open", "--watch"], stderr=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stderr
        assert any("watching" in line for line in running.stderr)
        yield opened.read_text("utf-8").strip()
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert running.returncode == 130
    assert "Traceback" not in said


def seen(url: str) -> str:
    with urlopen(url, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def turned(url: str, page: str, file: Path, text: str) -> str:
    """The page as it is once the file was saved, which its script hears of."""
    (changes,) = re.findall(r"EventSource\('(.*?)'\)", page)
    with ThreadPoolExecutor() as pool:
        heard = pool.submit(seen, url + changes)
        while not heard.done():  # the watcher says that it begins just before it does
            file.write_text(text, "utf-8")
            wait([heard], timeout=1)
    assert heard.result() == "data: changed\n\n"
    return seen(url)


def test_a_saved_change_turns_the_page(watching: str, own: Path) -> None:
    first = seen(watching)
    second = turned(watching, first, own / "style.css", "h1 { color: #654321 }")

    assert NOTE in first
    assert "color:#123456" in first
    assert "color:#654321" in second


def test_a_mistake_is_shown_and_waited_out(watching: str, own: Path) -> None:
    file = own / "email.html.j2"
    wrong = turned(watching, seen(watching), file, "{{ titel }}")
    right = turned(watching, wrong, file, '{% extends "briefing/email.html.j2" %}')

    assert "did you mean &#x27;title&#x27;?" in wrong
    assert NOTE in right


def test_the_preview_opens_in_the_browser(tmp_path: Path, own: Path, opened: Path) -> None:
    command = [sys.executable, "-m", "digest", "preview", str(tmp_path / "ferry.txt"), "--open"]
    subprocess.run(command, check=True, cwd=tmp_path)

    assert NOTE in seen(opened.read_text("utf-8").strip())
