"""config/plugins/ and config/PLUGINS.md: the local model invents nothing; packages and page work as they are."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from digest.model.protocols import Budget, Candidate
from tests.support import values

PLUGINS = Path(__file__).resolve().parents[1] / "config" / "plugins"
ARTICLE = values.article("a")
TEXTS = ("The harbour opens on Monday.", "Two ferries sail.", "The old quay stays closed.")
CANDIDATES = tuple(Candidate(text=text, article=ARTICLE, position=n, paragraph=0) for n, text in enumerate(TEXTS))
ModelServer = Callable[..., str]


def load(package: str, module: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(module, PLUGINS / package / f"{module}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


local_model = load("local-model", "digest_local_model")


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """Starts a server on this machine that answers each request with this body; its address."""
    servers = []

    def start(body: str, *, status: int = 200, delay_s: float = 0.0, requests: list[object] | None = None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if requests is not None:
                    requests.append((self.path, dict(self.headers), request))
                time.sleep(delay_s)
                self.send_response(status)
                self.send_header("Location", "http://example.org/")
                self.end_headers()
                with suppress(OSError):  # the client has gone
                    self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def answer(*sentences: object, around: str = "{}") -> str:
    content = around.replace("{}", json.dumps({"sentences": sentences}))
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})


def ask(url: str, **options: object) -> tuple[str, ...]:
    chosen = local_model.summarize(CANDIDATES, Budget(sentences=2), language="en", url=url, **options)
    return tuple(candidate.text for candidate in chosen)


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", '<think>{"a": 1}</think>\n{}'])
def test_the_models_choice_is_given_in_reading_order(around: str, model_server: ModelServer) -> None:
    requests: list[tuple[str, dict[str, str], dict[str, object]]] = []
    url = model_server(answer(TEXTS[2], TEXTS[0], around=around), requests=requests)

    assert ask(url, model="small") == (TEXTS[0], TEXTS[2])
    path, headers, request = requests[0]
    assert (path, request["model"]) == ("/v1/chat/completions", "small")
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("body", "options", "message"),
    [
        (answer("The mayor resigned."), {}, "no article has this sentence of the model: 'The mayor resigned.'"),
        (answer(TEXTS[0], TEXTS[1].replace("Two", "Three")), {}, "no article has this sentence"),
        (answer(TEXTS[0].rstrip(".")), {}, "no article has this sentence"),
        (answer(), {}, "no list of sentences"),
        (answer(1, 2), {}, "no list of sentences"),
        (answer(TEXTS[0], around="I am sorry."), {}, "no list of sentences"),
        ("[]", {}, "no list of sentences"),
        ("not JSON", {}, "Expecting value"),
        ("{}", {"status": 500}, "the model server answered 500"),
        ("{}", {"status": 302}, "the model server answered 302"),
        (answer(TEXTS[0]), {"delay_s": 0.4}, "timed out"),
    ],
)
def test_any_other_answer_is_refused(
    body: str, options: dict[str, float], message: str, model_server: ModelServer
) -> None:
    with pytest.raises(Exception, match=re.escape(message)):
        ask(model_server(body, **options), timeout_s=0.1)


@pytest.mark.parametrize("url", ["http://192.0.2.1/v1", "https://api.example.org/v1", "file:///etc/passwd", "//x", ""])
def test_no_other_machine_is_asked_unless_it_is_allowed(url: str) -> None:
    with pytest.raises(local_model.Refused, match="is not this machine"):
        ask(url)


# --- the real command line -------------------------------------------------------------------------------------------


def digest(folder: Path, *arguments: str, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PYTHONPATH": str(packages)} if packages else {})
    command = [sys.executable, "-m", "digest", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_blocks_of_the_page_work_as_they_are(tmp_path: Path) -> None:
    page = (PLUGINS.parent / "PLUGINS.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.py").write_text("\n\n".join(blocks))
    (tmp_path / "digest.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0])
    preview = digest(tmp_path, "preview", "--fetch", "--format", "json")
    digest(tmp_path, "subscribers", "add", "a@example.org", "-n", "main")
    sent = digest(tmp_path, "send")

    assert len(blocks) == 4
    assert all(len(block.partition("def ")[2].strip().splitlines()) <= 10 for block in blocks)
    assert json.loads(preview.stdout)["problems"] == []
    assert len(json.loads(preview.stdout)["stories"]) == 2
    assert (sent.returncode, "1 sent" in sent.stdout) == (0, True), sent
    assert len(list((tmp_path / "mails").glob("*.eml"))) == 1


SETTINGS = """\
[mailer]
name = "sendmail"
options = { command = "./sendmail" }

[[sources]]
id = "events"
path = "events.csv"
collector = "csv-events"
options = { delimiter = ";" }

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
quality_floor = 0
ranker = "keywords"
ranker_options = { words = ["ferry"] }
summarizer = "local-model"
summarizer_options = { url = "URL" }
"""
EVENTS = """\
date;title;text;url
2026-01-01;The harbour opens;The harbour opens on Monday. The mayor will be there.;https://example.org/1
2026-01-01;The ferry returns;The ferry returns in spring. Its captain is glad.;https://example.org/2
"""


@pytest.mark.slow
def test_the_four_packages_are_built_installed_and_used_beside_a_broken_one(
    tmp_path: Path, model_server: ModelServer
) -> None:
    site, wheels = tmp_path / "site", tmp_path / "wheels"
    for package in sorted(PLUGINS.iterdir()):
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
        subprocess.run(build, cwd=package, check=True, capture_output=True)
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", str(site)]
    subprocess.run([*install, *map(str, wheels.glob("*.whl"))], check=True, capture_output=True)
    broken = site / "broken-3.1.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 3.1\n")
    (broken / "entry_points.txt").write_text("[digest.summarizers]\nbroken = broken_package:summarize\n")
    (site / "broken_package.py").write_text("raise RuntimeError('no licence')")
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "digest.toml").write_text(SETTINGS.replace("URL", model_server(answer("The ferry returns in spring."))))
    script = tmp_path / "sendmail"
    script.write_text('#!/bin/sh\necho "$@" >> arguments\ncat >> mails\n')
    script.chmod(0o755)

    listed = digest(tmp_path, "plugins", "list", "--json", packages=site)
    states = {(row["distribution"], row["version"]): row for row in json.loads(listed.stdout) if row["target"]}
    assert {key for key, row in states.items() if row["state"] == "loaded"} == {
        (f"digest-{package.name}", "1.0") for package in PLUGINS.iterdir()
    }
    assert "no licence" in states["broken", "3.1"]["problem"]
    checked = digest(tmp_path, "check", "--offline", packages=site)
    assert "summarizer 'local-model' (from digest-local-model 1.0) can be used" in checked.stdout

    preview = json.loads(
        digest(tmp_path, "preview", "--fetch", "--since", "all", "--format", "json", packages=site).stdout
    )
    assert [story["title"] for story in preview["stories"]] == ["The ferry returns", "The harbour opens"]
    assert [sentence["text"] for sentence in preview["stories"][0]["brief"]] == ["The ferry returns in spring."]
    assert preview["stories"][1]["brief"]  # the model's sentence stands in no article of it: the default is used
    assert len(preview["problems"]) == 1
    assert "(from digest-local-model 1.0)" in preview["problems"][0]

    digest(tmp_path, "subscribers", "add", "a@example.org", "b@example.org", "-n", "main", packages=site)
    digest(tmp_path, "send", "--to", "me@example.org", packages=site)
    assert "-f main@example.org -- me@example.org" in (tmp_path / "arguments").read_text()
