"""Finds what ships beside the code: ``templates/`` and ``config/``.

In a wheel they lie in the package, at ``digest/_assets/``; in a checkout and in an editable install they lie
beside the package, at the top of the repository.
"""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import DigestError

_PACKAGE = Path(__file__).resolve().parents[1]


def templates() -> Path:
    """The folder of the shipped templates, one folder for each."""
    return find("templates", _PACKAGE)


def config() -> Path:
    """The folder with the commented example settings and the sample."""
    return find("config", _PACKAGE)


def find(name: str, package: Path) -> Path:
    """The folder ``name`` that belongs to the package at ``package``."""
    # The wheel's place first: in site-packages any other project could have put a folder of that name beside ours.
    for folder in (package / "_assets" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DigestError(
        f"the folder {name!r} that ships with digest is missing beside {package}",
        hint="install digest again, or run it from a complete checkout",
    )
