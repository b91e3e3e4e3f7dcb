"""DNS records that authenticate mail: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). No network."""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.message.dkim import DkimSigner, key_type_of, public_key_base64
from digest.text.domains import registrable_domain

#: Maximum length of a string in a TXT record; a longer text is split into several.
_MAX_STRING = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRecord:
    """A TXT record to publish."""

    name: str
    value: str

    def __str__(self) -> str:
        """The record as a line of a zone file."""
        strings = (self.value[start : start + _MAX_STRING] for start in range(0, len(self.value), _MAX_STRING))
        quoted = " ".join(f'"{string}"' for string in strings)
        return f"{self.name}. IN TXT ( {quoted} )"


def dkim_record(signer: DkimSigner) -> TxtRecord:
    """The public key, under its selector."""
    name = f"{signer.selector}._domainkey.{signer.domain}"
    return TxtRecord(name=name, value=f"v=DKIM1; k={key_type_of(signer.key)}; p={public_key_base64(signer.key)}")


def spf_record(domain: str, host: str) -> TxtRecord:
    """Machines that may send for the domain: its own mail servers, and the one that relays our mail."""
    relay = f" a:{host}" if host and not is_local(host) else ""
    return TxtRecord(name=domain, value=f"v=spf1 mx{relay} ~all")


def dmarc_record(domain: str) -> TxtRecord:
    """Policy for mail that fails both; ``p=none`` only asks for reports."""
    return TxtRecord(name=f"_dmarc.{domain}", value=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")


def is_aligned(sender_domain: str, signing_domain: str) -> bool:
    """Do the two domains share a registrable domain (DMARC's relaxed alignment)?"""
    return registrable_domain(sender_domain) == registrable_domain(signing_domain) != ""


def is_local(host: str) -> bool:
    """Is it an address, or a name without a domain, for which the DNS has no record?"""
    return "." not in host or host.strip("[]").replace(".", "").isdigit() or ":" in host
