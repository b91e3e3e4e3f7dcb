"""The files that each picture of the repository is made from, recorded as hashes when it is taken.

``made_from.toml`` has a line for each picture; a test compares it with the files, so that a changed template whose
picture was not taken anew is noticed, without a browser.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RECORD = Path(__file__).with_name("made_from.toml")
_DRAWINGS = Path(__file__).with_name("illustrations")
_TEMPLATES = ROOT / "templates"
#: A picture of a terminal is of text: it is made from the code that writes it.
_OPERATION = "tests/bench/pictures/operation.py"
_TERMINAL = {
    "config/terminal.svg": ("digest/cli/preview/terminal.py", "tests/bench/pictures/terminal.py"),
    "config/status.svg": ("digest/cli/status/plots.py", _OPERATION),
    "config/check.svg": ("digest/cli/check/__init__.py", _OPERATION),
}


def pictures() -> Mapping[str, tuple[Path, ...]]:
    """Each picture's path in the repository, and the files it is made from."""
    shown = {file.parent.name: tuple(_template_files(file.parent.name)) for file in _TEMPLATES.glob("*/email.html.j2")}
    return {
        **{f"templates/{name}/picture.png": files for name, files in sorted(shown.items())},
        **{f"config/sample-pictures/{file.stem}.png": (file,) for file in sorted(_DRAWINGS.glob("*.svg"))},
        **{picture: tuple(ROOT / name for name in names) for picture, names in _TERMINAL.items()},
    }


def current_hashes() -> Mapping[str, str]:
    """Return the hash of each picture together with the files it is made from."""
    return {name: _hash([ROOT / name, *files]) for name, files in pictures().items() if (ROOT / name).exists()}


def recorded_hashes() -> Mapping[str, str]:
    return tomllib.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}


def record(taken: Iterable[Path]) -> None:
    """Record that these pictures are made from the files of now."""
    names = {path.resolve().relative_to(ROOT).as_posix() for path in taken}
    old, new = recorded_hashes(), current_hashes()
    lines = [f'"{name}" = "{new[name] if name in names else old.get(name, "")}"' for name in new]
    RECORD.write_text("\n".join(["# Written by python -m tests.bench.pictures", *lines, ""]), "utf-8")


def _template_files(name: str) -> Iterator[Path]:
    """The files of a template and of those that it extends or includes, and the design tokens."""
    names, waiting = set[str](), {name}
    while waiting:
        names |= waiting
        texts = [file.read_text("utf-8") for each in waiting for file in (_TEMPLATES / each).glob("*.j2")]
        waiting = {base for text in texts for base in re.findall(r"{% (?:extends|include) \"(\w+)/", text)} - names
    for each in sorted(names):
        yield from sorted(file for file in (_TEMPLATES / each).iterdir() if file.suffix in {".j2", ".css"})
    yield _TEMPLATES / "tokens.toml"


def _hash(files: Iterable[Path]) -> str:
    hashed = hashlib.sha256()
    for file in files:
        data = file.read_bytes()
        hashed.update(f"{file.relative_to(ROOT).as_posix()} {len(data)}\n".encode())
        hashed.update(data)
    return hashed.hexdigest()[:24]
