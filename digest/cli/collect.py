"""``digest collect``: fetch the sources once and store what is new."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.model.failures import Failure
    from digest.model.newsletters import Source
    from digest.pipeline.app import App
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

    from digest.cli.corrections import watch_corrections
    from digest.cli.errors import log_tracebacks, print_failures
    from digest.cli.progress import collect_progress
    from digest.pipeline.app import make_app
    from digest.pipeline.collect import collect_sources

    settings = load_settings(args)
    now = datetime.now(UTC)
    app = make_app(settings)
    if settings.jobs.engine == "procrastinate":
        with app.store:
            return _collect_by_workers(args, app)
    with app.store:
        with collect_progress() as on_done:
            result = collect_sources(_chosen_sources(args.ids, settings), app, now=now, on_done=on_done)
        watch_corrections(app, now=now)
    if args.json:
        print(_as_json(result.new_articles, len(result.outcomes), (*result.failures, *result.problems)))
    print_failures((*result.failures, *result.problems))
    log_tracebacks(result.exceptions)
    read = len(result.outcomes) - len(result.failures)
    summary = _summary(result.new_articles, read, len(result.outcomes))
    print(summary, file=sys.stderr if args.json else sys.stdout)
    return 1 if result.all_failed else 0


def _collect_by_workers(args: argparse.Namespace, app: App) -> int:
    """Let workers fetch the sources; return 1 if every source failed, or not all are fetched."""
    from digest.cli import INTERRUPTED
    from digest.cli.errors import print_failures
    from digest.jobs.service import distributed_engine

    with distributed_engine():
        from digest.cli.queued_collect import collect_by_workers
    wanted = _chosen_sources(args.ids, app.settings)
    result = collect_by_workers(wanted, app)
    if result.is_interrupted:
        return INTERRUPTED
    if args.json:
        print(_as_json(result.new_articles, result.sources, result.failures))
    print_failures(result.failures)
    read = result.sources - len(result.failures)
    print(_summary(result.new_articles, read, result.sources), file=sys.stderr if args.json else sys.stdout)
    return 0 if result.is_over and read else 1


def _chosen_sources(ids: Sequence[str], settings: Settings) -> tuple[Source, ...]:
    """Return the sources with these ids, or all if there are none. Raises ``UsageError`` for an unknown id."""
    from digest.cli.arguments import find_source
    from digest.model.errors import UsageError

    if not settings.sources:
        raise UsageError("there are no sources", hint="add one: digest sources add https://example.org")
    return tuple(find_source(id_, settings.sources) for id_ in ids) or settings.sources


def _summary(new_articles: int, read: int, number: int) -> str:
    articles = "1 new article" if new_articles == 1 else f"{new_articles} new articles"
    return f"{articles} from {read} of {number} sources"


def _as_json(new_articles: int, number: int, failures: Iterable[Failure]) -> str:
    import json

    document = {
        "new": new_articles,
        "sources": number,
        "failures": [{"source": failure.source, "url": failure.url, "error": failure.error} for failure in failures],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
