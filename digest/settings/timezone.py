"""The time zone that this machine is set to."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def zone_here() -> str:
    """The name of this machine's zone; ``UTC`` if it has none."""
    from tzlocal import get_localzone_name

    try:
        return ZoneInfo(get_localzone_name()).key
    except (ValueError, OSError, LookupError):  # an odd /etc/localtime or $TZ must not stop anyone
        return "UTC"
