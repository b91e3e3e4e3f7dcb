"""The systemd units and the container file work with the commands and files there are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from digest.cli.parser import parse_args

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "config" / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text()
UNITS = sorted(DEPLOY.glob("*.service"))
OTHERS = [*DEPLOY.glob("*.timer"), *DEPLOY.glob("*.target")]


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_a_unit_starts_an_existing_command(unit: Path) -> None:
    (line,) = re.findall(r"(?m)^ExecStart=/opt/digest/bin/digest (.*)$", unit.read_text())
    for name, value in re.findall(r"(WORKER_\w+)=(\S+)", unit.read_text()):
        line = line.replace(f"${{{name}}}", value)

    assert parse_args(line.split()).config == "/etc/digest/digest.toml"


@pytest.mark.parametrize("page", ["README.md", "config/deploy/README.md"])
def test_units_that_a_page_names_exist(page: str) -> None:
    """Those that a command enables, disables, starts, stops, restarts or reloads."""
    commands = re.findall(
        r"(?m)^systemctl (?:enable|disable|start|stop|restart|reload)(?: --now)? (.*)$", (ROOT / page).read_text()
    )
    names = {name.partition("@")[0] for names in commands for name in names.partition("#")[0].split()}
    units = {unit.name.replace("@", "").removesuffix(".service") for unit in OTHERS + UNITS}

    assert commands
    assert {name.removesuffix(".service") for name in names} <= units | {"postgresql", "'digest-*.service'"}


@pytest.mark.parametrize("service", [unit for unit in UNITS if "health" not in unit.name], ids=lambda unit: unit.name)
def test_a_service_says_that_it_is_ready_and_alive(service: Path) -> None:
    text = service.read_text()

    assert {"Type=notify", "KillMode=mixed"} <= {*text.splitlines()}
    assert re.search(r"(?m)^WatchdogSec=[2-9]min$", text)


def test_a_command_runs_as_the_services_do() -> None:
    """The wrapper has the service's user, store and secrets."""
    wrapper, service = (DEPLOY / "digest.sh").read_text(), (DEPLOY / "digest.service").read_text()
    options = re.findall(r"--property=(\S+)", wrapper) + [
        f"Environment={value}" for value in re.findall(r"--setenv=(DIGEST_STORE\S+)", wrapper)
    ]

    assert len(options) > 5
    assert {*options} <= {*service.splitlines()}
    assert "--setenv=DIGEST_CONFIG=/etc/digest/digest.toml" in wrapper


def test_both_health_checks_run_the_same_command() -> None:
    assert 'CMD ["digest", "status", "--check"]' in CONTAINER
    assert parse_args(["status", "--check"]).check


@pytest.mark.slow
def test_the_copied_files_are_enough_to_install_the_locked_versions(tmp_path: Path) -> None:
    """Copy the files as the container file does, install as it does, and list what was installed as it does."""
    for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", CONTAINER):
        *names, where = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tmp_path / where, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, tmp_path / where)
    extras = "--extra postgres"
    sync, export = (
        [sys.executable, "-m", "uv", *line.replace("$extras", extras).replace("--no-cache", "").split()]
        for line in re.findall(r"(?m)^ .*\buv ((?:sync|export) .*?)(?: && \\)?$", CONTAINER)
    )
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(tmp_path / "installed")}
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run([*sync, "--python", sys.executable], cwd=tmp_path, env=environment, check=True, timeout=300)
    bill = tmp_path / "sbom.json"
    export = [str(bill) if argument.startswith("/opt/digest/sbom") else argument for argument in export]
    subprocess.run([*export, "--python", sys.executable], cwd=tmp_path, env=environment, check=True, timeout=60)
    components = {(each["name"], each["version"]) for each in json.loads(bill.read_text())["components"]}
    packages = {
        (re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(), each.version)
        for each in distributions(path=[str(next((tmp_path / "installed" / "lib").glob("python3*/site-packages")))])
    }

    assert len(packages) > 80
    assert packages - components == {("newsletter-digest", "0.1.0")}  # the bill's own subject

    preview = [tmp_path / "installed" / "bin" / "digest", "preview", "--format", "text"]
    printed = subprocess.run(
        preview, cwd=tmp_path / "installed", capture_output=True, text=True, check=True, timeout=60
    )

    assert printed.stdout.startswith("The Sample Digest\n")


def test_every_way_to_install_takes_the_locked_versions() -> None:
    for text in (CONTAINER, (DEPLOY / "README.md").read_text()):
        assert "uv sync --locked --no-dev --no-editable" in text
        assert not re.search(r"pip install .*(\s\.|\[)", text)


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


@pytest.mark.parametrize("unit", OTHERS + UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_units(unit: Path, tmp_path: Path) -> None:
    for each in OTHERS + UNITS:
        text = each.read_text().replace("/opt/digest/bin/digest", "/bin/true")  # it looks whether that is there
        (tmp_path / each.name).write_text(text)
    verify = ["systemd-analyze", "verify", str(tmp_path / unit.name.replace("@.", "@1."))]
    said = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=60)

    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_the_units_give_a_service_few_rights(unit: Path) -> None:
    """Systemd's own score, from 0 (none) to 10 (all). Every protection that was cheap is on."""
    rate = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", str(unit)]
    rated = subprocess.run(rate, capture_output=True, text=True, check=False, timeout=60)

    assert rated.returncode == 0, rated.stdout
