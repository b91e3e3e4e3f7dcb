"""Mail addresses: kept out of text that many may read; headers with addresses, made safe to parse. Pure."""

from __future__ import annotations

from digest.text.lazy_regex import lazy_compile

#: Not the user of ``imaps://user@host.example``, nor a process such as ``clock@web1.example:4711``.
_ADDRESS = lazy_compile(r"<?(?<![\w.+/-])[\w.!#$%&'*+=?^`{|}~-]+@(?:[\w-]+\.)+\w[\w-]*(?![\w-]|\.\w|:\d)>?")


def hide_mail_addresses(text: str) -> str:
    """The text with ``<…>`` in place of each mail address."""
    return _ADDRESS.sub("<…>", text) if "@" in text else text


#: Characters of an address header that are parsed, and comments in it.
_MAX_ADDRESS_HEADER, _MAX_COMMENTS = 2_000, 20


def parseable_addresses(header: str) -> str:
    """The header for the standard library's parser, which recurses into comments: cut, and without too many of them."""
    header = header[:_MAX_ADDRESS_HEADER]
    return header if header.count("(") <= _MAX_COMMENTS else header.replace("(", " ").replace(")", " ")
