"""SpamAssassin's scores of mails by its local rules, without the network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.checkers import program

_CONFIG = ("add_header all Found _TESTSSCORES(,)_", "fold_headers 0", "report_safe 0", "use_bayes 0")


def scores(mails: Iterable[bytes]) -> list[dict[str, float]]:
    """For each mail the rules that it matched, with their scores; higher is worse."""
    with TemporaryDirectory() as folder:
        box = Path(folder) / "box"
        box.write_bytes(
            b"".join(b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n" + _unix_lines(mail) for mail in mails)
        )
        run = subprocess.run(
            [program("spamassassin"), "--local", "--mbox", *(f"--cf={line}" for line in _CONFIG), box],
            capture_output=True,
            check=True,
        )
    headers = re.findall(rb"^X-Spam-Found: (.*)$", run.stdout, re.MULTILINE)
    return [
        {name: float(score) for name, score in re.findall(r"(\w+)=(-?[\d.]+)", header.decode())} for header in headers
    ]


def _unix_lines(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n") + b"\n"
