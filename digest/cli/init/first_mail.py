"""The first mail of new settings: a test mail of the newsletter, which is recorded nowhere."""

from __future__ import annotations

from pathlib import Path

from digest.model.mailbox import Mailbox


def send_first_mail(file: Path, to: Mailbox) -> None:
    """Fetch the sources, compose the digest and mail it. Raises ``DigestError``."""
    import os
    from datetime import UTC, datetime

    from digest.cli.send.draft import open_draft
    from digest.pipeline.deliver import send_one
    from digest.settings import load

    settings, now = load(file, os.environ), datetime.now(UTC)
    newsletter = settings.newsletters[0]
    with open_draft(newsletter, settings, now=now, new_revision=False, collect=True) as draft:
        send_one(draft.edition, newsletter, to, draft.app, now=now, stories=draft.content)
