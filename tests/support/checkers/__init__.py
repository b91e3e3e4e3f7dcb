"""Checkers of mails: npm and Debian packages. Nothing is installed here.

npm packages are looked for in ``$CHECKERS/node_modules``. Where a checker is missing, tests that need it are skipped on
a developer's machine, and fail in CI.

    npm install --prefix checkers caniemail@2 html-validate@9 mailauth@4 mailparser@3 postal-mime@4
    CHECKERS=checkers pytest -m slow
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest

HERE = Path(__file__).resolve().parent


def package(name: str) -> Path:
    """The folder of an npm package."""
    folder = Path(os.environ.get("CHECKERS", "checkers")).absolute() / "node_modules" / name
    return (
        folder
        if folder.is_dir()
        else skip_or_fail(f"{folder.parent} has no {name}", f"npm install --prefix DIR {name}")
    )


def program(name: str) -> str:
    """Path of a program from the Debian package of the same name."""
    return shutil.which(name) or skip_or_fail(f"no {name} on this machine", f"apt-get install {name}")


def run_script(script: str, data: Any, *packages: str) -> Any:
    """Run a Node.js script of this folder with JSON on standard input; returns its output, parsed as JSON."""
    folder = next(package(name).parent.parent for name in packages)
    run = subprocess.run(
        [program("node"), HERE / script],
        input=json.dumps(data).encode(),
        env={**os.environ, "CHECKERS": str(folder)},
        capture_output=True,
    )
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


def skip_or_fail(problem: str, fix: str) -> NoReturn:
    """Skip the test, or fail it in CI: a checker is missing."""
    message = f"{problem}: {fix}"
    pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
