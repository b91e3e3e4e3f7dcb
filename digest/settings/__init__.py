"""What a person has set: one TOML file, the environment over it, as frozen values.

types.py     the values            file.py   which file it is
raw.py       the file's tables, with the environment over them, and where each value stands
checked.py   tables → values; every mistake at once, with its line

pydantic checks the types. It is imported only when there is something to check, so that a run without settings never
pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digest.settings.file import find
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    OperatorSettings,
    RetentionSettings,
    Secret,
    Security,
    Settings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
)

__all__ = [
    "BouncesSettings",
    "DkimSettings",
    "FetchSettings",
    "OperatorSettings",
    "RetentionSettings",
    "Secret",
    "Security",
    "Settings",
    "SmtpSettings",
    "StoreSettings",
    "WebSettings",
    "find",
    "load",
]


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of ``path``, or of the file that is found; without any, the defaults.

    Raises ``SettingsError`` with all mistakes at once.
    """
    from digest.settings.toml import read
    from digest.settings.validate import checked

    return checked(read(find(path, environ), environ))
