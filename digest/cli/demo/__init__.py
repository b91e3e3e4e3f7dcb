"""``digest demo``: the whole way on this machine, offline: feeds, mails in a browser, pages, editions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EXAMPLES = """\
Invented outlets publish an article every 40 seconds; an edition goes to reader@demo.example at once, and every two
minutes. Mails stay on this machine: a page shows them, those that confirm a subscription too. Ctrl-C ends it all, and
removes its folder.

examples:
  digest demo --open
  digest demo --port 8000                 mails at 8000, pages at 8001, SMTP at 8002
  digest demo --keep demo                 leaves its settings and store in ./demo, to look at
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--open", action="store_true", help="open the received mails in the browser")
    parser.add_argument("--port", type=int, metavar="N", help="use the ports N, N+1 and N+2 (default: any)")
    parser.add_argument("--keep", metavar="DIR", help="write settings and store there, and leave them")


def run(args: argparse.Namespace) -> int:
    """Run the demo until a signal stops it."""
    from digest.cli.demo.show import show_demo

    with _folder(args.keep) as folder:
        return show_demo(folder, first_port=args.port, opens_browser=args.open, verbose=args.verbose)


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A temporary folder, or the one to keep. Raises ``UsageError`` if that has settings already."""
    if keep is None:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="digest-demo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    from digest.cli.init.write import SETTINGS, refuse_to_overwrite

    folder = Path(keep).expanduser()
    refuse_to_overwrite(folder / SETTINGS)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    print(f"kept: {folder}; 'digest preview --config {folder / SETTINGS}' shows its last articles", file=sys.stderr)
