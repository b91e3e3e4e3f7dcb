"""``digest subscribers show``: everything that is stored about an address, as its owner gets it on a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence

from digest.cli.arguments import load_settings


def show(args: argparse.Namespace) -> int:
    """Print it; return 1 if nothing is stored."""
    from digest.cli.errors import print_stderr
    from digest.model.errors import UsageError
    from digest.model.mailbox import AddressError, Mailbox
    from digest.store import open_store, personal_data

    settings = load_settings(args)
    try:
        address = Mailbox.parse(args.address).address
    except AddressError as error:
        raise UsageError(str(error)) from error
    with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
        data = personal_data.collect(conn, address)
    if args.json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for line in _lines(data):
            print(line)
    if not data:
        print_stderr(f"nothing is stored about {address}", "'digest subscribers list' lists a newsletter's subscribers")
    return 0 if data else 1


def _lines(data: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[str]:
    """A block for each table: its name, then a line for each row with what is not empty."""
    for index, (table, rows) in enumerate(data.items()):
        if index:
            yield ""
        yield table.replace("_", " ")
        for row in rows:
            yield "  " + "  ".join(
                f"{name}={_text(value)}" for name, value in row.items() if value not in ("", None, {})
            )


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
