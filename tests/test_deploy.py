"""What ships for running it for good calls commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.cli.parser import parse

DEPLOY = Path(__file__).resolve().parent.parent / "config" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    (line,) = re.findall(r"(?m)^ExecStart=/opt/digest/bin/digest (.*)$", unit.read_text())

    assert parse(line.split()).config == "/etc/digest/digest.toml"


def test_the_health_checks_ask_the_same() -> None:
    container = (DEPLOY / "Containerfile").read_text()

    assert 'CMD ["digest", "status", "--check"]' in container
    assert parse(["status", "--check"]).check


def test_the_container_copies_what_there_is() -> None:
    root = DEPLOY.parent.parent
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text())

    assert [name for line in copied for name in line.split() if not (root / name).exists()] == []
