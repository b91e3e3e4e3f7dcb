"""The environment of the peers' own: reader and rss2email from PyPI, installed only when it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

#: The versions that the published table is of.
VERSIONS = {"reader": "3.26", "rss2email": "3.14"}


def default_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "digest-bench-peers"


def install(folder: Path) -> None:
    """Make the environment, or bring it up to these versions."""
    subprocess.run([sys.executable, "-m", "uv", "venv", "--quiet", "--allow-existing", str(folder)], check=True)
    wanted = ["sgmllib3k", *(f"{name}=={version}" for name, version in VERSIONS.items())]  # reader imports it
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python(folder)), *wanted]
    subprocess.run(command, check=True)
    subprocess.run([python(folder), "-m", "compileall", "-q", str(folder / "lib")], check=False)


def python(folder: Path) -> Path:
    return folder / "bin" / "python"


def installed(folder: Path) -> Mapping[str, str]:
    """The versions of the peers that are there."""
    if not python(folder).exists():
        return {}
    script = (
        "from importlib.metadata import version, PackageNotFoundError as E\n"
        f"for name in {list(VERSIONS)}:\n"
        "    try: print(name, version(name))\n"
        "    except E: pass\n"
    )
    done = subprocess.run([python(folder), "-c", script], capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())
