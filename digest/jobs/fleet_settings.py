"""Settings of the machines of a fleet, compared by a hash: machines that differ work against each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from digest.settings import Settings, StoreSettings, WebSettings


def settings_hash(settings: Settings) -> str:
    """A hash of what all machines should have alike: no passwords, addresses of the machine or paths to its files."""
    # One machine may serve the pages for all.
    web = replace(settings.web, serve=False, listen=WebSettings().listen)
    common = repr(replace(settings, file=None, store=StoreSettings(), web=web))
    if settings.file:  # each may have its own folder
        common = common.replace(str(settings.file.parent), "")
    return hashlib.sha256(common.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(slots=True)
class SettingsHash:
    """Hashes settings, but not the same ones again: a hundred thousand sources take a second."""

    _settings: Settings | None = None
    _hash: str = ""

    def __call__(self, settings: Settings) -> str:
        """Return ``settings_hash``."""
        if settings is not self._settings:
            self._settings, self._hash = settings, settings_hash(settings)
        return self._hash
