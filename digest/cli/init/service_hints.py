"""Lines that say how to keep new settings at work: in the foreground, by cron, or by systemd. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from digest.settings.schedule import parse_schedule

#: Lines of the shipped unit that hold for a user's own service as well.
_KEPT = ("Type=", "Restart=", "RestartSec=", "KillMode=", "TimeoutStopSec=", "TimeoutStartSec=", "WatchdogSec=")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Days of the month that every month has.
_SHORTEST_MONTH = 28


def service_hints(file: Path, *, program: Sequence[str], schedule: str, unit: str) -> Iterator[str]:
    """The lines; ``program`` starts digest, ``unit`` is the shipped systemd unit."""
    command = shlex.join([*program, "run", "--config", str(file)])
    yield "To keep it running, take one of these:"
    yield ""
    yield f"  {command}"
    yield ""
    if lines := [*cron_times(schedule)]:
        yield "or with cron ('crontab -e'; in cron's time zone, which may be another):"
        yield ""
        send = shlex.join([*program, "send", "--config", str(file)]).replace("%", "\\%")
        yield from (f"  {times} {send}" for times in lines)
        yield ""
    yield "or with systemd, as ~/.config/systemd/user/digest.service:"
    yield ""
    yield from (f"  {line}" for line in user_unit(unit, _systemd_command(program, file)))
    yield ""
    yield "  systemctl --user enable --now digest && loginctl enable-linger"


def cron_times(schedule: str) -> Iterator[str]:
    """The schedule as the first five fields of crontab lines; none for a last day of the month, which cron lacks."""
    parsed = parse_schedule(schedule)
    if parsed.clamped and max(parsed.days) > _SHORTEST_MONTH:
        return
    days = _field(parsed.days, 31)
    months = _field(parsed.months, 12)
    weekdays = "*" if len(parsed.weekdays) == 7 else ",".join(_WEEKDAYS[day] for day in sorted(parsed.weekdays))
    for minute in sorted({time.minute for time in parsed.times}):
        hours = _field({time.hour for time in parsed.times if time.minute == minute}, 24)
        yield f"{minute} {hours} {days} {months} {weekdays}"


def _field(numbers: Collection[int], all_of_them: int) -> str:
    return "*" if len(numbers) == all_of_them else ",".join(map(str, sorted(numbers)))


def user_unit(shipped: str, command: str) -> Iterator[str]:
    """A systemd unit for the user's own manager, made of the shipped one."""
    yield "[Unit]"
    yield "Description=Newsletter digests"
    yield "[Service]"
    yield f"ExecStart={command}"
    yield from (line for line in shipped.splitlines() if line.startswith(_KEPT))
    yield "[Install]"
    yield "WantedBy=default.target"


def _systemd_command(program: Sequence[str], file: Path) -> str:
    """The command line in systemd's quoting, where ``%`` and ``$`` are doubled."""
    words = [*program, "run", "--config", str(file)]
    return " ".join(_systemd_word(word) for word in words)


def _systemd_word(word: str) -> str:
    word = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if set(word) & set(" \t'\"") else word
