"""Keeping secrets: sealing values at rest, random tokens, hashes, signatures."""

import base64
import hashlib
import hmac
import secrets as _secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class UnsealError(ValueError):
    """The sealed value was made with an unknown key, for another purpose, or was changed."""


class Sealer:
    """Encrypts values at rest with AES-256-GCM; the key id travels with the value, so keys can rotate."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """Takes installation secrets by key id (each at least 16 bytes) and the id new values are sealed with.

        Raises:
            ValueError: a secret is too short, a key id contains a dot, or the current one is missing.
        """
        if current not in keys or any("." in key_id or len(secret) < 16 for key_id, secret in keys.items()):
            raise ValueError("sealing needs the current key, ids without dots and secrets of at least 16 bytes")
        self._keys = {key_id: derive_key(secret, "seal") for key_id, secret in keys.items()}
        self.current = current

    @classmethod
    def of(cls, secret: bytes, previous: Sequence[bytes] = ()) -> "Sealer":
        """Seals with one secret and also opens what earlier ones sealed; each key is named after its secret."""
        return cls({key_id(one): one for one in (*previous, secret)}, key_id(secret))

    def seal(self, plain: bytes, *, purpose: str) -> str:
        """Seals bytes; `purpose` (such as "tenant:field") is bound to the value and must be given to open it."""
        nonce = _secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, plain, purpose.encode())
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Opens a sealed value. One whose key id is not known is tried with every key: ids were given otherwise once.

        Raises:
            UnsealError: no key opens it, it is for another purpose, or it was changed.
        """
        name, _, body = sealed.partition(".")
        known = self._keys.get(name)
        for key in [known] if known is not None else self._keys.values():
            try:
                raw = base64.urlsafe_b64decode(body)
                return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
            except (InvalidTag, ValueError):
                continue
        raise UnsealError("the sealed value does not open" if known else f"sealed with the unknown key {name!r}")

    def is_current(self, sealed: str) -> bool:
        """Whether a value is sealed with the newest key."""
        return sealed.partition(".")[0] == self.current

    def reseal(self, sealed: str, *, purpose: str) -> str:
        """The same value sealed with the newest key; one that is already so is returned as it is.

        Raises:
            UnsealError: as in `open`.
        """
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, purpose=purpose), purpose=purpose)


def key_id(secret: bytes) -> str:
    """A short name of an installation secret that tells nothing about it."""
    return "k" + derive_key(secret, "key-id").hex()[:8]


def derive_key(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from an installation secret (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"callout:{purpose}".encode()).derive(secret)


def new_token(size: int = 32) -> str:
    """A random URL-safe token of `size` bytes of entropy."""
    return _secrets.token_urlsafe(size)


def hash_token(token: str) -> str:
    """The SHA-256 under which a random token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 as lower-case hex."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
