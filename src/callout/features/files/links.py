"""Signed download links: the tenant, the file and the time they end, under a key of the installation."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from callout.features.files.errors import LinkExpired, LinkUnknown
from callout.kit.secrets import derive_key

DEFAULT_EXPIRY_S = 300
MIN_EXPIRY_S = 30
MAX_EXPIRY_S = 86_400
LASTING = 0
"""The end of a link that never ends."""


class Grant(msgspec.Struct, frozen=True):
    """What a link allows."""

    tenant_id: UUID
    file_id: UUID
    expires_at: int
    """Unix time, seconds; 0 for a lasting link."""


class LinkSigner:
    """Makes and reads links. Token: `<end, hex>.<tenant, 32 hex>.<HMAC-SHA256, base64url>`."""

    def __init__(self, secret: bytes, base_url: str, previous: Sequence[bytes] = ()) -> None:
        """Takes the installation secret, the public address of the gateway, and secrets whose links still hold."""
        self._keys = [derive_key(one, "file-links") for one in (secret, *previous)]
        self.base_url = base_url.rstrip("/")

    def url(self, tenant_id: UUID, file_id: UUID, now: datetime, expires_s: int = DEFAULT_EXPIRY_S) -> str:
        """A link that ends `expires_s` seconds from now, 30 to 86 400."""
        bounded = min(max(expires_s, MIN_EXPIRY_S), MAX_EXPIRY_S)
        return self._url(Grant(tenant_id, file_id, int((now + timedelta(seconds=bounded)).timestamp())))

    def lasting_url(self, tenant_id: UUID, file_id: UUID) -> str:
        """A link that never ends, for public uploads."""
        return self._url(Grant(tenant_id, file_id, LASTING))

    def read(self, file_id: UUID, token: str, now: datetime) -> Grant:
        """What a token allows for a file.

        Raises:
            LinkUnknown: forged, or of another file.
            LinkExpired: genuine, but over.
        """
        try:
            end, tenant, signature = token.split(".")
            grant = Grant(UUID(hex=tenant), file_id, int(end, 16))
        except ValueError:
            raise LinkUnknown from None
        genuine = [hmac.compare_digest(signature.encode(), _signature(key, grant).encode()) for key in self._keys]
        if not any(genuine):
            raise LinkUnknown
        if grant.expires_at != LASTING and grant.expires_at <= now.timestamp():
            raise LinkExpired
        return grant

    def _url(self, grant: Grant) -> str:
        token = f"{grant.expires_at:x}.{grant.tenant_id.hex}.{_signature(self._keys[0], grant)}"
        return f"{self.base_url}/api/shared/files/{grant.file_id}/content?token={token}"


def _signature(key: bytes, grant: Grant) -> str:
    message = grant.tenant_id.bytes + grant.file_id.bytes + grant.expires_at.to_bytes(8, "big")
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
