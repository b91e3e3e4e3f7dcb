"""A folder in which the blocks of a page's section are run: settings, articles, readers, and a site to fetch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit

from digest import settings
from digest.pipeline import calendar
from digest.pipeline.app import make_app
from digest.pipeline.hold import compose_draft, store_draft
from digest.settings import Settings
from digest.store import open_store
from tests.docs.blocks import ROOT
from tests.support.web_servers import Answer, WebServer

#: The site that pages name; the test serves it.
SITE = "https://example.org"
_SETTINGS: dict[str, Any] = {
    "smtp": {"folder": "mails"},
    "sources": [{"id": "articles", "path": "articles", "title": "Articles"}],
    "newsletters": [
        {"id": "main", "title": "Main", "from": "Main <main@example.org>", "schedule": "daily 00:00"},
    ],
}
_FERRY = "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."
_ENERGY = "The town's energy bill fell by a tenth last year. The swimming hall is now heated from the mine."
_FEED = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title><link>{{site}}/</link>
<item><title>The ferry stays in harbour</title><link>{{site}}/ferry</link><guid>1</guid>
<description>{_FERRY}</description></item></channel></rss>"""
_PAGE = """<!DOCTYPE html><title>Harbour Post</title>
<link rel="alternate" type="application/rss+xml" href="/feed.xml"><h1>Harbour Post</h1>"""
_MAIL = f"""From: Harbour Post <news@harbour.example>
Subject: The ferry stays in harbour
Date: Sun, 29 Mar 2026 05:00:00 +0000
Message-ID: <1@harbour.example>

{_FERRY}
"""
_OPML = """<opml version="2.0"><head><title>Mine</title></head><body>
<outline type="rss" text="Harbour Post" xmlUrl="{site}/feed.xml"/></body></opml>"""
#: ``digest``; a preview of an address on its command line reads no settings, and must be told that it may.
_PROGRAM = """#!/bin/sh
if [ "$1" = preview ]; then shift; set -- preview --allow {address} "$@"; fi
exec "{python}" -m digest "$@"
"""
_READERS = "email,name,status\nann@example.org,Ann,subscribed\nben@example.org,Ben,unsubscribed\n"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The folder, and the server that stands for ``https://example.org``."""

    folder: Path
    web: WebServer

    def fill(self) -> None:
        """Write the files that pages mention."""
        site = self.web.url("")
        self.web.routes |= {
            "/": Answer(body=_PAGE.encode(), headers={"Content-Type": "text/html"}),
            "/feed.xml": Answer(body=_FEED.format(site=site).encode(), headers={"Content-Type": "application/rss+xml"}),
        }
        files = {
            "articles/ferry.txt": f"On the ferry\n\n{_FERRY}\n",
            "articles/energy.txt": f"On the energy bill\n\n{_ENERGY}\n",
            "notes.md": f"# The ferry sails again\n\n{_FERRY}\n",
            "subscriptions.opml": _OPML.format(site=site),
            "readers.csv": _READERS,
            "smtp-password": "secret\n",
            "inbox-password": "secret\n",
            "inbox/ferry.eml": _MAIL,
            "Maildir/new/.keep": "",
            "Maildir/cur/.keep": "",
            "bin/digest": _PROGRAM.format(python=sys.executable, address=self.web.address),
        }
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True, parents=True)
            (self.folder / name).write_text(text, "utf-8")
        (self.folder / "bin" / "digest").chmod(0o755)
        (self.folder / "templates").symlink_to(ROOT / "templates")
        self._write(_SETTINGS)

    def add_settings(self, text: str) -> None:
        """Add a page's settings to those in the folder, and load them all. Raises ``SettingsError``."""
        file = self.folder / "digest.toml"
        self._write(_merge(tomlkit.parse(file.read_text("utf-8")).unwrap(), tomlkit.parse(self._local(text)).unwrap()))
        self._compose_drafts(settings.load(file, self._environ()))

    def _compose_drafts(self, loaded: Settings) -> None:
        """Compose a draft of each newsletter that has an editor, as ``digest run`` does before the slot."""
        for newsletter in (item for item in loaded.newsletters if item.hold):
            self.run("digest", "collect")
            with open_store(f"sqlite:///{self.folder / 'digest.db'}") as store:
                app, now = make_app(loaded, store=store), datetime.now(UTC)
                with store.read() as conn:
                    slot = calendar.next_slot(conn, newsletter, now=now)
                content = compose_draft(newsletter, slot, app, now=now)
                with store.begin() as conn:
                    store_draft(conn, newsletter, slot, content, composed=now, now=now)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of a page in the folder."""
        return subprocess.run(
            [self._local(part) for part in command],
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def _local(self, text: str) -> str:
        return text.replace(SITE, self.web.url(""))

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "BROWSER": "true",  # the program, which does nothing
            "DIGEST_FETCH__ALLOW": self.web.address,
            "DIGEST_SMTP__FOLDER": "mails",
        }

    def _write(self, document: dict[str, Any]) -> None:
        (self.folder / "digest.toml").write_text(tomlkit.dumps(document), "utf-8")


def _merge(tables: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    """Sections are joined key by key, and so are sources and newsletters of one id."""
    merged = dict(tables)
    for name, value in added.items():
        if isinstance(value, list):
            by_id = {table["id"]: table for table in merged.get(name, [])}
            for table in value:
                by_id[table["id"]] = by_id.get(table["id"], {}) | table
            merged[name] = list(by_id.values())
        else:
            merged[name] = merged.get(name, {}) | value
    return merged
