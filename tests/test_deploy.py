"""The systemd units and the container file work with the commands and files there are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from digest.cli.parser import parse_args

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "config" / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text()
UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_a_unit_starts_an_existing_command(unit: Path) -> None:
    (line,) = re.findall(r"(?m)^ExecStart=/opt/digest/bin/digest (.*)$", unit.read_text())

    assert parse_args(line.split()).config == "/etc/digest/digest.toml"


def test_both_health_checks_run_the_same_command() -> None:
    assert 'CMD ["digest", "status", "--check"]' in CONTAINER
    assert parse_args(["status", "--check"]).check


@pytest.mark.slow
def test_the_copied_files_are_enough_to_build_the_wheel(tmp_path: Path) -> None:
    """Copy the files as the container file does, then build the wheel as pip does (it downloads hatchling)."""
    for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", CONTAINER):
        *names, where = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tmp_path / where, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, tmp_path / where)
    build = ["uv", "build", "-q", "--wheel", "--out-dir", str(tmp_path / "dist"), str(tmp_path)]
    subprocess.run([sys.executable, "-m", *build], check=True, timeout=120)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        inside = packed.namelist()

    assert {"digest/__main__.py", "digest/_assets/config/digest.toml"} <= {*inside}
    assert any(name.startswith("digest/_assets/templates/briefing/") for name in inside)


def test_the_containers_extras_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.findall(r"EXTRAS=([\w,]+)", CONTAINER + (DEPLOY / "README.md").read_text())

    assert named
    assert {extra for names in named for extra in names.split(",")} <= {*extras}


def test_the_image_is_built_with_its_health_check() -> None:
    """Podman's own format has no health check."""
    commands = re.findall(r"podman build .*", CONTAINER + (DEPLOY / "README.md").read_text())

    assert len(commands) == 2
    assert all("--format docker" in command for command in commands)


@pytest.mark.parametrize("unit", [*UNITS, DEPLOY / "digest-health.timer"], ids=lambda unit: unit.name)
def test_systemd_accepts_the_units(unit: Path, tmp_path: Path) -> None:
    for each in (*UNITS, DEPLOY / "digest-health.timer"):
        text = each.read_text().replace("/opt/digest/bin/digest", "/bin/true")  # it looks whether that is there
        (tmp_path / each.name).write_text(text)
    verify = ["systemd-analyze", "verify", str(tmp_path / unit.name)]
    said = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=60)

    assert (said.returncode, said.stderr) == (0, "")
