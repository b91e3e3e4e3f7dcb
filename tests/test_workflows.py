"""The workflows on GitHub: valid, with pinned actions and few permissions, and true to what the package claims."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(file.name for file in FOLDER.iterdir())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def load(name: str) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return content


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in load(name)["jobs"].values() for step in job["steps"]]


def test_workflows_are_valid() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.github-workflows", *(FOLDER / name for name in WORKFLOWS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_to_a_commit_with_its_version(name: str) -> None:
    uses = re.findall(r"uses: (.+)", (FOLDER / name).read_text("utf-8"))

    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_read_unless_they_say_otherwise(name: str) -> None:
    workflow = load(name)
    granted = {(job, what) for job, body in workflow["jobs"].items() for what in body.get("permissions", {})}

    assert workflow["permissions"] == {"contents": "read"}
    assert granted <= {
        ("attest", "id-token"),
        ("attest", "attestations"),
        ("publish", "id-token"),
        ("release", "contents"),
    }


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_step_runs_what_others_write(name: str) -> None:
    """A tag's or branch's name in a script would be code: it comes by the environment."""
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []
    assert all(
        step["with"]["persist-credentials"] is False for step in steps(name) if "/checkout@" in step.get("uses", "")
    )


def test_every_claimed_version_of_python_is_tested() -> None:
    prefix = "Programming Language :: Python :: "
    claimed = {line.removeprefix(prefix) for line in PROJECT["classifiers"] if line.startswith(prefix)}

    assert claimed <= set(load("ci.yml")["jobs"]["tests"]["strategy"]["matrix"]["python"])
    assert f">={min(claimed, key=lambda version: int(version[2:]))}" == PROJECT["requires-python"]


def test_a_release_publishes_what_was_compared_and_tried() -> None:
    jobs = load("release.yml")["jobs"]
    build = "\n".join(step.get("run", "") for step in jobs["build"]["steps"])

    assert ".ci/build dist" in build
    assert "bin/digest preview" in build
    assert jobs["publish"]["needs"] == ["build", "attest"]
    assert jobs["publish"]["environment"]["url"].endswith(f"/{PROJECT['name']}")
