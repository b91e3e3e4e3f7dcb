"""``digest check``: test settings, store, sources, templates and mail; say what to do next; change nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.cli.check.findings import Finding

_EXAMPLES = """\
examples:
  digest check
  digest check --offline                  without the network
  digest check --json | jq '.[] | select(.state == "bad")'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--offline", action="store_true", help="fetch no source on the web, ask no mail server")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Print every finding; return 1 if one of them is bad. Raises ``SettingsError`` for settings that are wrong."""
    from digest.cli.check.checks import all_findings

    findings = [*all_findings(load_settings(args), offline=args.offline)]
    print_findings(findings, as_json=args.json)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def print_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings, and how many are bad."""
    if as_json:
        import json
        from dataclasses import asdict

        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
        return
    for finding in findings:
        print(f"{finding.state:<5} {finding.topic}: {finding.message}")
        if finding.hint:
            print(f"      → {finding.hint}")
    problems = sum(finding.state == "bad" for finding in findings)
    summary = {0: "no problems", 1: "1 problem to fix"}.get(problems, f"{problems} problems to fix")
    print(summary, file=sys.stderr)
