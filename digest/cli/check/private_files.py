"""Checks that no other user of this machine can read passwords and subscribers' addresses."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from digest.cli.check.file_access import is_open_to_others
from digest.cli.check.findings import Finding, note
from digest.settings import Settings


def check_private_files(settings: Settings) -> Iterator[Finding]:
    """Note a settings file with passwords, a store, or its copies that others may read."""
    file = settings.file
    if file is not None and is_open_to_others(file) and _contains_secret(file, settings):
        hint = f"chmod 600 {shlex.quote(str(file))}, or keep passwords in the environment or in files of their own"
        yield note("settings", "other users of this machine can read passwords", hint)
    if readable := [path for path in _store_files(settings.store.url) if is_open_to_others(path)]:
        message = f"other users of this machine can read subscribers' addresses in {readable[0]}"
        yield note("store files", message, f"chmod 600 {shlex.join(map(str, readable))}")


def _contains_secret(file: Path, settings: Settings) -> bool:
    text = file.read_text("utf-8", errors="replace")
    web = settings.web
    secrets = (
        *(settings.smtp.password, settings.bounces.password, web.metrics_token),
        *(web.secret, *web.previous_secrets),
        *(source.password for source in settings.sources),
    )
    passwords = [*(secret.reveal() for secret in secrets), urlsplit(settings.store.url).password or ""]
    addresses = (source.url for source in settings.sources if source.url != source.address)
    return any(password and password in text for password in (*passwords, *addresses))


def _store_files(url: str) -> list[Path]:
    """The files of an SQLite store: its database, with what belongs to it, and the copies from before upgrades."""
    file = url.partition(":///")[2].partition("?")[0] if url.startswith("sqlite") else ""
    if file in {"", ":memory:"}:
        return []
    path = Path(file)
    named = [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]
    return [existing for existing in (*named, *sorted(path.parent.glob(f"{path.name}.*"))) if existing.is_file()]
