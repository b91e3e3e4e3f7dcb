"""Sections of the settings and the keys of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from digest.model.newsletters import Brand, Newsletter, Source
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    InboundSettings,
    JobsSettings,
    MailerSettings,
    OperatorSettings,
    PluginsSettings,
    RecipientDomains,
    RetentionSettings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
)

#: ``[name]``
SECTIONS: Mapping[str, type] = {
    "store": StoreSettings,
    "jobs": JobsSettings,
    "smtp": SmtpSettings,
    "mailer": MailerSettings,
    "plugins": PluginsSettings,
    "dkim": DkimSettings,
    "bounces": BouncesSettings,
    "inbound": InboundSettings,
    "fetch": FetchSettings,
    "web": WebSettings,
    "brand": Brand,
    "operator": OperatorSettings,
    "retention": RetentionSettings,
}
#: ``[[name]]``
LISTS: Mapping[str, type] = {
    "recipient_domains": RecipientDomains,
    "sources": Source,
    "newsletters": Newsletter,
}
#: Keys that differ from their field: ``from`` is a keyword in Python.
_KEY_NAMES: Mapping[tuple[type, str], str] = {(Newsletter, "sender"): "from"}


def field_names(kind: type) -> Mapping[str, str]:
    """The keys of a table, each with the name of its dataclass field."""
    return {_KEY_NAMES.get((kind, field.name), field.name): field.name for field in fields(kind)}
