"""What SpamAssassin's own rules say of mails, without the network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.checkers import program

_WANTED = ("add_header all Found _TESTSSCORES(,)_", "fold_headers 0", "report_safe 0", "use_bayes 0")


def points(mails: Iterable[bytes]) -> list[dict[str, float]]:
    """The rules that each mail met, and what they count; more is worse."""
    with TemporaryDirectory() as folder:
        box = Path(folder) / "box"
        box.write_bytes(b"".join(b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n" + _lines(mail) for mail in mails))
        run = subprocess.run(
            [program("spamassassin"), "--local", "--mbox", *(f"--cf={line}" for line in _WANTED), box],
            capture_output=True,
            check=True,
        )
    found = re.findall(rb"^X-Spam-Found: (.*)$", run.stdout, re.MULTILINE)
    return [{name: float(score) for name, score in re.findall(r"(\w+)=(-?[\d.]+)", line.decode())} for line in found]


def _lines(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n") + b"\n"
