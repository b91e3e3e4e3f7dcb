"""Time zone of this machine."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def local_zone() -> ZoneInfo:
    """The machine's time zone; ``UTC`` if it is not set."""
    from tzlocal import get_localzone_name

    try:
        return ZoneInfo(get_localzone_name())
    except (ValueError, OSError, LookupError):  # a broken /etc/localtime or $TZ is no reason to stop
        return ZoneInfo("UTC")
