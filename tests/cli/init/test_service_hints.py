"""How to keep it running: the lines can be pasted as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.cli.init.service_hints import cron_times, service_hints
from digest.settings import shipped_files


@pytest.mark.parametrize(
    ("schedule", "lines"),
    [
        ("daily 07:00", ["0 7 * * *"]),
        ("daily 07:00,18:00", ["0 7,18 * * *"]),
        ("daily 07:00,18:30", ["0 7 * * *", "30 18 * * *"]),
        ("weekdays 07:00", ["0 7 * * mon,tue,wed,thu,fri"]),
        ("mon,thu 18:30", ["30 18 * * mon,thu"]),
        ("monthly 1,15 08:00", ["0 8 1,15 * *"]),
        ("monthly last 08:00", []),
        ("cron 0 7 * mar mon-fri", ["0 7 * 3 mon,tue,wed,thu,fri"]),
        ("cron */30 * * * *", ["0 * * * *", "30 * * * *"]),
    ],
)
def test_a_schedule_as_crontab_lines(schedule: str, lines: list[str]) -> None:
    assert [*cron_times(schedule)] == lines


def test_paths_are_quoted_for_each_program() -> None:
    unit = (shipped_files.config() / "deploy" / "digest.service").read_text("utf-8")
    file = Path("/home/me/my 100% news/digest.toml")

    printed = "\n".join(service_hints(file, program=["/opt/digest/bin/digest"], schedule="daily 07:00", unit=unit))

    assert "\n  /opt/digest/bin/digest run --config '/home/me/my 100% news/digest.toml'\n" in printed
    assert "\n  0 7 * * * /opt/digest/bin/digest send --config '/home/me/my 100\\% news/digest.toml'\n" in printed
    assert '\n  ExecStart=/opt/digest/bin/digest run --config "/home/me/my 100%% news/digest.toml"\n' in printed
    assert "\n  Type=notify\n" in printed
    assert "DynamicUser" not in printed
