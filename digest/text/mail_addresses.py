"""Mail addresses within text that many may read. Pure."""

from __future__ import annotations

from digest.text.lazy_regex import lazy_compile

#: Not the user of ``imaps://user@host.example``, nor a process such as ``clock@web1.example:4711``.
_ADDRESS = lazy_compile(r"<?(?<![\w.+/-])[\w.!#$%&'*+=?^`{|}~-]+@(?:[\w-]+\.)+\w[\w-]*(?![\w-]|\.\w|:\d)>?")


def hide_mail_addresses(text: str) -> str:
    """The text with ``<…>`` in place of each mail address."""
    return _ADDRESS.sub("<…>", text) if "@" in text else text
