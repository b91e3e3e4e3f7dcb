"""Opens our mailers: SMTP, or a folder of ``.eml`` files, which is a short example of a mailer.

Those of plugins run in a process of their own (``processes/mailer_process.py``); ``config/PLUGINS.md`` shows how to
write one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.model.errors import UsageError
from digest.model.protocols import ServerReport, ignore_notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model.protocols import Envelope, Mailer, Notify
    from digest.settings import SmtpSettings

__all__ = ["open_mailer", "probe"]


def open_mailer(smtp: SmtpSettings, *, name: str = "", notify: Notify = ignore_notice) -> Mailer:
    """The mailer ``smtp`` or ``folder``, not connected yet; without a name, the folder if one is set.

    ``notify`` is told what it waits for. Raises ``UsageError``.
    """
    if name == "folder" and not smtp.folder:
        raise UsageError("no folder for mails is set", hint='set [smtp] folder = "mails" in the settings')
    if smtp.folder and name != "smtp":
        from digest.deliver.eml_folder import EmlFolderMailer

        return EmlFolderMailer(folder=smtp.folder)
    from digest.deliver.smtp.mailer import SmtpMailer  # imports ssl and sockets

    _require_host(smtp)
    return SmtpMailer(smtp=smtp, notify=notify)


def probe(smtp: SmtpSettings, envelopes: Sequence[Envelope] = ()) -> ServerReport:
    """Connect to the mail server, and try each envelope without sending. Raises ``MailError``."""
    if smtp.folder:
        return ServerReport(description=f"mails are written into {smtp.folder}")
    from digest.deliver.smtp.probe import probe

    _require_host(smtp)
    return probe(smtp, envelopes)


def _require_host(smtp: SmtpSettings) -> None:
    if not smtp.host:
        raise UsageError("no mail server is set", hint='set [smtp] host = "mail.example.org" in the settings')
