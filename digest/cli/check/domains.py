"""What ``digest check`` says of the domains that mails are sent from; nothing is asked of the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from digest.cli.check.finding import Finding
from digest.deliver.message import dkim, dns_records
from digest.deliver.message.dns_records import Record
from digest.model.errors import DigestError
from digest.settings import Settings

_UNSIGNED = "mails leave unsigned; large providers refuse those, unless your mail server signs them"


def findings_on_domains(found: Settings) -> Iterator[Finding]:
    """Are mails signed, for the domain that they come from, and what must the DNS say?"""
    yield from _key(found)
    for domain in dict.fromkeys(_senders(found)):
        if dns_records.is_local(domain):
            message = f"the DNS has no {domain}: only mail servers inside your network believe mail from there"
            yield Finding(state="note", topic=f"sender {domain}", message=message, hint="send from a domain of yours")
        else:
            yield from _on_domain(domain, found)


def _senders(found: Settings) -> Iterator[str]:
    for newsletter in found.newsletters:
        if newsletter.sender:
            yield newsletter.sender.domain


def _on_domain(domain: str, found: Settings) -> Iterator[Finding]:
    with suppress(DigestError):  # a key that can't be read was told already
        yield from _signing(domain, dkim.signer(found.dkim, domain))
    yield from _bouncing(domain, found)
    hint = "keep the one you have; when its reports show no stranger, p=quarantine"
    yield _publish("DMARC", domain, dns_records.dmarc_record(domain), hint=hint)


def _key(found: Settings) -> Iterator[Finding]:
    """Can it sign, will all receivers check it, and can nobody else use it?"""
    if found.dkim.key_file is None:
        return
    try:
        key = dkim.read(found.dkim.key_file)
    except DigestError as error:
        yield Finding(state="bad", topic="dkim", message=str(error), hint=error.hint)
        return
    hint = "'digest dkim keygen -o FILE' makes one of RSA with 2048 bits"
    if not isinstance(key, RSAPrivateKey):
        message = "few receivers can check Ed25519: to the others, mails are unsigned"
        yield Finding(state="note", topic="dkim", message=message, hint=hint)
    elif key.key_size < 2048:
        message = f"a key of {key.key_size} bits is weak: some receivers take the mail for unsigned"
        yield Finding(state="note", topic="dkim", message=message, hint=hint)
    if found.dkim.key_file.stat().st_mode & 0o077:
        message = f"others on this machine can read {found.dkim.key_file}, and sign as you"
        yield Finding(state="note", topic="dkim", message=message, hint=f"chmod 600 {found.dkim.key_file}")


def _signing(domain: str, signer: dkim.Signer | None) -> Iterator[Finding]:
    """Does somebody sign whom DMARC lets speak for the sender?"""
    topic = f"dkim {domain}"
    if signer is None:
        hint = f"'digest dkim keygen {domain}' makes a key"
        yield Finding(state="note", topic=topic, message=_UNSIGNED, hint=hint)
        return
    if dns_records.is_aligned(domain, signer.domain):
        message = f"{dkim.kind_of(signer.key).upper()} key, signs as {signer.domain}"
        yield Finding(state="ok", topic=topic, message=message)
    else:
        message = f"signed by {signer.domain}, which is not the sender's domain: DMARC does not believe it"
        yield Finding(state="bad", topic=topic, message=message, hint="leave out [dkim] domain")
    yield _publish("DKIM", domain, dns_records.dkim_record(signer))


def _bouncing(domain: str, found: Settings) -> Iterator[Finding]:
    """SPF is about the domain that bounces go to."""
    bouncing = found.bounces.address.domain if found.bounces.address else domain
    if not dns_records.is_aligned(domain, bouncing):
        message = (
            f"bounces go to {bouncing}, which is not the sender's domain: for DMARC, only DKIM speaks for the sender"
        )
        hint = f"choose a [bounces] address below {domain}"
        yield Finding(state="note", topic=f"SPF {domain}", message=message, hint=hint)
    if not dns_records.is_local(bouncing):
        hint = "only one is allowed: add to the one you have"
        yield _publish("SPF", bouncing, dns_records.spf_record(bouncing, found.smtp.host), hint=hint)


def _publish(kind: str, domain: str, record: Record, *, hint: str = "") -> Finding:
    """The record, as a line of a zone file."""
    return Finding(state="note", topic=f"{kind} {domain}", message=f"the DNS should hold: {record}", hint=hint)
