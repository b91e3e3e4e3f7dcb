"""Authentication-Results: only the trusted server's own header counts, and only for the author's domain."""

from __future__ import annotations

import time

import pytest

from digest.inbound.authentication import is_signed_by_author, verified_domains

SERVER, DOMAIN = "mx.news.example", "harbour.example"


@pytest.mark.parametrize(
    ("headers", "is_proven"),
    [
        pytest.param([f"{SERVER}; dkim=pass header.d={DOMAIN}"], True, id="signed by the domain"),
        pytest.param([f"{SERVER}; dkim=pass header.i=@mail.{DOMAIN}"], True, id="signed by a subdomain"),
        pytest.param([f"{SERVER.upper()} 1; DKIM=PASS\r\n\t(2048 bit (rsa)) header.d={DOMAIN}"], True, id="folded"),
        pytest.param([f"{SERVER}; spf=fail; dkim=fail; dkim=pass header.d={DOMAIN}"], True, id="second signature"),
        pytest.param(["gateway.example; dkim=fail", f"{SERVER}; dkim=pass header.d={DOMAIN}"], True, id="another's"),
        pytest.param([f"{SERVER}; dkim=pass header.d=other.example"], False, id="signed by another domain"),
        pytest.param([f"{SERVER}; dkim=fail header.d={DOMAIN}"], False, id="broken signature"),
        pytest.param([f"{SERVER}; dkim=none"], False, id="no signature"),
        pytest.param([f"{SERVER}; spf=pass smtp.mailfrom={DOMAIN}"], False, id="SPF alone"),
        pytest.param([f"{SERVER}; dmarc=pass header.from={DOMAIN}"], False, id="DMARC alone"),
        pytest.param([f"{SERVER}; none"], False, id="nothing checked"),
        pytest.param([f"gateway.example; dkim=pass header.d={DOMAIN}"], False, id="another server"),
        pytest.param([f"x{SERVER}; dkim=pass header.d={DOMAIN}"], False, id="a longer name"),
        pytest.param([f"{SERVER}; dkim=fail", f"{SERVER}; dkim=pass header.d={DOMAIN}"], False, id="forged below"),
        pytest.param([f"{SERVER}; spf=none", f"{SERVER}; dkim=pass header.d={DOMAIN}"], False, id="none, forged below"),
        pytest.param([f'{SERVER}; dkim=fail reason="x; dkim=pass header.d={DOMAIN}"'], False, id="within quotes"),
        pytest.param([f"{SERVER}; dkim=fail (; dkim=pass header.d={DOMAIN})"], False, id="within a comment"),
        pytest.param([f"{SERVER}; dkim=passed header.d={DOMAIN}"], False, id="another word"),
        pytest.param([f"{SERVER}; dkim=pass policy.header.d={DOMAIN}"], False, id="another property"),
        pytest.param([f"{SERVER}; dkim=pass header.d={DOMAIN} ("], False, id="a comment without an end"),
        pytest.param([], False, id="no header"),
    ],
)
def test_the_trusted_servers_topmost_header_decides(headers: list[str], is_proven: bool) -> None:
    assert is_signed_by_author(headers, SERVER, DOMAIN) is is_proven


def test_without_a_trusted_server_nobody_is_proven() -> None:
    assert not is_signed_by_author(["; dkim=pass header.d=harbour.example"], "", DOMAIN)


@pytest.mark.parametrize("filling", ["(", '"', "\\", ";", "dkim=pass header.d=", "(()", ' ;"('])
def test_hostile_headers_cost_no_time(filling: str) -> None:
    started = time.process_time()
    verified_domains([f"{SERVER}; " + filling * 10_000] * 20, SERVER)

    assert time.process_time() - started < 0.5
