"""Answers → the text of a settings file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from digest.cli.init.answers import Answers
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Source

_STARTER = """\
# Sources and schedule of a newsletter. 'digest check' says what is wrong or missing.
# A key not set here has its default; the commented example that ships with digest shows them all.

{fetch}{sources}

[[newsletters]]
id = "main"
title = {title}
schedule = {schedule}      # "weekdays 07:00", "mon,thu 18:30", "monthly 1 08:00"
timezone = {timezone}
{sender}

{smtp}"""
_SENDER_EXAMPLE = '# from = "Newsletter <news@example.org>"'
_SMTP_EXAMPLE = """\
# The mail server, needed to send. Keep the password in $DIGEST_SMTP__PASSWORD rather than here.
# [smtp]
# host = "mail.example.org"
# username = "news@example.org"
"""


def settings_text(
    answers: Answers,
    sources: Sequence[Source],
    *,
    password_file: str = "",
    source_files: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Settings for one newsletter of the sources; ``password_file`` is relative to the answers' folder.

    ``source_files`` are those of mailboxes, by the source's id.
    """
    tables = (_source_table(source, answers.folder, source_files.get(source.id, "")) for source in sources)
    return _STARTER.format(
        fetch=f"[fetch]\nallow = {_quoted([*answers.allow])}\n\n" if answers.allow else "",
        sources="\n\n".join(map("\n".join, tables)),
        title=_quoted(answers.title),
        schedule=_quoted(answers.schedule),
        timezone=_quoted(answers.timezone),
        sender=f"from = {_quoted(_mailbox(answers.sender))}" if answers.sender else _SENDER_EXAMPLE,
        smtp="\n".join(_mail_tables(answers, password_file)) + "\n" if answers.smtp else _SMTP_EXAMPLE,
    )


def _mail_tables(answers: Answers, password_file: str) -> Iterator[str]:
    assert answers.smtp
    yield "[smtp]"
    yield f"host = {_quoted(answers.smtp.host)}"
    yield f"port = {answers.smtp.port}"
    yield f"security = {_quoted(answers.smtp.security)}"
    if answers.smtp.username:
        yield f"username = {_quoted(answers.smtp.username)}"
    if password_file:
        yield f"password_file = {_quoted(password_file)}"
    if answers.recipient:
        yield "\n# Is told when a newsletter has nothing new for long, or can't be sent.\n[operator]"
        yield f"address = {_quoted(answers.recipient.address)}"


def _mailbox(mailbox: Mailbox) -> str:
    if not mailbox.name:
        return mailbox.address
    name = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mailbox.address}>' if set(name) & set('\\"(),.:;<>@[]') else f"{name} <{mailbox.address}>"


def _source_table(source: Source, folder: Path, password_file: str) -> Iterator[str]:
    yield "[[sources]]"
    yield f"id = {_quoted(source.id)}"
    if source.mailbox:
        yield f"mailbox = {_quoted(str(source.mailbox))}"
        if password_file:
            yield f"password_file = {_quoted(password_file)}"
    elif source.path is None:
        yield f"url = {_quoted(source.url)}"
    else:
        yield f"path = {_quoted(_path_from(source.path, folder))}"
    yield from (f"{name} = {_quoted(value)}" for name, value in source.changed_fields.items())


def _quoted(value: str | float | list[str]) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


def _path_from(path: Path, folder: Path) -> str:
    """Return the path relative to ``folder`` if it is inside, so that both can be moved together."""
    absolute, base = path.resolve(), folder.resolve()
    return str(absolute.relative_to(base) if absolute.is_relative_to(base) else absolute)
