"""Access tokens: EdDSA-signed JWTs, issued and read (pure but for the keys)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import jwt

from callout.features.accounts.errors import TokenExpired
from callout.features.accounts.signing_keys import SigningKeys
from callout.kit.errors import Unauthenticated
from callout.kit.ids import uuid7

AUDIENCE = "callout"
LIFETIME = timedelta(minutes=15)
LONG_LIFETIME = timedelta(days=30)
"""For clients that cannot refresh (the Base44 login); still bound to a session that can be revoked."""


class Claims(NamedTuple):
    """What an access token says."""

    user_id: UUID
    tenant_id: UUID
    role: str
    session_id: UUID
    expires_at: datetime


class AccessTokens:
    """Issues and reads the access tokens of one installation."""

    def __init__(self, keys: SigningKeys, *, issuer: str) -> None:
        self.keys = keys
        self.issuer = issuer

    def issue(
        self,
        *,
        user_id: UUID,
        tenant_id: UUID,
        role: str,
        session_id: UUID,
        now: datetime,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """A signed token for one session."""
        key = self.keys.current
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "tid": str(tenant_id),
            "role": role,
            "sid": str(session_id),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": str(uuid7()),
        }
        return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": key.kid})

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a genuine, unexpired token.

        Raises:
            TokenExpired: genuine but too old.
            Unauthenticated: anything else that is wrong with it.
        """
        try:
            key = self.keys.find(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise Unauthenticated("The token was signed with an unknown key.")
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={
                    "require": ["exp", "iat", "sub", "tid", "sid", "role"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
            read = Claims(
                UUID(claims["sub"]), UUID(claims["tid"]), str(claims["role"]), UUID(claims["sid"]), expires_at
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise Unauthenticated("The token is not valid.") from error
        if expires_at <= now:
            raise TokenExpired
        return read
