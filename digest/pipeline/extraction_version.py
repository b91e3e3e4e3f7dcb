"""Version of the code that turns pages and feeds into articles: a hash of it, and of the libraries that it uses.

Texts of different versions may differ although their outlets changed nothing, so that they are never compared.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import digest

#: Folders of the package with code that extracts or cleans, and libraries that do.
_FOLDERS = ("collect/documents", "collect/feeds", "collect/pages", "clean", "text")
_LIBRARIES = ("trafilatura", "lxml", "sentencex", "ftfy", "markdown-it-py")
_DIGEST_SIZE = 8


@cache
def extraction_version() -> str:
    """The same as long as neither the code nor the libraries change."""
    root = Path(digest.__file__).parent
    contents = hashlib.blake2b(digest_size=_DIGEST_SIZE)
    for name in _LIBRARIES:
        contents.update(f"{name} {_library_version(name)}\n".encode())
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            contents.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{digest.__version__} {contents.hexdigest()}"


def _library_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
