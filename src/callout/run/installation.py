"""What one installation is on this machine: its settings, its database addresses, its secret."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from callout.settings import Settings

_KEPT = "secret.key"


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings made concrete.

    Attributes:
        app_url: The services' way into the database (a weak role when the server is ours).
        owner_url: The migrations' way.
        secret: Installation secret that sealing and signing keys are derived from.
    """

    settings: Settings
    app_url: str
    owner_url: str
    secret: bytes
    previous_secrets: tuple[bytes, ...] = ()

    @property
    def async_url(self) -> URL:
        """The services' database for asyncpg."""
        return make_url(self.app_url).set(drivername="postgresql+asyncpg")


def secret_of(settings: Settings) -> bytes:
    """CALLOUT_SECRET_KEY, or one made once and kept in the state directory (mode 0600)."""
    if settings.security.secret_key is not None:
        return settings.security.secret_key.get_secret_value().encode()
    return _kept_secret(settings.state_dir / _KEPT)


def previous_secrets_of(settings: Settings) -> tuple[bytes, ...]:
    """CALLOUT_PREVIOUS_SECRET_KEYS, and the secret once made and kept in the state directory, where there is one."""
    given = [key.get_secret_value().encode() for key in settings.security.previous_secret_keys]
    kept = settings.state_dir / _KEPT
    if settings.security.secret_key is not None and kept.is_file():
        given.append(kept.read_bytes().strip())
    return tuple(dict.fromkeys(given))


def installation(settings: Settings, *, app_url: str, owner_url: str | None = None) -> Installation:
    """The installation on a given database."""
    secret = secret_of(settings)
    return Installation(
        settings=settings,
        app_url=app_url,
        owner_url=owner_url or app_url,
        secret=secret,
        previous_secrets=tuple(each for each in previous_secrets_of(settings) if each != secret),
    )


def _kept_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes().strip()
