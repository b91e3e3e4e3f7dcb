"""Edition → mail: what a mail server is given, and how it gets there.

message.py   a letterhead and an edition → one mail for each recipient
mime.py      the two parts as bytes, with gaps for what differs between recipients
headers.py   lines that fold, and the proof that nothing was smuggled into them

smtp/        mail over SMTP
folder.py    mail into a folder, a file for each

``open_mailer`` gives what the settings ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.model.errors import UsageError
from digest.model.protocols import ignore_notice

if TYPE_CHECKING:
    from digest.model.protocols import Mailer, Notify
    from digest.settings import SmtpSettings

__all__ = ["open_mailer", "probe"]


def open_mailer(smtp: SmtpSettings, *, tell: Notify = ignore_notice) -> Mailer:
    """A mailer for the server, or the folder, of the settings; ``tell`` hears what it waits for, if it takes long.

    Nothing is connected yet. Raises ``UsageError``.
    """
    if smtp.folder:
        from digest.deliver.eml_folder import FolderMailer

        return FolderMailer(folder=smtp.folder)
    from digest.deliver.smtp.mailer import SmtpMailer  # with it come ssl and sockets

    _check(smtp)
    return SmtpMailer(smtp=smtp, tell=tell)


def probe(smtp: SmtpSettings) -> str:
    """Try whether the mail server lets us in, and send nothing; what it is like. Raises ``MailError``."""
    if smtp.folder:
        return f"mails are written into {smtp.folder}"
    from digest.deliver.smtp.mailer import probe

    _check(smtp)
    return probe(smtp)


def _check(smtp: SmtpSettings) -> None:
    if not smtp.host:
        raise UsageError("no mail server is set", hint='set [smtp] host = "mail.example.org" in the settings')
