"""Signs mails by DKIM (RFC 6376; Ed25519: RFC 8463), and reads and writes signing keys.

The mails built here are already in relaxed canonical form: headers have single spaces, and bodies nothing that
canonicalization would change. So a signature costs little more than the key's arithmetic.
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

from digest.deliver.message.headers import fold_header
from digest.model.errors import UsageError
from digest.settings import DkimSettings
from digest.settings.atomic_write import atomic_write

KeyType = Literal["rsa", "ed25519"]
PrivateKey = RSAPrivateKey | Ed25519PrivateKey

#: Oversigned: listed once more than they occur, so that nobody can add another.
_OVERSIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    *("list-unsubscribe", "list-unsubscribe-post"),
)
#: The signature's base64 is split into words of this length for folding.
_WORD_LENGTH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSigner:
    """Signs for a domain, with the key whose public half is in the DNS under the selector."""

    domain: str
    selector: str
    key: PrivateKey

    def signature_header(self, headers: bytes, body: Iterable[bytes], *, at: datetime) -> bytes:
        """The DKIM-Signature header for headers and body as this package builds them; deterministic."""
        lines = _canonical_lines(headers)
        names = [*(line.partition(b":")[0].decode() for line in lines), *_OVERSIGNED]
        tags = [
            *("v=1;", f"a={self._algorithm};", "c=relaxed/relaxed;", f"d={self.domain};", f"s={self.selector};"),
            f"t={int(at.timestamp())};",
            *f"h={': '.join(names)};".split(" "),
            f"bh={_base64(_sha256(body))};",
        ]
        signed_data = b"\r\n".join([*lines, f"dkim-signature:{' '.join([*tags, 'b='])}".encode()])
        value = f"b={_base64(self._sign(signed_data))}"
        words = (value[start : start + _WORD_LENGTH] for start in range(0, len(value), _WORD_LENGTH))
        return fold_header("DKIM-Signature", [*tags, *words]).encode()

    @property
    def _algorithm(self) -> str:
        return f"{key_type_of(self.key)}-sha256"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(data).digest())
        return self.key.sign(data, PKCS1v15(), hashes.SHA256())


def signer_for(settings: DkimSettings, sender_domain: str) -> DkimSigner | None:
    """The signer of mail from this domain; None if the settings name no key. Raises ``UsageError``."""
    if settings.key_file is None:
        return None
    key = load_key(settings.key_file)
    return DkimSigner(domain=settings.domain or sender_domain, selector=settings.selector, key=key)


def generate_key(key_type: KeyType = "rsa") -> PrivateKey:
    """Generate a key; all receivers can verify RSA, not all Ed25519."""
    return Ed25519PrivateKey.generate() if key_type == "ed25519" else generate_private_key(65537, 2048)


def key_type_of(key: PrivateKey) -> KeyType:
    return "ed25519" if isinstance(key, Ed25519PrivateKey) else "rsa"


def load_key(file: Path) -> PrivateKey:
    """Read a private key from a PEM file. Raises ``UsageError`` if it can't sign mail."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        hint = "'digest dkim keygen' makes one"
        raise UsageError(f"can't read the signing key {file}: {error.strerror}", hint=hint) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable_key(file, "it is no private key in PEM without a password") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise _unusable_key(file, "it is neither RSA nor Ed25519")
    if isinstance(key, RSAPrivateKey) and key.key_size < 1024:
        raise _unusable_key(file, f"RSA with {key.key_size} bits is too weak, receivers ignore it")
    return key


def save_key(key: PrivateKey, file: Path) -> None:
    """Write the private key, readable by its owner alone. Raises ``FileExistsError``: no key is overwritten."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    atomic_write(file, pem, overwrite=False, mode=0o600)


def public_key_base64(key: PrivateKey) -> str:
    """The public key as in the DNS record: RSA in SubjectPublicKeyInfo (RFC 6376), Ed25519 raw (RFC 8463)."""
    public_key = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        return _base64(public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
    return _base64(public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _canonical_lines(headers: bytes) -> list[bytes]:
    """Unfolded headers with lower-case names."""
    lines = headers.replace(b"\r\n ", b" ").removesuffix(b"\r\n").split(b"\r\n")
    parts = (line.partition(b": ") for line in lines)
    return [b"%b:%b" % (name.lower(), value) for name, _, value in parts]


def _sha256(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")


def _unusable_key(file: Path, reason: str) -> UsageError:
    return UsageError(f"{file} can't sign mail: {reason}", hint="'digest dkim keygen' makes a usable key")
