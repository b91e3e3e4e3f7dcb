"""The language of a page: the newsletter's own, otherwise one that the browser asks for."""

from __future__ import annotations

import functools

#: Languages of a header that are looked at; browsers send fewer.
_MAX_WANTED = 20


@functools.lru_cache(maxsize=256)  # browsers send few different ones
def choose_language(accept_language: str, available: tuple[str, ...], *, default: str) -> str:
    """The available language that an Accept-Language header likes best (RFC 9110, 12.5.4); else the default."""
    wanted = [_weighted(part) for part in accept_language.split(",", _MAX_WANTED)[:_MAX_WANTED]]
    for language, _ in sorted((item for item in wanted if item[1] > 0), key=lambda item: -item[1]):
        if language == "*":
            return default
        for candidate in (language, language.partition("-")[0]):
            if candidate in available:
                return candidate
    return default


def _weighted(part: str) -> tuple[str, float]:
    """Language and weight of ``de-AT;q=0.8``; weight 0 if it can't be read."""
    language, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if name else 1.0
    except ValueError:
        weight = 0.0
    return language.strip().lower(), weight if 0 <= weight <= 1 else 0.0
