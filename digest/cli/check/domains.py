"""What ``digest check`` says of the domains that mails are sent from; nothing is asked of the network."""

from __future__ import annotations

from collections.abc import Iterator

from digest.cli.check.finding import Finding
from digest.errors import DigestError
from digest.mailbox import Mailbox
from digest.mailers import dkim, records
from digest.settings import Settings

_UNSIGNED = "mails leave unsigned; large providers refuse those, unless your mail server signs them"


def findings_on_domains(found: Settings) -> Iterator[Finding]:
    """Are mails signed, for the domain that they come from, and what must the DNS say?"""
    for domain in dict.fromkeys(_senders(found)):
        try:
            signer = dkim.signer(found.dkim, domain)
        except DigestError as error:
            yield Finding(state="bad", topic="dkim", message=str(error), hint=error.hint)
            return
        if signer is None:
            hint = f"'digest dkim keygen {domain}' makes a key"
            yield Finding(state="note", topic=f"dkim {domain}", message=_UNSIGNED, hint=hint)
        else:
            yield _alignment(domain, signer)
            yield from _openness(found)
        yield from _records(domain, signer, host=found.smtp.host)


def _senders(found: Settings) -> Iterator[str]:
    for newsletter in found.newsletters:
        if newsletter.sender:
            yield Mailbox.of(newsletter.sender).domain


def _alignment(domain: str, signer: dkim.Signer) -> Finding:
    topic = f"dkim {domain}"
    if records.is_aligned(domain, signer.domain):
        message = f"{dkim.kind_of(signer.key).upper()} key, signs as {signer.domain}"
        return Finding(state="ok", topic=topic, message=message)
    message = f"signed by {signer.domain}, which is not the sender's domain: DMARC does not believe it"
    return Finding(state="bad", topic=topic, message=message, hint="leave out [dkim] domain")


def _openness(found: Settings) -> Iterator[Finding]:
    file = found.dkim.key_file
    if file and file.stat().st_mode & 0o077:
        message = f"others on this machine can read {file}, and sign as you"
        yield Finding(state="note", topic="dkim", message=message, hint=f"chmod 600 {file}")


def _records(domain: str, signer: dkim.Signer | None, *, host: str) -> Iterator[Finding]:
    """The records, as lines of a zone file."""
    wanted = {"DKIM": records.dkim_record(signer)} if signer else {}
    wanted |= {"SPF": records.spf_record(domain, host), "DMARC": records.dmarc_record(domain)}
    hints = {
        "SPF": "only one is allowed: add to the one you have; it is about the domain that bounces go to",
        "DMARC": "keep the one you have; when its reports show no stranger, p=quarantine",
    }
    for name, record in wanted.items():
        message = f"the DNS should hold: {record}"
        yield Finding(state="note", topic=f"{name} {domain}", message=message, hint=hints.get(name, ""))
