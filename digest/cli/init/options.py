"""Options of ``digest init`` → answers. Raises ``UsageError`` before anything is written."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from digest.cli.init.answers import Given, parse_title, parse_when, parse_zone
from digest.cli.init.feed_lists import FoundList, find_lists, join_sources, read_list
from digest.cli.init.providers import parse_server
from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Source
from digest.model.secret import Secret
from digest.settings.types import SmtpSettings


def given_answers(args: argparse.Namespace, environ: Mapping[str, str]) -> Given:
    """The answers that the options give."""
    lists = [*_named_lists(args, environ)]
    sources: tuple[Source, ...] = _opml_sources(args.opml)
    for found in lists:
        sources = join_sources(sources, found.feeds.sources)
    recipient = Mailbox.parse(args.to) if args.to else None
    if args.send and (recipient is None or not args.smtp) and args.yes:
        raise UsageError("--send needs to know where and how", hint="add --to ADDRESS and --smtp HOST:PORT")
    return Given(
        folder=Path(args.folder).expanduser(),
        sources=_add_addresses(sources, args.addresses),
        allow=tuple(args.allow),
        title=parse_title(args.title) if args.title is not None else None,
        recipient=recipient,
        sender=Mailbox.parse(args.sender) if args.sender else None,
        smtp=_smtp(args),
        schedule=parse_when(args.at) if args.at is not None else None,
        timezone=parse_zone(args.timezone) if args.timezone is not None else None,
        send=args.send,
        usual_recipient=next((found.to for found in lists if found.to), ""),
    )


def _named_lists(args: argparse.Namespace, environ: Mapping[str, str]) -> Iterator[FoundList]:
    from digest.cli.errors import print_stderr

    for program, option in (("newsboat", args.newsboat), ("rss2email", args.rss2email)):
        if option is None:
            continue
        found = read_list(program, Path(option)) if option else _usual_list(program, environ)
        for problem in found.feeds.problems:
            print_stderr(f"{found.file}: {problem}")
        yield found


def _usual_list(program: str, environ: Mapping[str, str]) -> FoundList:
    for found in find_lists(environ, Path("/nonexistent")):
        if found.program == program:
            return found
    raise UsageError(f"no list of {program} in its usual places", hint=f"name the file: --{program} FILE")


def _opml_sources(opml: str | None) -> tuple[Source, ...]:
    if opml is None:
        return ()
    from digest.cli.arguments import read_feed_list
    from digest.settings import FetchSettings

    return read_feed_list(opml, FetchSettings())


def _add_addresses(sources: tuple[Source, ...], addresses: list[str]) -> tuple[Source, ...]:
    from digest.collect.discovery.address import source_from_address

    for address in addresses:
        sources = (*sources, source_from_address(address, used_ids=[source.id for source in sources]))
    return sources


def _smtp(args: argparse.Namespace) -> SmtpSettings | None:
    if not args.smtp:
        if args.smtp_user or args.smtp_password_file:
            raise UsageError("a login without a mail server", hint="add --smtp HOST:PORT")
        return None
    smtp = replace(parse_server(args.smtp), username=args.smtp_user or "")
    if not args.smtp_password_file:
        return smtp
    try:
        password = Path(args.smtp_password_file).expanduser().read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise UsageError(f"{args.smtp_password_file}: can't be read: {error}") from error
    return replace(smtp, password=Secret(password))
