"""``digest sources allow`` and ``refuse``: decide whose mails are read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from digest.cli.arguments import find_source, load_settings
from digest.model.errors import UsageError
from digest.model.newsletters import Source
from digest.pipeline.mail_senders import decide_sender, has_senders
from digest.settings.mail_converters import parse_sender
from digest.settings.value_checks import InvalidValue
from digest.store import open_store


def allow(args: argparse.Namespace) -> None:
    """Read these senders' mails; what waited comes in with the next collection."""
    _decide(args, is_allowed=True)


def refuse(args: argparse.Namespace) -> None:
    """Leave these senders' mails unread."""
    _decide(args, is_allowed=False)


def parse_senders(names: Sequence[str]) -> tuple[str, ...]:
    """Senders as they are compared. Raises ``UsageError``."""
    try:
        return tuple(parse_sender(name.strip().removeprefix("<").removesuffix(">")) for name in names)
    except InvalidValue as error:
        raise UsageError(str(error)) from error


def _decide(args: argparse.Namespace, *, is_allowed: bool) -> None:
    settings = load_settings(args)
    source = find_source(args.id, settings.sources)
    senders = _senders(args, source)
    with open_store(settings.store.url, direct_url=settings.store.direct_url) as store, store.begin() as conn:
        now = datetime.now(UTC)
        waiting = {name: decide_sender(conn, source, name, is_allowed=is_allowed, at=now) for name in senders}
    for name, number in waiting.items():
        print(f"{'allowed' if is_allowed else 'refused'} {name}: {_effect(number, is_allowed)}", file=sys.stderr)


def _effect(number: int, is_allowed: bool) -> str:
    mails = "1 mail" if number == 1 else f"{number} mails"
    if not number:
        return "no mail waits"
    return (
        f"{mails} that waited, if verified, will be read by 'digest collect'" if is_allowed else f"{mails} left unread"
    )


def _senders(args: argparse.Namespace, source: Source) -> list[str]:
    if not has_senders(source):
        hint = "these commands are for a mailbox or a Maildir; of a folder of .eml files, set senders in the settings"
        raise UsageError(f"nobody waits at {source.address}", hint=hint)
    senders = list(parse_senders(args.senders))
    if "*" in senders:
        raise UsageError("'*' can't be decided here", hint=f'set senders = ["*"] for source {source.id!r}')
    return senders
