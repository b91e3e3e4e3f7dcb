"""Column types for the model's values; each value comes back equal, from SQLite and from PostgreSQL."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from digest.model.articles import Image

# PostgreSQL refuses NUL in text, and no encoding has lone surrogates: neither may stop an entry.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD in place of characters that a database can't store."""
    return text if _is_storable(text) else _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _is_storable(text: str) -> bool:
    # Ten times faster than the regex, and nearly every text is storable.
    try:
        return "\0" not in text and (text.isascii() or bool(text.encode()))
    except UnicodeEncodeError:
        return False


class SafeText(TypeDecorator[str]):
    """Text from outside; characters that a database can't store are replaced."""

    impl = Text
    cache_ok = True

    def bind_processor(self, _: Dialect) -> Callable[[str | None], str | None]:
        return _bind_text  # not behind SQLAlchemy's wrapper, which is slower: most values are texts


def _bind_text(value: str | None) -> str | None:
    return None if value is None else storable(value)


class EnumText(TypeDecorator[Any]):
    """A member of a ``StrEnum``, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, _: Dialect) -> enum.StrEnum | None:
        return None if value is None else self.kind(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware ``datetime``, stored and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone can't be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON in a text column, readable by people and by the JSON functions of both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        return None if value is None else storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, _: Dialect) -> Any:
        if value == "{}":  # most subscribers have no preferences
            return {}
        return None if value is None else json.loads(value)


class StringTuple(Json):
    """A tuple of strings."""

    cache_ok = True

    def process_result_value(self, value: str | None, _: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


class ImageJson(Json):
    """A ``model.Image`` or None, as JSON."""

    cache_ok = True

    def process_bind_param(self, value: Image | None, _: Dialect) -> str | None:
        return None if value is None else super().process_bind_param(dataclasses.asdict(value), _)

    def process_result_value(self, value: str | None, _: Dialect) -> Image | None:
        return None if value is None else Image(**json.loads(value))
