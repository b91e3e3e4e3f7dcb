"""DKIM (RFC 6376, RFC 8463): signs a mail so that it can be told from forgeries.

Relaxed canonicalization is done by not needing any: this program's headers have single spaces and its bodies nothing
that could be changed, so that a signature costs little more than the key's own arithmetic.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from digest.deliver.message.headers import header
from digest.model.errors import UsageError
from digest.settings import DkimSettings
from digest.settings.atomic_write import atomic_write

Kind = Literal["rsa", "ed25519"]
Key = RSAPrivateKey | Ed25519PrivateKey

#: Signed once more than they are there: nobody can add one.
_SEALED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    *("list-unsubscribe", "list-unsubscribe-post"),
)
_CHUNK = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs for a domain, with the key whose public half stands in the DNS under the selector."""

    domain: str
    selector: str
    key: Key

    def signature(self, headers: bytes, body: Iterable[bytes], *, at: datetime) -> bytes:
        """The header to put before ``headers``, as this package writes them; the same for the same mail."""
        lines = _canonical(headers)
        names = [*(line.partition(b":")[0].decode() for line in lines), *_SEALED]
        tags = [
            *("v=1;", f"a={self._algorithm};", "c=relaxed/relaxed;", f"d={self.domain};", f"s={self.selector};"),
            f"t={int(at.timestamp())};",
            *f"h={': '.join(names)};".split(" "),
            f"bh={_base64(_hash(body))};",
        ]
        signed = b"\r\n".join([*lines, f"dkim-signature:{' '.join([*tags, 'b='])}".encode()])
        value = f"b={_base64(self._sign(signed))}"
        chunks = (value[start : start + _CHUNK] for start in range(0, len(value), _CHUNK))
        return header("DKIM-Signature", [*tags, *chunks]).encode()

    @property
    def _algorithm(self) -> str:
        return f"{kind_of(self.key)}-sha256"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(data).digest())
        return self.key.sign(data, PKCS1v15(), hashes.SHA256())


def signer(chosen: DkimSettings, sender: str) -> Signer | None:
    """Who signs mail from this domain; None where the settings name no key. Raises ``UsageError`` if it is no good."""
    if chosen.key_file is None:
        return None
    return Signer(domain=chosen.domain or sender, selector=chosen.selector, key=read(chosen.key_file))


def generate(kind: Kind = "rsa") -> Key:
    """A new key; RSA is what every receiver can check."""
    return Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, 2048)


def kind_of(key: Key) -> Kind:
    return "ed25519" if isinstance(key, Ed25519PrivateKey) else "rsa"


def read(file: Path) -> Key:
    """The private key in the file. Raises ``UsageError`` if there is none that can sign mail."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        hint = "'digest dkim keygen' makes one"
        raise UsageError(f"can't read the signing key {file}: {error.strerror}", hint=hint) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(file, "it is no private key in PEM without a password") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise _unusable(file, "it is neither RSA nor Ed25519")
    if isinstance(key, RSAPrivateKey) and key.key_size < 1024:
        raise _unusable(file, f"RSA with {key.key_size} bits is too weak, receivers ignore it")
    return key


def write(key: Key, file: Path) -> None:
    """Keep the private key where only its owner can read it. Raises ``FileExistsError``, since none is overwritten."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    atomic_write(file, pem, overwrite=False, mode=0o600)


def public(key: Key) -> str:
    """The public half as the DNS record has it: RFC 6376 wants RSA's with its type, RFC 8463 Ed25519's bare."""
    half = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        return _base64(half.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
    return _base64(half.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _canonical(headers: bytes) -> list[bytes]:
    """Unfolded, the names in small letters."""
    lines = headers.replace(b"\r\n ", b" ").removesuffix(b"\r\n").split(b"\r\n")
    parts = (line.partition(b": ") for line in lines)
    return [b"%b:%b" % (name.lower(), value) for name, _, value in parts]


def _hash(pieces: Iterable[bytes]) -> bytes:
    hashed = hashlib.sha256()
    for piece in pieces:
        hashed.update(piece)
    return hashed.digest()


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")


def _unusable(file: Path, why: str) -> UsageError:
    return UsageError(f"{file} can't sign mail: {why}", hint="'digest dkim keygen' makes a key that can")
