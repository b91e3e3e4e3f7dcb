"""Which sections there are, and which keys each may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from digest.model import Brand, Newsletter, Source
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    OperatorSettings,
    RetentionSettings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
)

#: ``[name]``
SECTIONS: Mapping[str, type] = {
    "store": StoreSettings,
    "smtp": SmtpSettings,
    "dkim": DkimSettings,
    "bounces": BouncesSettings,
    "fetch": FetchSettings,
    "web": WebSettings,
    "brand": Brand,
    "operator": OperatorSettings,
    "retention": RetentionSettings,
}
#: ``[[name]]``
LISTS: Mapping[str, type] = {"sources": Source, "newsletters": Newsletter}
#: Where a person's word can't be the model's: ``from`` is no name in Python.
_WRITTEN: Mapping[tuple[type, str], str] = {(Newsletter, "sender"): "from"}


def keys(kind: type) -> Mapping[str, str]:
    """The keys of a table of this kind, as people write them, and the names of their fields."""
    return {_WRITTEN.get((kind, field.name), field.name): field.name for field in fields(kind)}
