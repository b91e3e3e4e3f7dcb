"""Tries answers out while they are given: fetches sources, connects to the mail server; nothing is stored or sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from digest.model.failures import Failure
    from digest.model.newsletters import Source
    from digest.model.protocols import Collected, Envelope, ServerReport
    from digest.settings import SmtpSettings


class Trials(Protocol):
    """Tests of sources and mail servers."""

    def fetch(self, sources: Sequence[Source], allow: Sequence[str]) -> Sequence[Collected | Failure]:
        """Fetch the sources; outcomes are in their order."""

    def probe(self, smtp: SmtpSettings, envelope: Envelope) -> ServerReport:
        """Connect, log in, and try the envelope. Raises ``DigestError``."""


class NetworkTrials:
    """Tests over the network, with progress on the terminal."""

    def fetch(self, sources: Sequence[Source], allow: Sequence[str]) -> Sequence[Collected | Failure]:
        """Fetch the sources concurrently."""
        import asyncio
        from datetime import UTC, datetime

        from digest.cli.progress import collect_progress
        from digest.collect.collector import make_collector
        from digest.collect.concurrent import collect
        from digest.settings import FetchSettings

        fetch = FetchSettings().permitting(allow)
        with collect_progress() as on_done:
            return asyncio.run(collect(sources, make_collector(fetch, datetime.now(UTC)), on_done=on_done))

    def probe(self, smtp: SmtpSettings, envelope: Envelope) -> ServerReport:
        """Ask the server."""
        from digest.deliver.mailers import probe

        return probe(smtp, [envelope])
