"""What the DNS must say so that mail is believed: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). No network."""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.message.dkim import Signer, kind_of, public
from digest.text.urls import outlet_domain as registered

#: The longest string in a TXT record; a longer text is several.
_STRING = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A TXT record to publish."""

    name: str
    value: str

    def __str__(self) -> str:
        """As a line of a zone file."""
        parts = (self.value[start : start + _STRING] for start in range(0, len(self.value), _STRING))
        quoted = " ".join(f'"{part}"' for part in parts)
        return f"{self.name}. IN TXT ( {quoted} )"


def dkim_record(signer: Signer) -> Record:
    """Where receivers find the key's public half."""
    name = f"{signer.selector}._domainkey.{signer.domain}"
    return Record(name=name, value=f"v=DKIM1; k={kind_of(signer.key)}; p={public(signer.key)}")


def spf_record(domain: str, host: str) -> Record:
    """Which machines may send for the domain: its own mail servers, and the one that takes our mail."""
    own = f" a:{host}" if host and not is_local(host) else ""
    return Record(name=domain, value=f"v=spf1 mx{own} ~all")


def dmarc_record(domain: str) -> Record:
    """What receivers do with mail that is neither; to begin with, they tell."""
    return Record(name=f"_dmarc.{domain}", value=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")


def is_aligned(sender: str, signing: str) -> bool:
    """Does a signature of one domain speak for mail from the other, as DMARC sees it (relaxed alignment)?"""
    return registered(f"https://{sender}/") == registered(f"https://{signing}/") != ""


def is_local(host: str) -> bool:
    """Is it a name that the DNS doesn't have?"""
    return "." not in host or host.strip("[]").replace(".", "").isdigit() or ":" in host
