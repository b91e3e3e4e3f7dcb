"""``digest collect``: fetch the sources once and store what is new."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.model.newsletters import Source
    from digest.pipeline.collect import CollectResult
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest collect
  digest collect gazette herald           only these sources
  digest collect --json | jq .new
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("ids", nargs="*", metavar="ID", help="which sources (default: all)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Collect; return 1 if every source failed."""
    from datetime import UTC, datetime

    from digest.cli.errors import log_tracebacks, print_failures
    from digest.cli.progress import collect_progress
    from digest.pipeline.app import make_app
    from digest.pipeline.collect import collect_sources

    settings = load_settings(args)
    now = datetime.now(UTC)
    app = make_app(settings)
    with app.store, collect_progress() as on_done:
        result = collect_sources(_chosen_sources(args.ids, settings), app, now=now, on_done=on_done)
    if args.json:
        print(_as_json(result))
    print_failures((*result.failures, *result.problems))
    log_tracebacks(result.exceptions)
    print(_summary(result), file=sys.stderr if args.json else sys.stdout)
    return 1 if result.all_failed else 0


def _chosen_sources(ids: Sequence[str], settings: Settings) -> tuple[Source, ...]:
    """Return the sources with these ids, or all if there are none. Raises ``UsageError`` for an unknown id."""
    from digest.cli.arguments import find_source
    from digest.model.errors import UsageError

    if not settings.sources:
        raise UsageError("there are no sources", hint="add one: digest sources add https://example.org")
    return tuple(find_source(id_, settings.sources) for id_ in ids) or settings.sources


def _summary(result: CollectResult) -> str:
    read = len(result.outcomes) - len(result.failures)
    articles = "1 new article" if result.new_articles == 1 else f"{result.new_articles} new articles"
    busy = f"; {result.busy} left out, since another process is fetching them" if result.busy else ""
    return f"{articles} from {read} of {len(result.outcomes)} sources{busy}"


def _as_json(result: CollectResult) -> str:
    import json

    document = {
        "new": result.new_articles,
        "sources": len(result.outcomes),
        "busy": result.busy,
        "failures": [
            {"source": failure.source, "url": failure.url, "error": failure.error}
            for failure in (*result.failures, *result.problems)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
