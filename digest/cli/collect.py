"""``digest collect``: visit the sources once and keep what is new."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.model import Source
    from digest.pipeline.collect import CollectResult
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest collect
  digest collect gazette herald           only these sources
  digest collect --json | jq .new
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("ids", nargs="*", metavar="ID", help="which sources (default: all)")
    parser.add_argument("--json", action="store_true", help="print what came as JSON")


def run(args: argparse.Namespace) -> int:
    """Collect; 1 if every source failed."""
    from datetime import UTC, datetime

    from digest.cli.progress import collect_progress
    from digest.pipeline.app import make_app
    from digest.pipeline.collect import collect_sources

    found = load_settings(args)
    now = datetime.now(UTC)
    app = make_app(found)
    with app.store, collect_progress() as on_done:
        gathered = collect_sources(_wanted(args.ids, found), app, now=now, on_done=on_done)
    if args.json:
        print(_as_json(gathered))
    _tell(gathered, as_json=args.json)
    return 1 if gathered.all_failed else 0


def _wanted(ids: Sequence[str], found: Settings) -> tuple[Source, ...]:
    """The sources of those ids; all where none is named. Raises ``UsageError`` for an id that there isn't."""
    from digest.cli.arguments import find_source
    from digest.model.errors import UsageError

    if not found.sources:
        raise UsageError("there are no sources", hint="add one: digest sources add https://example.org")
    return tuple(find_source(name, found.sources) for name in ids) or found.sources


def _tell(gathered: CollectResult, *, as_json: bool) -> None:
    from digest.cli.errors import print_stderr

    for failure in (*gathered.failures, *gathered.problems):
        print_stderr(f"{failure.source} ({failure.url}): {failure.error}")
    read = len(gathered.outcomes) - len(gathered.failures)
    articles = "1 new article" if gathered.new_articles == 1 else f"{gathered.new_articles} new articles"
    line = f"{articles} from {read} of {len(gathered.outcomes)} sources"
    print(line, file=sys.stderr if as_json else sys.stdout)


def _as_json(gathered: CollectResult) -> str:
    import json

    document = {
        "new": gathered.new_articles,
        "sources": len(gathered.outcomes),
        "failures": [
            {"source": failure.source, "url": failure.url, "error": failure.error}
            for failure in (*gathered.failures, *gathered.problems)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
