"""Every example block of a page is run, or has a reason why not."""

from __future__ import annotations

import re
import shlex
import tomllib
from itertools import groupby
from pathlib import Path

import pytest

from digest.cli import COMMANDS
from digest.cli.parser import build_parser
from tests.docs.blocks import PAGES, Block, blocks
from tests.docs.sandbox import Sandbox
from tests.support.web_servers import WebServer

#: Blocks that are not run: the page and how the first line begins, and why.
NOT_RUN = {
    "README.md: python3 -m venv .venv && .venv/bin/pip install -q uv": "needs the package index; .ci/run pastes it",
    "README.md: apt-get install": "needs root: tests/proofs/test_systemd.py runs it in a container",
    "README.md: .venv/bin/uv run pytest": "the tests themselves; .ci/run has these commands",
    "config/README.md: scrape_configs:": "a part of Prometheus' settings",
    "config/deploy/README.md: python3 -m venv": "needs root: tests/proofs/test_systemd.py runs it in a container",
    "config/deploy/README.md: digest status": "of an installed service; the commands are parsed",
    "config/deploy/README.md: runuser": "needs root and a second machine: the page says how it was tried",
    "config/deploy/README.md: printf": "needs root and a second machine: the page says how it was tried",
    "config/deploy/README.md: fleet: ": "output; tests/cli/test_fleet_status.py has the like",
    "config/deploy/README.md: systemctl": "needs root: the page says how it was tried",
    "config/deploy/README.md: podman": "needs a container engine: the page says how it was tried",
    "config/deploy/README.md: docker compose": "needs a container engine: the page says how it was tried",
    "config/PLUGINS.md: [project.entry-points": "a part of a pyproject.toml; a test of plugins builds such packages",
    "config/deploy/README.md: jq -c": "reads a log that was written before; tests/cli/test_event_log.py has its lines",
    "config/deploy/README.md: OTEL_": "runs until it is stopped, and needs a collector of traces",
    "config/deploy/README.md: server {": "settings of nginx",
    "config/deploy/README.md: 5 7 * * *": "a line for cron; its command is parsed",
    "templates/README.md: {%": "Jinja2; the recipe of a template in config/HOWTO.md has the same lines, and runs them",
    "templates/README.md: <h1>": "Jinja2 of a page; tests/render/test_page_texts.py has the like",
    "templates/README.md: plural =": "a translation; tests/render/test_page_texts.py has the like",
    "templates/README.md: <form": "HTML; tests/web/test_subscribe.py posts the same fields",
    "digest/README.md: cli/": "a list of folders",
    "tests/README.md: .venv/bin/uv run": "the tests themselves",
    "tests/bench/README.md: .venv/bin/uv run": "measurements: minutes, and data that is not ours",
    "config/COMMANDS.md:": "each line is parsed; the tests of a command run it",
}
#: Lines that are left out of blocks that are run.
LINES_NOT_RUN = {
    r"digest (run|serve)\b": "run until they are stopped: tests/cli/test_run.py, tests/cli/test_serve.py",
    r"digest preview .*--watch": "runs until it is stopped: tests/cli/preview/test_watch.py",
    r"digest check( |$)(?!.*--offline)": "asks the mail server and the DNS: tests/cli/check",
}
ALL = [block for page in PAGES for block in blocks(page)]


def reason(block: Block) -> str:
    """Why the block is not run; empty if it is."""
    return next((why for start, why in NOT_RUN.items() if block.name.startswith(start)), "")


RUN = {
    f"{page}: {section}": list(group)
    for (page, section), group in groupby(
        [block for block in ALL if not reason(block)], key=lambda block: (block.page, block.section)
    )
}


def test_every_reason_is_of_a_block_that_exists() -> None:
    assert [start for start in NOT_RUN if not any(block.name.startswith(start) for block in ALL)] == []


def lines_to_enter(block: Block) -> list[str]:
    joined = re.sub(r"\$\(.*?\)", "x", block.text.replace("\\\n", " "))
    return [re.split(r" +#| +2?[<>|]+ |\s{2,}", line)[0] for line in joined.splitlines() if line.startswith("digest ")]


@pytest.mark.parametrize(
    "line", sorted({line for block in ALL if block.language != "python" for line in lines_to_enter(block)})
)
def test_a_command_on_a_page_can_be_entered(line: str) -> None:
    """Commands, options and the number of arguments are right; nothing is run."""
    args = build_parser([shlex.split(line)[1]]).parse_args(shlex.split(line)[1:])

    assert args.command in COMMANDS


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "toml"], ids=lambda block: block.name)
def test_toml_on_a_page_can_be_read(block: Block) -> None:
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "python"], ids=lambda block: block.name)
def test_python_on_a_page_is_valid(block: Block) -> None:
    compile(block.text, block.page, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_a_sections_blocks_work_in_their_order(name: str, tmp_path: Path, web: WebServer) -> None:
    """In a folder with a newsletter; ``https://example.org`` is a server of the test's, and mails go to a folder."""
    sandbox = Sandbox(tmp_path, web)
    sandbox.fill()

    for block in RUN[name]:
        if block.language == "toml":
            sandbox.add_settings(block.text)
            continue
        is_python = block.language == "python"
        done = sandbox.run("python3", "-c", block.text) if is_python else sandbox.run("bash", "-euc", to_run(block))
        assert done.returncode == 0, f"{done.args[-1]}\n{done.stdout[-500:]}\n{done.stderr[-1500:]}"
        assert "Traceback" not in done.stderr


def to_run(block: Block) -> str:
    unfit = [line for line in block.text.splitlines() if any(re.match(start, line) for start in LINES_NOT_RUN)]
    return "\n".join(line for line in block.text.splitlines() if line not in unfit)
