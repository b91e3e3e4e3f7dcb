"""Public and private IP addresses, in every spelling and embedding."""

from __future__ import annotations

import pytest

from digest.http.ssrf import is_allowed, is_public


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("93.184.215.14", id="IPv4"),
        pytest.param("2606:2800:21f:cb07:6820:80da:af6b:8b2c", id="IPv6"),
        pytest.param("::ffff:93.184.215.14", id="mapped"),
        pytest.param("2002:5db8:d70e::1", id="6to4"),
        pytest.param("64:ff9b::5db8:d70e", id="NAT64"),
    ],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("127.255.255.254", id="all of loopback"),
        pytest.param("0.0.0.0", id="this host"),
        pytest.param("10.1.2.3", id="private 10"),
        pytest.param("172.31.255.1", id="private 172"),
        pytest.param("192.168.1.1", id="private 192"),
        pytest.param("100.64.0.1", id="carrier NAT"),
        pytest.param("169.254.169.254", id="cloud metadata"),
        pytest.param("168.63.129.16", id="cloud control server"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("198.18.0.1", id="benchmarks"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="unspecified 6"),
        pytest.param("::1", id="loopback 6"),
        pytest.param("::127.0.0.1", id="IPv4-compatible"),
        pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
        pytest.param("::ffff:0:127.0.0.1", id="translated loopback"),
        pytest.param("2002:7f00:1::", id="6to4 loopback"),
        pytest.param("2002:a00:1::1", id="6to4 private"),
        pytest.param("2001:0:5db8:d70e::80ff:fffe", id="Teredo with a loopback client"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 loopback"),
        pytest.param("64:ff9b:1::5db8:d70e", id="local NAT64"),
        pytest.param("fc00::1", id="unique local"),
        pytest.param("fe80::1", id="link local"),
        pytest.param("fe80::1%eth0", id="link local with a zone"),
        pytest.param("fec0::1", id="site local"),
        pytest.param("ff02::1", id="multicast 6"),
        pytest.param("2001:db8::1", id="documentation 6"),
        pytest.param("3fff::1", id="newer documentation 6"),
        pytest.param("100::1", id="discard"),
        pytest.param("5f00::1", id="segment routing"),
        pytest.param("no address", id="no address"),
        pytest.param("", id="empty"),
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        pytest.param("127.0.0.1", 8000, True, id="as written"),
        pytest.param("LOCALHOST", 8000, True, id="case"),
        pytest.param("[::1]", 8000, True, id="IPv6 in brackets"),
        pytest.param("::1", 8000, True, id="IPv6 without brackets"),
        pytest.param("127.0.0.1", 8001, False, id="another port"),
        pytest.param("127.0.0.2", 8000, False, id="another host"),
    ],
)
def test_a_private_address_is_allowed_by_host_and_port_only(host: str, port: int, expected: bool) -> None:
    assert is_allowed(host, port, ("127.0.0.1:8000", "localhost:8000", "[::1]:8000")) is expected
