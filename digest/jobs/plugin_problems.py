"""Plugins that fail, edition after edition, as problems that the operator must hear of."""

from __future__ import annotations

from sqlalchemy import Connection

from digest.jobs.problems import Alarm
from digest.model.newsletters import Newsletter
from digest.store import plugin_failures
from digest.text.time_format import utc_time

_HINT = "What to do: 'digest plugins list' tries it; mend it, or take its name out of the settings."


def find_plugin_alarms(conn: Connection, newsletter: Newsletter) -> tuple[Alarm, ...]:
    """Plugins of the newsletter that failed for its latest edition, if its settings still name them."""
    named = {("ranker", newsletter.ranker), ("summarizer", newsletter.summarizer)}
    return tuple(
        Alarm(
            newsletter_id=newsletter.id,
            subject=f"goes out without its {plugin.point}",
            message=f"{plugin.error}; so since {utc_time(plugin.since)}: {plugin.instead}",
            since=plugin.since,
            hint=_HINT,
            topic=f"plugin {plugin.point}",
        )
        for plugin in plugin_failures.of_newsletter(conn, newsletter.id)
        if (plugin.point, plugin.name) in named
    )
