"""``digest plugins list``: collectors, rankers, summarizers and mailers, and why one can't be used."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.pipeline.plugin_status import PluginStatus

_EXAMPLES = """\
examples:
  digest plugins list                     what is built in, what is installed, what the settings name
  digest plugins list --json | jq '.[] | select(.state == "not loaded")'
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions({"list": "list what is found, with version, origin, and why one isn't loaded"})
    actions["list"].add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Print every part; a plugin that can't be used is no failure of the command."""
    from digest.pipeline.plugin_status import plugin_statuses

    statuses = plugin_statuses(load_settings(args))
    if args.json:
        print(json.dumps([_as_json(status) for status in statuses], ensure_ascii=False, indent=2))
    else:
        _print(statuses)
    return 0


def _as_json(status: PluginStatus) -> dict[str, object]:
    plugin = status.plugin
    return {
        "point": str(plugin.point),
        "name": plugin.name,
        "state": status.state,
        "problem": status.problem,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "location": plugin.location,
        "target": plugin.target,
        "used_by": list(status.used_by),
    }


def _print(statuses: Sequence[PluginStatus]) -> None:
    width = max(len(status.plugin.name) for status in statuses)
    for status in statuses:
        plugin = status.plugin
        origin = "" if plugin.is_built_in else f"{plugin.distribution} {plugin.version}".strip() or plugin.folder
        used_by = f"used by {', '.join(status.used_by)}" if status.used_by else ""
        details = "; ".join(filter(None, (origin, used_by)))
        print(f"{plugin.point:<10}  {plugin.name:<{width}}  {status.state:<10}  {details}".rstrip())
        if status.problem:
            print(f"            {status.problem}")
