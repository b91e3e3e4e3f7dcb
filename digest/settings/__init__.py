"""Settings: a TOML file, overridden by environment variables, as frozen dataclasses.

types.py      the dataclasses, one for each section
file.py       finds and reads the file
toml.py       parses it, applies the environment, and knows the line of each value
validate.py   tables → dataclasses, or all mistakes at once, with their lines
tables.py     reads one table, with the converters of converters.py

pydantic checks the types. It is imported only if there are settings to check: a run without any must not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digest.model.errors import UsageError
from digest.model.secret import Secret
from digest.settings.file import find
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    InboundSettings,
    JobsSettings,
    MailerSettings,
    OperatorSettings,
    PluginsSettings,
    RecipientDomains,
    RetentionSettings,
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
    "InboundSettings",
    "JobsSettings",
    "MailerSettings",
    "OperatorSettings",
    "PluginsSettings",
    "RecipientDomains",
    "RetentionSettings",
    "Secret",
    "Security",
    "Settings",
    "SmtpSettings",
    "StoreSettings",
    "WebSettings",
    "find",
    "load",
    "load_fetch",
]


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of ``path`` or of the file that ``find`` returns; the defaults without a file.

    Raises ``SettingsError`` with all mistakes at once.
    """
    from digest.settings.toml import read_toml
    from digest.settings.validate import validate

    return validate(read_toml(find(path, environ), environ))


def load_fetch(path: Path | None, environ: Mapping[str, str]) -> FetchSettings:
    """``[fetch]`` alone, for addresses of the command line: other variables don't matter.

    A file that was found, rather than named, may have mistakes: then there is only the environment. Raises
    ``UsageError``.
    """
    from digest.settings.toml import read_toml
    from digest.settings.validate import validate

    variables = {name: value for name, value in environ.items() if name.startswith("DIGEST_FETCH__")}
    file = find(path, environ)
    try:
        return validate(read_toml(file, variables)).fetch
    except UsageError:
        if file is None or path or environ.get("DIGEST_CONFIG"):
            raise
        return validate(read_toml(None, variables)).fetch
