"""The operator's password: its scrypt hash in a file of its own, which ``[web] operator_password_file`` names.

    scrypt:32768:8:3:<salt>:<hash>     N, r and p by OWASP's Password Storage Cheat Sheet; salt and hash in hexadecimal

The parameters stand beside the hash, so that later versions can raise them, and still check older files.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from digest.model.errors import DigestError, UsageError
from digest.settings.atomic_write import atomic_write

#: As long as four or five words; NIST SP 800-63B asks for 8 at least, where a second factor is used.
MIN_LENGTH = 12
_N, _R, _P = 1 << 15, 8, 3
_SALT_BYTES, _HASH_BYTES = 16, 32
#: No file may make a check take a gigabyte, or minutes.
_MAX_MEMORY, _MAX_WORK = 1 << 28, 1 << 24
_LINE = re.compile(r"scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([0-9a-f]{16,128}):([0-9a-f]{32,128})\s*", re.ASCII)
_HINT = "'digest web password' writes it anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordHash:
    """A password's hash, with everything that is needed to check a password against it."""

    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    def __repr__(self) -> str:
        return "PasswordHash(***)"

    def __str__(self) -> str:
        return f"scrypt:{self.n}:{self.r}:{self.p}:{self.salt.hex()}:{self.hash.hex()}"

    @property
    def id(self) -> str:
        """Tells one password's sessions from another's, and nothing about the password."""
        return hashlib.sha256(b"digest operator password " + self.salt + self.hash).hexdigest()[:16]

    def matches(self, password: str) -> bool:
        """Whether it is the password; takes as long for any other."""
        actual = _scrypt(password, self.salt, n=self.n, r=self.r, p=self.p, length=len(self.hash))
        return hmac.compare_digest(actual, self.hash)


def hash_password(password: str, *, n: int = _N) -> PasswordHash:
    """Hash a new password; ``n`` is the cost of each check. Raises ``UsageError`` if it is too short."""
    if len(password) < MIN_LENGTH:
        raise UsageError(
            f"the password has fewer than {MIN_LENGTH} characters; nothing was changed",
            hint="four or five words that nobody else would join",
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    return PasswordHash(n=n, r=_R, p=_P, salt=salt, hash=_scrypt(password, salt, n=n, r=_R, p=_P, length=_HASH_BYTES))


def save_password(hashed: PasswordHash, file: Path) -> None:
    """Write the file whole or not at all, readable by its owner alone. Raises ``OSError``."""
    if file.is_file():
        file.chmod(0o600)  # a file that is replaced keeps its permissions
    atomic_write(file, f"{hashed}\n", mode=0o600)


def read_password(file: Path) -> PasswordHash:
    """Read the file. Raises ``DigestError`` if there is none, or it isn't one."""
    try:
        text = file.read_text("ascii", errors="replace")
    except FileNotFoundError as error:
        raise DigestError(
            f"there is no operator's password at {file}", hint="'digest web password' sets one"
        ) from error
    except OSError as error:
        raise DigestError(f"the operator's password can't be read: {file}: {error.strerror}", hint=_HINT) from error
    match = _LINE.fullmatch(text)
    if match is None:
        raise DigestError(f"{file} is not a password's hash", hint=_HINT)
    n, r, p = int(match[1]), int(match[2]), int(match[3])
    if n < 2 or n & (n - 1) or not r or not p or 128 * n * r > _MAX_MEMORY or n * r * p > _MAX_WORK:
        raise DigestError(f"{file} asks for more memory or time than a password's check may take", hint=_HINT)
    return PasswordHash(n=n, r=r, p=p, salt=bytes.fromhex(match[4]), hash=bytes.fromhex(match[5]))


def _scrypt(password: str, salt: bytes, *, n: int, r: int, p: int, length: int) -> bytes:
    # Keyboards and systems compose characters differently.
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY + (1 << 24), dklen=length)
