"""Frozen dataclasses as JSON and back, at any depth, by the types of their fields.

Articles stand once, however many stories and sentences refer to them. A newsletter is left out: its settings are those
of the reader. What a later version adds to a dataclass gets its default when an earlier version's JSON is read; what it
removed is ignored.
"""

from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from digest.model.articles import Article
from digest.model.newsletters import Newsletter

T = TypeVar("T")


def encode(value: Any) -> dict[str, Any]:
    """The dataclass instance as JSON values."""
    articles: dict[Article, int] = {}
    encoded = _encode(value, articles)
    return {"value": encoded, "articles": [_encode_fields(article, articles) for article in articles]}


def decode(kind: type[T], stored: Mapping[str, Any], newsletter: Newsletter | None = None) -> T:
    """The instance that ``encode`` was given, with this newsletter."""
    articles = [_Decoder(newsletter=newsletter).fields(Article, values) for values in stored["articles"]]
    value: T = _Decoder(articles=articles, newsletter=newsletter).value(kind, stored["value"])
    return value


def _encode(value: Any, articles: dict[Article, int]) -> Any:
    match value:
        case Newsletter():
            return None
        case Article():
            return articles.setdefault(value, len(articles))
        case enum.Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case tuple() | list():
            return [_encode(item, articles) for item in value]
        case frozenset():
            return sorted(_encode(item, articles) for item in value)
        case Mapping():
            return {str(key): _encode(item, articles) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return _encode_fields(value, articles)
    return value


def _encode_fields(value: Any, articles: dict[Article, int]) -> dict[str, Any]:
    return {field.name: _encode(getattr(value, field.name), articles) for field in dataclasses.fields(value)}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Decoder:
    """Reads values that refer to these articles."""

    articles: Sequence[Article] = ()
    newsletter: Newsletter | None

    def value(self, kind: Any, value: Any) -> Any:
        """The value of this type."""
        origin, arguments = get_origin(kind), get_args(kind)
        if kind is Article:
            return self.articles[value]
        if kind is Newsletter:
            return self.newsletter
        if origin in {Union, types.UnionType}:
            [only] = [argument for argument in arguments if argument is not types.NoneType]
            return None if value is None else self.value(only, value)
        if origin in {tuple, frozenset}:
            return origin(self.value(arguments[0], item) for item in value)
        if origin is not None and origin is not Literal and issubclass(origin, Mapping):
            return {key: self.value(arguments[1], item) for key, item in value.items()}
        return self._plain(kind, value)

    def _plain(self, kind: Any, value: Any) -> Any:
        if kind is datetime:
            return datetime.fromisoformat(value)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return kind(value)
        return self.fields(kind, value) if dataclasses.is_dataclass(kind) else value

    def fields(self, kind: Any, values: Mapping[str, Any]) -> Any:
        """The dataclass instance with these fields, as far as it has them."""
        types_by_name = _field_types(kind)
        present = {name: value for name, value in values.items() if name in types_by_name}
        return kind(**{name: self.value(types_by_name[name], value) for name, value in present.items()})


@lru_cache
def _field_types(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
