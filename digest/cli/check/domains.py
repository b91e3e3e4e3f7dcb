"""Checks of sending domains: DKIM key and signature, and the records for DKIM, SPF and DMARC; the DNS is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from digest.cli.check.file_access import is_open_to_others
from digest.cli.check.findings import Finding, bad, from_error, note, ok
from digest.deliver.message import dkim, dns_records
from digest.deliver.message.dns_records import TxtRecord
from digest.model.errors import DigestError
from digest.settings import Settings

_UNSIGNED = "mails are not signed; large providers refuse unsigned mail, unless your mail server signs it"


def check_domains(settings: Settings) -> Iterator[Finding]:
    """Check the DKIM key, and for each sender's domain its signature; give the DNS records it needs."""
    if settings.dkim.key_file is not None:
        yield from _check_key(settings.dkim.key_file)
    senders = [newsletter.sender.domain for newsletter in settings.newsletters if newsletter.sender]
    for domain in dict.fromkeys(senders):
        if dns_records.is_local(domain):
            message = f"{domain} is not in the DNS: only mail servers inside your network accept mail from it"
            yield note(f"sender {domain}", message, "send from a domain of yours")
        else:
            yield from _check_domain(domain, settings)


def _check_domain(domain: str, settings: Settings) -> Iterator[Finding]:
    with suppress(DigestError):  # _check_key has reported a key that can't be read
        yield from _check_signature(domain, dkim.signer_for(settings.dkim, domain))
    yield from _check_spf(domain, settings)
    hint = "keep the record you have; once its reports show only your own mail, use p=quarantine"
    yield _record("DMARC", domain, dns_records.dmarc_record(domain), hint)


def _check_key(file: Path) -> Iterator[Finding]:
    """Check that the key can be read, that all receivers accept it, and that it is private."""
    try:
        key = dkim.load_key(file)
    except DigestError as error:
        yield from_error("dkim", error)
        return
    hint = "'digest dkim keygen -o FILE' makes an RSA key of 2048 bits"
    if not isinstance(key, RSAPrivateKey):
        yield note("dkim", "few receivers can verify Ed25519: to others, mails are unsigned", hint)
    elif key.key_size < 2048:
        message = f"a key of {key.key_size} bits is weak: some receivers treat the mail as unsigned"
        yield note("dkim", message, hint)
    if is_open_to_others(file):
        yield note("dkim", f"other users of this machine can read {file}, and sign as you", f"chmod 600 {file}")


def _check_signature(domain: str, signer: dkim.DkimSigner | None) -> Iterator[Finding]:
    """Check that mails are signed by a domain that DMARC aligns with the sender's."""
    topic = f"dkim {domain}"
    if signer is None:
        yield note(topic, _UNSIGNED, f"'digest dkim keygen {domain}' makes a key")
        return
    if dns_records.is_aligned(domain, signer.domain):
        yield ok(topic, f"{dkim.key_type_of(signer.key).upper()} key, signs as {signer.domain}")
    else:
        message = f"signed by {signer.domain}, which is not the sender's domain: DMARC fails"
        yield bad(topic, message, "leave out [dkim] domain")
    yield _record("DKIM", domain, dns_records.dkim_record(signer))


def _check_spf(domain: str, settings: Settings) -> Iterator[Finding]:
    """Check the domain of the return address, to which SPF applies."""
    return_domain = settings.bounces.address.domain if settings.bounces.address else domain
    if not dns_records.is_aligned(domain, return_domain):
        message = f"bounces go to {return_domain}, which is not the sender's domain: for DMARC, only DKIM counts"
        yield note(f"SPF {domain}", message, f"choose a [bounces] address below {domain}")
    if not dns_records.is_local(return_domain):
        record = dns_records.spf_record(return_domain, settings.smtp.host)
        yield _record("SPF", return_domain, record, "only one is allowed: add to the record you have")


def _record(kind: str, domain: str, record: TxtRecord, hint: str = "") -> Finding:
    """Return a DNS record, as a line of a zone file."""
    return note(f"{kind} {domain}", f"the DNS should have: {record}", hint)
