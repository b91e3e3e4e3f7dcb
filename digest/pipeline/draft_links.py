"""Links to a draft's page: signed for the editor whom the settings name, and good until a day after the slot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.link_token import LinkToken, Purpose, read_token
from digest.model.newsletters import Newsletter
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.settings import Settings

#: After the slot the page still tells what became of the draft.
OPEN_AFTER_SLOT = timedelta(days=1)
#: Versions of a token have at most nine digits.
_VERSIONS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLink:
    """The content of a link to a draft's page."""

    draft_id: int
    newsletter: Newsletter


def sign_draft_link(
    conn: Connection, draft_id: int, newsletter: Newsletter, settings: Settings, *, now: datetime
) -> str:
    """The token of the editor's link to the draft."""
    token = LinkToken(
        purpose=Purpose.DRAFT,
        issued=now,
        subscriber_id=draft_id,
        newsletter_id=newsletter.id,
        version=_editor_version(newsletter),
    )
    return sign_link(conn, token, settings.web)


def read_draft_link(conn: Connection, text: str, settings: Settings) -> DraftLink | None:
    """The link, if it is signed for a draft of a newsletter whose editor is still the same.

    Whether its time is over is for the caller to say, who knows the draft's slot.
    """
    token = read_token(text, Purpose.DRAFT, accepted_keys(conn, settings.web))
    if token is None:
        return None
    newsletter = next((each for each in settings.newsletters if each.id == token.newsletter_id), None)
    if newsletter is None or newsletter.editor is None or token.version != _editor_version(newsletter):
        return None
    return DraftLink(draft_id=token.subscriber_id, newsletter=newsletter)


def _editor_version(newsletter: Newsletter) -> int:
    """A number made from the editor's address: another editor's links have another one."""
    address = newsletter.editor.address.casefold() if newsletter.editor else ""
    return int.from_bytes(hashlib.sha256(f"draft editor {address}".encode()).digest()[:8]) % _VERSIONS
