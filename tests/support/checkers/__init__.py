"""Programs of others that look at our mails: npm's packages, Debian's. Nothing is installed here.

npm's are looked for in ``$CHECKERS/node_modules``. Where one is missing, a test that needs it steps aside on a person's
machine, and fails in CI.

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
    return folder if folder.is_dir() else wanting(f"{folder.parent} has no {name}", f"npm install --prefix DIR {name}")


def program(name: str) -> str:
    """The path of a Debian package's program of the same name."""
    return shutil.which(name) or wanting(f"no {name} on this machine", f"apt-get install {name}")


def answers(script: str, question: Any, *packages: str) -> Any:
    """What a script beside this file, which uses the packages, says on standard output, read as JSON."""
    folder = next(package(name).parent.parent for name in packages)
    run = subprocess.run(
        [program("node"), HERE / script],
        input=json.dumps(question).encode(),
        env={**os.environ, "CHECKERS": str(folder)},
        capture_output=True,
    )
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


def wanting(what: str, cure: str) -> NoReturn:
    """The test can't run here."""
    message = f"{what}: {cure}"
    pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
