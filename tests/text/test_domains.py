"""Registrable domains: the Public Suffix List decides where a host's owner begins."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.domains import registrable_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        pytest.param("www.example.org", "example.org", id="generic"),
        pytest.param("a.b.c.example.org", "example.org", id="many labels"),
        pytest.param("WWW.Example.ORG.", "example.org", id="capitals and a last dot"),
        pytest.param("news.example.co.uk", "example.co.uk", id="second level"),
        pytest.param("news.a.me.uk", "a.me.uk", id="me.uk"),
        pytest.param("news.a.plc.uk", "a.plc.uk", id="plc.uk"),
        pytest.param("www.gov.uk", "www.gov.uk", id="below a suffix, www is a name"),
        pytest.param("news.a.kyoto.jp", "a.kyoto.jp", id="prefecture"),
        pytest.param("www.b.c.kobe.jp", "b.c.kobe.jp", id="wildcard"),
        pytest.param("www.city.kobe.jp", "city.kobe.jp", id="exception to the wildcard"),
        pytest.param("news.a.asso.fr", "a.asso.fr", id="asso.fr"),
        pytest.param("news.a.fr", "a.fr", id="a country without a second level"),
        pytest.param("a.in.example.de", "example.de", id="a label that is a suffix elsewhere"),
        pytest.param("www.sub.in.de", "in.de", id="in.de is a domain, in.gov.de none"),
        pytest.param("news.a.com.au", "a.com.au", id="com.au"),
        pytest.param("news.a.k12.ca.us", "a.k12.ca.us", id="four labels"),
        pytest.param("x.someone.github.io", "someone.github.io", id="a company's suffix"),
        pytest.param("someone.blogspot.com", "someone.blogspot.com", id="a blog host"),
        pytest.param("www.食狮.公司.cn", "食狮.公司.cn", id="international"),
        pytest.param("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn", id="international, in Punycode"),
        pytest.param("a.b.unknown-suffix", "b.unknown-suffix", id="unknown top-level domain"),
        pytest.param("example.org", "example.org", id="nothing to cut"),
        pytest.param("co.uk", "co.uk", id="a suffix itself"),
        pytest.param("a.k12.ca.us", "a.k12.ca.us", id="a name below a long suffix"),
        pytest.param("k12.ca.us", "k12.ca.us", id="a long suffix itself"),
        pytest.param("localhost", "localhost", id="no dots"),
        pytest.param("127.0.0.1", "127.0.0.1", id="IPv4"),
        pytest.param("2001:db8::1", "2001:db8::1", id="IPv6"),
        pytest.param("a..b.org", "a..b.org", id="an empty label"),
        pytest.param("", "", id="empty"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@given(st.text(alphabet="ab.-xnü1:", max_size=20))
def test_any_host_ends_with_its_registrable_domain(host: str) -> None:
    domain = registrable_domain(host)

    assert host.rstrip(".").lower().endswith(domain)
    assert registrable_domain(domain) == domain


def test_the_list_is_read_only_for_a_host_that_needs_it() -> None:
    code = (
        "import sys; from digest.text.domains import registrable_domain as domain;"
        "domain('example.org'), domain('127.0.0.1'); assert 'publicsuffixlist' not in sys.modules;"
        "domain('www.example.org'); assert 'publicsuffixlist' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
