"""The command line: one module, or one folder, for each command, imported when it is named.

A command's module has ``configure(parser)``, which declares what it takes and shows an example, and ``run(args)``,
which does it and returns the exit code. Data goes to stdout, talk to stderr. Nothing heavy is imported here, since
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
    "collect": "fetch the sources once",
    "init": "write a starter configuration",
    "check": "settings, sources, templates, store: each with what to do next",
    "sources": "add, list, show, remove, import, export or discover sources",
    "subscribers": "add, list, remove, import or export readers",
    "editions": "list, show or resend editions",
    "bounces": "read a bounce, a complaint or a mail that unsubscribes",
    "status": "next slots, last editions, queue, sources",
    "dkim": "make a key that signs mails",
    "db": "bring the store's tables up to date",
    "completion": "print a shell's completion script",
}

FAILED, WRONG_USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


def main(argv: Sequence[str]) -> int:
    """Do what ``argv`` says and return the exit code; every error has become one clear message on stderr."""
    try:
        try:
            return _perform(argv)
        finally:
            _flush()
    except SystemExit as leaving:  # argparse has printed its help
        return leaving.code if isinstance(leaving.code, int) else 0
    except BaseException as error:  # noqa: BLE001  # the outermost edge: Ctrl-C and bugs too
        from digest.cli.errors import explain

        return explain(error, verbose="--verbose" in argv)


def _perform(argv: Sequence[str]) -> int:
    from digest.cli.parser import parse

    args = parse(argv)
    _hush(verbose=args.verbose)
    # numpy reads it when it is imported: our matrices are too small to share, and to wait for helpers takes longer.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run = import_module(f"digest.cli.{args.command}").run
    return int(run(args))


def _hush(*, verbose: bool) -> None:
    """Keep the talk of libraries to those who ask for it; let no odd character stop the output."""
    import logging
    import warnings

    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    else:
        logging.getLogger().addHandler(logging.NullHandler())
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _flush() -> None:
    """Write out what is still held back; raises ``OSError`` here, not after everything, where nobody could catch it."""
    if sys.stdout is None:  # closed by the caller: ``>&-``
        return
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes once more as it ends: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
