"""Folders that ship with the code: ``templates/`` and ``config/``.

A wheel has them in the package, at ``digest/_assets/``; a checkout or an editable install beside the package, at the
top of the repository.
"""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import DigestError

_PACKAGE = Path(__file__).resolve().parents[1]


def templates() -> Path:
    """Folder with a folder for each shipped template."""
    return find_folder("templates", _PACKAGE)


def config() -> Path:
    """Folder with the commented example settings and the sample."""
    return find_folder("config", _PACKAGE)


def find_folder(name: str, package: Path) -> Path:
    """The shipped folder ``name`` of the package at ``package``."""
    # The wheel's folder first: in site-packages another project may have a folder of that name beside our package.
    for folder in (package / "_assets" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DigestError(
        f"the folder {name!r} that ships with digest is missing beside {package}",
        hint="install digest again, or run it from a complete checkout",
    )
