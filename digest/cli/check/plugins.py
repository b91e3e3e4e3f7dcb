"""Checks of plugins: is each part that the settings name found, and can it be imported?"""

from __future__ import annotations

from collections.abc import Iterator

from digest.cli.check.findings import Finding, bad, from_error, ok
from digest.model.errors import UsageError
from digest.settings import Settings


def check_plugins(settings: Settings) -> Iterator[Finding]:
    """Find each part by its name; import those of plugins, each in a process of its own."""
    from digest.pipeline.parts import plugin_folder
    from digest.pipeline.plugin_status import plugin_problem, plugin_uses
    from digest.settings.plugins import find_plugin

    for use in plugin_uses(settings):
        try:
            plugin = find_plugin(use.point, use.name, folder=plugin_folder(settings))
        except UsageError as error:
            yield from_error(use.used_by, error)
            continue
        if problem := plugin_problem(plugin, settings):
            yield bad(use.used_by, problem, "'digest plugins list' shows all plugins")
        elif not plugin.is_built_in:
            yield ok(use.used_by, f"{plugin.title} can be used")
