"""Which newsletter a command is about."""

from __future__ import annotations

from digest.model import Newsletter
from digest.model.errors import UsageError
from digest.settings.types import Settings
from digest.text.suggest import nearest


def newsletter_of(found: Settings, newsletter_id: str | None) -> Newsletter:
    """The newsletter with that id, or the only one. Raises ``UsageError`` with the ids there are."""
    by_id = {newsletter.id: newsletter for newsletter in found.newsletters}
    if not by_id:
        raise UsageError(
            "no newsletter is configured",
            hint="add a [[newsletters]] section to digest.toml, or write one with 'digest init'",
        )
    if newsletter_id is None and len(by_id) == 1:
        return found.newsletters[0]
    if newsletter_id is None:
        raise UsageError("which newsletter?", hint=f"choose with -n one of {', '.join(by_id)}")
    if newsletter_id not in by_id:
        close = nearest(newsletter_id, tuple(by_id))
        hint = f"did you mean {close!r}?" if close else f"there is {', '.join(by_id)}"
        raise UsageError(f"no newsletter {newsletter_id!r}", hint=hint)
    return by_id[newsletter_id]
