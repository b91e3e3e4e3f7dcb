"""``digest check``: is everything as it must be, and what to do where it isn't; changes nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.cli.check.finding import Finding

_EXAMPLES = """\
examples:
  digest check
  digest check --offline                  visit nothing that needs the network
  digest check --json | jq '.[] | select(.state == "bad")'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--offline", action="store_true", help="visit no source on the web, and no mail server")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Print every finding; 1 if one of them is bad. Raises ``SettingsError`` if there is nothing to go by."""
    from digest.cli.check.checks import findings_on

    found = load_settings(args)
    findings = [*findings_on(found, offline=args.offline)]
    if args.json:
        import json
        from dataclasses import asdict

        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"{finding.state:<5} {finding.topic}: {finding.message}")
        if finding.hint:
            print(f"      → {finding.hint}")
    bad = sum(finding.state == "bad" for finding in findings)
    print(f"{bad} to mend" if bad else "nothing to mend", file=sys.stderr)
