"""What ``digest sources`` changes: the settings file, with its comments kept."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digest.cli.arguments import find_source, load_settings, read_feed_list
from digest.cli.errors import print_stderr
from digest.cli.sources.discovery import tell, visit
from digest.collect.discovery.address import source_from_address, unused_id
from digest.model import Source
from digest.model.errors import DigestError, UsageError
from digest.model.protocols import Collected
from digest.settings import Settings
from digest.settings.atomic_write import atomic_write
from digest.settings.edit import with_sources, without_source


def add(args: argparse.Namespace) -> None:
    """Visit the address, and put it into the settings if there is something to read."""
    found, file = _settings_file(args)
    source = source_from_address(args.address, used_ids=[known.id for known in found.sources])
    source = replace(source, id=args.id or source.id, title=args.title, section=args.section)
    if any(other.id == source.id for other in found.sources):
        raise UsageError(f"there is a source {source.id!r} already", hint="give this one another --id")
    _refuse_known(source, found.sources)
    outcome = visit(source, found, args.allow)
    if isinstance(outcome, Collected):
        _refuse_known(replace(source, url=outcome.fetch_state.url or source.url), found.sources)
    elif not args.force:
        raise DigestError(f"{outcome.url}: {outcome.error}", hint="add it all the same with --force")
    tell(outcome)
    _write_with(file, [source])
    print(source.id)
    _say_unused(found)


def _refuse_known(source: Source, known: Sequence[Source]) -> None:
    for other in known:
        if _place(other) == _place(source):
            raise UsageError(f"{source.address} is there already, as {other.id!r}")


def _place(source: Source) -> str:
    """Where it is, without what makes no difference."""
    if source.path is not None:
        return str(source.path.resolve())
    return re.sub(r"^https?://(?:www\.)?", "", source.url, flags=re.IGNORECASE).rstrip("/")


def _say_unused(found: Settings) -> None:
    """Who names a newsletter's sources has to name new ones, too."""
    if found.newsletters and all(newsletter.sources for newsletter in found.newsletters):
        print_stderr("no newsletter reads what was added yet", "add it to 'sources' of one in the settings")


def import_(args: argparse.Namespace) -> None:
    """Add the feeds of a list that aren't there yet."""
    found, file = _settings_file(args)
    feeds = read_feed_list(args.file, found.fetch.permitting(args.allow))
    known, taken = {_place(source) for source in found.sources}, {source.id for source in found.sources}
    new: list[Source] = []
    for source in feeds:
        if _place(source) not in known:
            new.append(replace(source, id=unused_id(source.id, taken)))
            taken.add(new[-1].id)
    if new:
        _write_with(file, new)
    for source in new:
        print(source.id)
    print(f"{len(new)} added, {len(feeds) - len(new)} there already", file=sys.stderr)
    if new:
        _say_unused(found)


def remove(args: argparse.Namespace) -> None:
    """Take a source out of the settings, and out of the newsletters that name it."""
    found, file = _settings_file(args)
    source = find_source(args.id, found.sources)
    _refuse_if_only(source, found)
    atomic_write(file, without_source(file.read_text("utf-8"), source.id))
    print(f"removed {source.id}; what it brought is kept", file=sys.stderr)


def _refuse_if_only(source: Source, found: Settings) -> None:
    """A newsletter without sources takes all, which nobody means who removes its last one."""
    for newsletter in found.newsletters:
        if newsletter.sources == (source.id,):
            hint = "name another source for it first, or delete its line 'sources' if it may use all"
            raise UsageError(f"{source.id!r} is the only source of newsletter {newsletter.id!r}", hint=hint)


def _write_with(file: Path, new: Sequence[Source]) -> None:
    atomic_write(file, with_sources(file.read_text("utf-8"), new, folder=file.parent))


def _settings_file(args: argparse.Namespace) -> tuple[Settings, Path]:
    found = load_settings(args)
    if found.file is None:
        raise UsageError("there are no settings to change", hint="write some: digest init")
    return found, found.file
