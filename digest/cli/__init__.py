"""Command line: one module or package for each command, imported only when that command is named.

A command's module has ``configure(parser)``, which declares its arguments and an example, and ``run(args)``, which
does the work and returns the exit code. Data goes to stdout, messages to stderr. Nothing heavy is imported here, since
``--help`` and completion should answer at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "preview": "compose and render; change nothing",
    "send": "publish and deliver now",
    "run": "collect, publish and deliver on schedule, until stopped",
    "worker": "do jobs that 'digest run' queues, on any number of machines",
    "serve": "serve the subscribers' pages, until stopped",
    "web": "set the password of the operator's pages",
    "collect": "fetch the sources once",
    "init": "write a starter configuration",
    "demo": "show the whole way on this machine, in a browser",
    "check": "test settings, sources, templates, store and mail server",
    "sources": "add, list, show, remove, import, export or discover sources",
    "subscribers": "add, list, show, move, remove, import or export subscribers",
    "editions": "list, show or resend editions",
    "bounces": "process bounces, complaints and unsubscribe mails",
    "status": "show next slots, last editions, delivery queue and sources",
    "plugins": "list collectors, rankers, summarizers and mailers",
    "dkim": "make a key that signs mails",
    "db": "back up, restore, check, upgrade or copy the store",
    "completion": "print a completion script for a shell",
}

FAILED, WRONG_USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


def main(argv: Sequence[str]) -> int:
    """Run the command in ``argv`` and return its exit code; every error becomes one message on stderr."""
    try:
        try:
            return _run_command(argv)
        finally:
            _flush_stdout()
    except SystemExit as stop:  # argparse has printed its help
        return stop.code if isinstance(stop.code, int) else 0
    except BaseException as error:  # noqa: BLE001  # the outermost edge: Ctrl-C and bugs too
        from digest.cli.errors import report_error

        return report_error(error, verbose="--verbose" in argv)


def _run_command(argv: Sequence[str]) -> int:
    from digest.cli.parser import parse_args

    args = parse_args(argv)
    _configure_output(verbose=args.verbose)
    # Read by numpy at import: our matrices are too small for several threads, which would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What PostgreSQL's statistics and logs call our connections, unless the user has named them.
    if os.environ.get("PGAPPNAME", "digest ").startswith("digest "):
        os.environ["PGAPPNAME"] = f"digest {args.command}"
    run = import_module(f"digest.cli.{args.command}").run
    return int(run(args))


def _configure_output(*, verbose: bool) -> None:
    """Show logs and warnings of libraries only with ``--verbose``; replace characters that stdout can't encode."""
    import logging
    import warnings

    if verbose:
        from digest.cli.errors import RedactingFormatter

        handler = logging.StreamHandler()
        handler.setFormatter(RedactingFormatter("%(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
    else:
        logging.getLogger().addHandler(logging.NullHandler())
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _flush_stdout() -> None:
    """Flush stdout here, where an ``OSError`` can still be reported, and not at interpreter exit."""
    if sys.stdout is None:  # closed by the caller: ``>&-``
        return
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes again at exit; that must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
