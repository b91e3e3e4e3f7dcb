"""Servers at public addresses: connections to a public IP address reach this machine, as a router might send them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web_servers import WebServer, web_server

PUBLIC_IP = "93.184.215.14"


class PublicWebServer(WebServer):
    """A server whose address is a public one."""

    @property
    def address(self) -> str:
        return f"{PUBLIC_IP}:{self.server_port}"


@pytest.fixture
def public_web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """A web server at a public address."""
    connect = socket.socket.connect

    def route(self: socket.socket, address: Any) -> None:
        is_public = isinstance(address, tuple) and address[0] == PUBLIC_IP
        connect(self, ("127.0.0.1", *address[1:]) if is_public else address)

    monkeypatch.setattr(socket.socket, "connect", route)
    with web_server(PublicWebServer) as server:
        yield server
