"""Keys that sign delivery tokens: ``[web] secret``, the ones before it, and the store's own key."""

from __future__ import annotations

from sqlalchemy import Connection

from digest.settings import WebSettings
from digest.store import keys


def signing_key(conn: Connection, web: WebSettings) -> str:
    """The key of new signatures: the secret; the store's own key if none is set."""
    return web.secret.reveal() or keys.store_key(conn)


def accepted_keys(conn: Connection, web: WebSettings) -> tuple[str, ...]:
    """The keys whose signatures prove a token; mails of the past may carry any of them."""
    secrets = (secret.reveal() for secret in (web.secret, *web.previous_secrets) if secret)
    return *secrets, keys.store_key(conn)
