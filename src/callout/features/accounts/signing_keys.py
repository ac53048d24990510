"""The Ed25519 keys that sign access tokens: loaded from a directory, made when it is empty, published as JWKS."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FIRST_KEY = "ed25519-0001.pem"
RESCAN_AFTER_S = 10.0


class SigningKey(NamedTuple):
    """One key pair and the id its tokens carry."""

    kid: str
    private: Ed25519PrivateKey
    public: Ed25519PublicKey


class SigningKeys:
    """All `*.pem` keys (PKCS 8) of a directory; the last by file name signs, every one verifies.

    To rotate, add a key with a higher name; remove the old one when its last token has expired.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._keys: dict[str, SigningKey] = {}
        self._current = ""
        self._scanned_at = 0.0
        self._scan()

    @property
    def current(self) -> SigningKey:
        """The key new tokens are signed with."""
        return self._keys[self._current]

    def find(self, kid: str | None) -> SigningKey | None:
        """The key with this id; the directory is looked at again when it is unknown, at most every ten seconds."""
        if kid not in self._keys and time.monotonic() - self._scanned_at > RESCAN_AFTER_S:
            self._scan()
        return self._keys.get(kid or "")

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set (RFC 7517, RFC 8037)."""
        return {
            "keys": [
                {"kty": "OKP", "crv": "Ed25519", "x": _x(key.public), "kid": key.kid, "use": "sig", "alg": "EdDSA"}
                for key in self._keys.values()
            ]
        }

    def _scan(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = sorted(self._directory.glob("*.pem"))
        if not files:
            _create(self._directory / FIRST_KEY)
            files = sorted(self._directory.glob("*.pem"))
        keys = [_load(file) for file in files]
        self._keys = {key.kid: key for key in keys}
        self._current = keys[-1].kid
        self._scanned_at = time.monotonic()


def _create(path: Path) -> None:
    """Writes a new key so that readers see all of it or nothing, and the first of several writers wins."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _load(path: Path) -> SigningKey:
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    public = private.public_key()
    return SigningKey(_thumbprint(public), private, public)


def _x(public: Ed25519PublicKey) -> str:
    return _base64url(public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def _thumbprint(public: Ed25519PublicKey) -> str:
    """RFC 7638: SHA-256 over the required members in lexical order."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": _x(public)}, separators=(",", ":"))
    return _base64url(hashlib.sha256(members.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
