"""Ports of the demo: three in a row, or any that are free."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from digest.cli.demo.settings import HOST, Ports
from digest.model.errors import UsageError

_MAX_PORT = 65_535


def choose_ports(first: int | None) -> Ports:
    """Three free ports: ``first`` and the two after it, or any. Raises ``UsageError`` if one of them is in use."""
    if first is not None and not 0 < first <= _MAX_PORT - 2:
        raise UsageError(f"no port: {first}", hint="give a number from 1024 to 65533")
    wanted = (0, 0, 0) if first is None else (first, first + 1, first + 2)
    with ExitStack() as stack:  # all at once, so that no two are the same
        mails, pages, smtp = (_bound_port(stack, port) for port in wanted)
    return Ports(mails=mails, pages=pages, smtp=smtp)


def _bound_port(stack: ExitStack, port: int) -> int:
    listener = stack.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "three in a row are needed; without --port, free ones are taken"
        raise UsageError(f"port {port} of {HOST} can't be had: {reason}", hint=hint) from error
    return int(listener.getsockname()[1])
