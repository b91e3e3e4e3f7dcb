"""``digest sources add``, ``import`` and ``remove``: change the settings file and keep its comments."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digest.cli.arguments import find_source, load_settings, read_feed_list
from digest.cli.errors import print_stderr
from digest.cli.sources.discovery import describe, fetch_source
from digest.cli.sources.mailboxes import try_mailbox, with_password, write_password
from digest.cli.sources.senders import parse_senders
from digest.collect.discovery.address import source_from_address, unused_id
from digest.model.errors import DigestError, UsageError
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.pipeline.mail_senders import has_senders
from digest.settings import Settings
from digest.settings.atomic_write import atomic_write
from digest.settings.edit import add_sources, remove_source


def add(args: argparse.Namespace) -> None:
    """Fetch the address, and add it to the settings if there is something to read (or with ``--force``)."""
    settings, file = _settings_file(args)
    used_ids = [existing.id for existing in settings.sources]
    source = source_from_address(args.address, used_ids=used_ids, takes_mailboxes=True)
    senders = parse_senders(args.sender)
    source = replace(source, id=args.id or source.id, title=args.title, section=args.section, senders=senders)
    if any(existing.id == source.id for existing in settings.sources):
        raise UsageError(f"there is a source {source.id!r} already", hint="choose another --id for this one")
    _refuse_duplicate(source, settings.sources)
    if has_senders(source):
        _add_mail_folder(source, args, settings, file)
    else:
        _add_articles(source, args, settings, file)
    print(source.id)
    _warn_if_unused(settings)


def _add_mail_folder(source: Source, args: argparse.Namespace, settings: Settings, file: Path) -> None:
    if source.mailbox is None:
        try_mailbox(source, settings, force=args.force)
        _write_sources(file, [source])
        return
    source, password_file = with_password(source, args, file.parent)
    try_mailbox(source, settings, force=args.force)
    write_password(source, password_file)
    names = {source.id: password_file.name_in(file.parent)}
    atomic_write(file, add_sources(file.read_text("utf-8"), [source], folder=file.parent, password_files=names))


def _add_articles(source: Source, args: argparse.Namespace, settings: Settings, file: Path) -> None:
    if source.senders and source.path is None:
        raise UsageError("--sender is for mails: a mailbox, a Maildir or a folder of .eml files")
    outcome = fetch_source(source, settings, args.allow)
    if isinstance(outcome, Collected):
        _refuse_duplicate(replace(source, url=outcome.fetch_state.url or source.url), settings.sources)
    elif not args.force:
        raise DigestError(f"{outcome.url}: {outcome.error}", hint="add it all the same with --force")
    describe(outcome)
    _write_sources(file, [source])


def import_opml(args: argparse.Namespace) -> None:
    """Add the feeds of a list that are not in the settings yet."""
    settings, file = _settings_file(args)
    feeds = read_feed_list(args.file, settings.fetch.permitting(args.allow))
    locations, ids = {_location(source) for source in settings.sources}, {source.id for source in settings.sources}
    new: list[Source] = []
    for source in feeds:
        if _location(source) not in locations:
            new.append(replace(source, id=unused_id(source.id, ids)))
            ids.add(new[-1].id)
    if new:
        _write_sources(file, new)
    for source in new:
        print(source.id)
    print(f"{len(new)} added, {len(feeds) - len(new)} there already", file=sys.stderr)
    if new:
        _warn_if_unused(settings)


def remove(args: argparse.Namespace) -> None:
    """Remove a source from the settings, and from the newsletters that name it."""
    settings, file = _settings_file(args)
    source = find_source(args.id, settings.sources)
    _refuse_if_only_source(source, settings)
    atomic_write(file, remove_source(file.read_text("utf-8"), source.id))
    print(f"removed {source.id}; its articles are kept", file=sys.stderr)


def _refuse_duplicate(source: Source, sources: Sequence[Source]) -> None:
    for existing in sources:
        if _location(existing) == _location(source):
            raise UsageError(f"{source.address} is there already, as {existing.id!r}")


def _location(source: Source) -> str:
    """Return the source's path or mailbox, or its URL without scheme, ``www.`` and final slash."""
    if source.mailbox:
        return str(source.mailbox)
    if source.path is not None:
        return str(source.path.resolve())
    return re.sub(r"^https?://(?:www\.)?", "", source.url, flags=re.IGNORECASE).rstrip("/")


def _warn_if_unused(settings: Settings) -> None:
    """Warn if every newsletter names its sources, so that none uses a new one."""
    if settings.newsletters and all(newsletter.sources for newsletter in settings.newsletters):
        print_stderr("no newsletter uses what was added yet", "add it to 'sources' of a newsletter in the settings")


def _refuse_if_only_source(source: Source, settings: Settings) -> None:
    """Refuse to leave a newsletter without sources: it would then use all of them."""
    for newsletter in settings.newsletters:
        if newsletter.sources == (source.id,):
            hint = "name another source for it first, or delete its line 'sources' if it may use all"
            raise UsageError(f"{source.id!r} is the only source of newsletter {newsletter.id!r}", hint=hint)


def _write_sources(file: Path, new: Sequence[Source]) -> None:
    atomic_write(file, add_sources(file.read_text("utf-8"), new, folder=file.parent))


def _settings_file(args: argparse.Namespace) -> tuple[Settings, Path]:
    settings = load_settings(args)
    if settings.file is None:
        raise UsageError("there are no settings to change", hint="write some: digest init")
    return settings, settings.file
