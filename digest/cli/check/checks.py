"""What ``digest check`` looks at, part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal
from urllib.parse import urlsplit

from digest.cli.check.finding import Finding
from digest.model import Failure, Newsletter
from digest.model.errors import DigestError, one_line
from digest.model.protocols import Collected
from digest.settings import Settings

#: Articles of a source that tell its languages.
_LOOKED_AT = 20


def findings_on(found: Settings, *, offline: bool) -> Iterator[Finding]:
    """Everything, in the order in which one mends it; ``offline`` visits no source on the web and no mail server."""
    yield from _settings(found)
    yield from _store(found)
    yield from _sources(found, offline=offline)
    for newsletter in found.newsletters:
        yield from _newsletter(newsletter, is_sent=bool(found.smtp.host or found.smtp.folder))
    yield from _outgoing(found, offline=offline)
    yield from _deliverability(found)


# --- each part ---------------------------------------------------------------------------------------------------


def _settings(found: Settings) -> Iterator[Finding]:
    if found.file is None:
        hint = "'digest init' writes a file to start from"
        yield Finding(state="note", topic="settings", message="there is no file, the defaults count", hint=hint)
        return
    counts = f"{_count(found.sources, 'source')}, {_count(found.newsletters, 'newsletter')}"
    yield Finding(state="ok", topic="settings", message=f"{found.file}: {counts}")
    if not found.newsletters:
        yield Finding(state="bad", topic="settings", message="no newsletter", hint="add a [[newsletters]] table")
    if _holds_secrets(found) and found.file.stat().st_mode & 0o077:
        hint = f"chmod 600 {found.file}, or keep passwords in the environment or in files of their own"
        yield Finding(state="note", topic="settings", message="others on this machine can read passwords", hint=hint)


def _holds_secrets(found: Settings) -> bool:
    """Does the file's own text hold one of its secrets?"""
    assert found.file is not None
    text = found.file.read_text("utf-8", errors="replace")
    secrets = (found.smtp.password, found.bounces.password, found.web.secret)
    words = [*(secret.reveal() for secret in secrets), urlsplit(found.store.url).password or ""]
    return any(word and word in text for word in words)


def _store(found: Settings) -> Iterator[Finding]:
    from digest.store import open_store, sources
    from digest.store.database import parse, shown

    try:
        with open_store(found.store.url, read_only=True) as store, store.read() as conn:
            known = tuple(sources.health(conn))
        name = shown(parse(found.store.url))
    except DigestError as error:
        yield _bad("store", error)
        return
    message = f"{name}: {_count(known, 'source')} visited so far" if known else f"{name}: empty"
    yield Finding(state="ok", topic="store", message=message, hint="" if known else "'digest collect' fills it")
    folder = _unwritable(found.store.url)
    if folder:
        hint = "change its owner, or [store] url"
        yield Finding(state="bad", topic="store", message=f"nothing can be written in {folder}", hint=hint)


def _unwritable(url: str) -> Path | None:
    """The folder of a store in a file, if no file can be made there."""
    file = url.partition(":///")[2].partition("?")[0] if url.startswith("sqlite") else ""
    if file in {"", ":memory:"}:
        return None
    try:
        with TemporaryFile(dir=Path(file).parent):
            return None
    except OSError:
        return Path(file).parent


def _sources(found: Settings, *, offline: bool) -> Iterator[Finding]:
    from digest.cli.progress import collect_progress
    from digest.collect.collector import make_collector
    from digest.collect.visits import collect

    visited = [source for source in found.sources if source.path or not offline]
    collector = make_collector(found.fetch, datetime.now(UTC))
    fetch = found.fetch
    with collect_progress() as on_done:
        visits = collect(visited, collector, concurrency=fetch.concurrency, per_host=fetch.per_host, on_done=on_done)
        outcomes = asyncio.run(visits)
    for source, outcome in zip(visited, outcomes, strict=True):
        topic = f"source {source.id}"
        if isinstance(outcome, Failure):
            yield Finding(state="bad", topic=topic, message=f"{outcome.url}: {outcome.error}")
            continue
        articles = _count(outcome.entries, "article")
        state: Literal["ok", "note"] = "ok" if outcome.entries else "note"
        yield Finding(state=state, topic=topic, message=f"{outcome.title or source.address}: {articles}")
        yield from (Finding(state="note", topic=topic, message=one_line(problem)) for problem in outcome.problems)
        yield from _languages(outcome, topic)


def _languages(found: Collected, topic: str) -> Iterator[Finding]:
    """Those that more is understood of with a package that isn't there."""
    from digest.clean.articles import clean
    from digest.text.segmentation import install_hint

    for language in sorted({article.language for article in clean(found.entries[:_LOOKED_AT])}):
        if hint := install_hint(language):
            yield Finding(state="note", topic=topic, message=f"some articles are in {language!r}", hint=hint)


def _newsletter(newsletter: Newsletter, *, is_sent: bool) -> Iterator[Finding]:
    from digest.stories.summarizers import summarizer

    topic = f"newsletter {newsletter.id}"
    try:
        summarizer(newsletter.summarizer)
        size = _sample_bytes(newsletter.template)
    except DigestError as error:
        yield _bad(topic, error)
    else:
        kilobytes = f"{size / 1000:.0f} kB of HTML"
        yield Finding(state="ok", topic=topic, message=f"{newsletter.template!r} renders the sample, {kilobytes}")
    if not newsletter.sender:
        hint = 'set from = "Name <name@example.org>"'
        state: Literal["note", "bad"] = "bad" if is_sent else "note"
        yield Finding(state=state, topic=topic, message="it has no sender, so it can't be sent", hint=hint)


def _sample_bytes(template: str) -> int:
    """How big the sample is in this dress."""
    from digest.pipeline.preview import Request, preview
    from digest.render import RenderOptions, render
    from digest.settings import shipped_files

    request = Request(addresses=(str(shipped_files.config() / "sample"),))
    shown = preview(request, environ={}, now=datetime.now(UTC))
    return len(render(shown.digest, RenderOptions(template=template)).html.encode())


def _outgoing(found: Settings, *, offline: bool) -> Iterator[Finding]:
    from digest.cli.check import mail  # after Finding is there

    yield from mail.findings_on_silence(found)
    yield from mail.findings_on_server(found, offline=offline)
    yield from mail.findings_on_mailbox(found, offline=offline)
    yield from mail.findings_on_leaving(found)
    yield from mail.findings_on_footers(found)


def _deliverability(found: Settings) -> Iterator[Finding]:
    if found.smtp.host or found.dkim.key_file:
        from digest.cli.check.domains import findings_on_domains  # it loads cryptography

        yield from findings_on_domains(found)


def _bad(topic: str, error: DigestError) -> Finding:
    return Finding(state="bad", topic=topic, message=str(error), hint=error.hint)


def _count(things: tuple[object, ...], one: str) -> str:
    return f"{len(things)} {one}" + ("" if len(things) == 1 else "s")
