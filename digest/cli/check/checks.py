"""Checks of ``digest check``, in the order in which problems are best fixed; of them here: settings and store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from digest.cli.check.database import check_database
from digest.cli.check.findings import Finding, bad, count, from_error, note, ok
from digest.cli.check.fleet import check_fleet
from digest.cli.check.mail import (
    check_bounce_mailbox,
    check_mail_server,
    check_secret,
    check_subscribing_by_mail,
    check_unsubscribing,
)
from digest.cli.check.mail_sources import check_mail_sources
from digest.cli.check.newsletters import (
    check_audiences,
    check_deliveries,
    check_for_silence,
    check_newsletters,
    check_postal_addresses,
)
from digest.cli.check.operator_pages import check_operator_pages
from digest.cli.check.pages import check_pages, check_search
from digest.cli.check.plugins import check_plugins
from digest.cli.check.private_files import check_private_files
from digest.cli.check.rates import check_rates
from digest.cli.check.sources import check_sources
from digest.model.errors import DigestError
from digest.settings import Settings


def all_findings(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Run all checks; ``offline`` fetches no source on the web and asks no mail server."""
    yield from check_settings(settings)
    yield from check_store(settings)
    yield from check_database(settings)
    yield from check_fleet(settings)
    yield from check_private_files(settings)
    yield from check_sources(settings, offline=offline)
    yield from check_mail_sources(settings, offline=offline)
    yield from check_newsletters(settings)
    yield from check_plugins(settings)
    yield from check_for_silence(settings)
    yield from check_deliveries(settings)
    yield from check_audiences(settings)
    yield from check_mail_server(settings, offline=offline)
    yield from check_rates(settings)
    yield from check_bounce_mailbox(settings, offline=offline)
    yield from check_pages(settings, offline=offline)
    yield from check_operator_pages(settings)
    yield from check_search(settings)
    yield from check_unsubscribing(settings)
    yield from check_subscribing_by_mail(settings)
    yield from check_secret(settings.web)
    yield from check_postal_addresses(settings)
    if settings.smtp.host or settings.dkim.key_file:
        from digest.cli.check.domains import check_domains  # imports cryptography

        yield from check_domains(settings)


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Check the settings file: is there one, and does it have a newsletter?"""
    if settings.file is None:
        yield note("settings", "no settings file: the defaults apply", "'digest init' writes a file to start from")
        return
    counts = f"{count(settings.sources, 'source')}, {count(settings.newsletters, 'newsletter')}"
    yield ok("settings", f"{settings.file}: {counts}")
    if not settings.newsletters:
        yield bad("settings", "no newsletter", "add a [[newsletters]] table")


def check_store(settings: Settings) -> Iterator[Finding]:
    """Check that the store can be read and written."""
    from digest.jobs.problems import find_problem_of_disk
    from digest.store import open_store, sources
    from digest.store.database import try_write
    from digest.store.url import display_url, parse_url

    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            healths = tuple(sources.health(conn))
        try_write(settings.store.url)
        name = display_url(parse_url(settings.store.url))
    except DigestError as error:
        yield from_error("store", error)
        return
    if healths:
        yield ok("store", f"{name}: {count(healths, 'source')} fetched so far")
    else:
        yield ok("store", f"{name}: empty", "'digest collect' fills it")
    if reason := _cannot_write(settings.store.url):
        yield bad("store", reason, "change its owner, or [store] url")
    if problem := find_problem_of_disk(settings.store.url):
        yield bad("store", problem, "make room there: without it nothing can be collected or sent")


def _cannot_write(url: str) -> str:
    """Why no file can be created in the folder of an SQLite store; empty if one can."""
    file = url.partition(":///")[2].partition("?")[0] if url.startswith("sqlite") else ""
    if file in {"", ":memory:"}:
        return ""
    try:
        with TemporaryFile(dir=Path(file).parent):
            return ""
    except OSError as error:
        return f"cannot write in {Path(file).parent}: {error.strerror}"
