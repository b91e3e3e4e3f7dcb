"""``digest subscribers move``: another address for a subscriber."""

from __future__ import annotations

import argparse

from digest.cli.arguments import load_settings


def move(args: argparse.Namespace) -> int:
    """Change the address; return 1 if nobody has the old one, or the new one gets no mail."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.model.errors import UsageError
    from digest.model.mailbox import AddressError, Mailbox
    from digest.pipeline.manage_subscribers import move_subscriber
    from digest.store import open_store, subscribers

    settings = load_settings(args)
    try:
        old, new = (Mailbox.parse(text).address for text in (args.old, args.new))
    except AddressError as error:
        raise UsageError(str(error)) from error
    with open_store(settings.store.url) as store, store.begin() as conn:
        for address, reason in subscribers.suppression_reasons(conn, [new] if new != old else []).items():
            print_stderr(f"{address} gets no mail: {reason}", "to send to it again, add it with --again")
            return 1
        if not move_subscriber(conn, old, new, now=datetime.now(UTC)):
            print_stderr(f"nobody has the address {old}", "'digest subscribers list' lists a newsletter's subscribers")
            return 1
    print(new)
    return 0
