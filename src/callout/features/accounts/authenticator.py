"""Turns what a request carries into a principal: access token, access key or ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from callout.features.accounts import session_store as store
from callout.features.accounts.access_keys import PREFIX as KEY_PREFIX
from callout.features.accounts.access_keys import holder_of, is_live
from callout.features.accounts.access_tokens import Claims
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import TokenRevoked
from callout.features.accounts.tickets import Ticket, redeem_ticket
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.principal import Principal
from callout.kit.secrets import hash_token

SEEN_EVERY = timedelta(minutes=1)


class TokenAuthenticator:
    """Recognises principals; asks the database about one at most every half minute."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        """The principal behind a request's credential, None without one.

        Args:
            authorization: the Authorization header.
            ticket: the `ticket` query parameter of streams and sockets, for the audience `events`.

        Raises:
            Unauthenticated: with the code `unauthenticated`, `token_expired` or `token_revoked`.
        """
        if authorization is not None:
            scheme, _, credential = authorization.partition(" ")
            credential = credential.strip()
            if scheme.lower() != "bearer" or not credential:
                raise Unauthenticated("Send `Authorization: Bearer <token>`.")
            return await self._recognise(credential)
        if ticket is not None:
            return (await self.redeem(ticket, audience="events"))[0]
        return None

    async def redeem(self, ticket: str, *, audience: str) -> tuple[Principal, Ticket]:
        """Uses a ticket up; the principal is as fresh as the database.

        Raises:
            Unauthenticated: not valid, used, or made for something else.
        """
        redeemed = await redeem_ticket(self._accounts, ticket)
        if redeemed.audience != audience:
            raise Unauthenticated("This ticket was made for something else.")
        return await self._of_session(redeemed.tenant_id, redeemed.session_id), redeemed

    async def still_stands(self, work: Work) -> bool:
        """Whether the principal of a long-lived unit, such as a stream, is still who it was when it began."""
        principal = work.principal
        if principal.tenant_id is None or principal.actor_id is None:
            return True
        if principal.session_id is None:
            return await is_live(work, principal.actor_id)
        identity = await store.identity_of(work, principal.session_id)
        if identity is None:
            return False
        try:
            fresh = await self._principal(work, principal.tenant_id, principal.session_id, identity)
        except TokenRevoked:
            return False
        return (fresh.role, fresh.status, fresh.vendor_id) == (principal.role, principal.status, principal.vendor_id)

    async def _recognise(self, credential: str) -> Principal:
        now = self._accounts.database.clock.now()
        key = hash_token(credential)
        known = self._accounts.principals.find(key, now)
        if known is not None:
            return known
        expires_at: datetime | None
        if credential.startswith(KEY_PREFIX):
            principal, expires_at = await self._of_key(credential)
        else:
            claims = self._accounts.tokens.read(credential, now)
            principal, expires_at = await self._of_claims(claims), claims.expires_at
        self._accounts.principals.keep(key, principal, now, expires_at)
        return principal

    async def _of_claims(self, claims: Claims) -> Principal:
        principal = await self._of_session(claims.tenant_id, claims.session_id)
        if principal.actor_id != claims.user_id or principal.role != claims.role:
            raise TokenRevoked
        return principal

    async def _of_session(self, tenant_id: UUID, session_id: UUID) -> Principal:
        async with self._accounts.database.transaction(Principal.system(tenant_id)) as work:
            identity = await store.identity_of(work, session_id)
            if identity is None:
                raise TokenRevoked
            if identity.last_seen_at is None or work.now - identity.last_seen_at >= SEEN_EVERY:
                await store.touch_presence(work, identity.user_id, session_id)
            return await self._principal(work, tenant_id, session_id, identity)

    async def _principal(self, work: Work, tenant_id: UUID, session_id: UUID, identity: store.Identity) -> Principal:
        values = await store.security_values(work)
        networks = values.get("security.ip_allowlist")
        vendor_id, status, reason = None, "active", ""
        if identity.tenant_status == "closed":
            status = "closed"
        elif identity.role == "vendor":
            standing = await self._accounts.vendors.standing(work, identity.user_id)
            if standing is None:
                raise TokenRevoked
            vendor_id, status, reason = standing
        elif values.get("security.require_mfa") and identity.role != "viewer" and not identity.mfa_enabled:
            status = "mfa_setup"
        return Principal(
            role=identity.role,
            tenant_id=tenant_id,
            actor_id=identity.user_id,
            session_id=session_id,
            vendor_id=vendor_id,
            label=identity.full_name or identity.email,
            status=status,
            status_reason=reason,
            networks=tuple(networks) if isinstance(networks, list) else (),
        )

    async def _of_key(self, credential: str) -> tuple[Principal, datetime | None]:
        async with self._accounts.database.lookup() as work:
            holder = await holder_of(work, credential)
        if holder is None or holder.tenant_status == "closed":
            raise Unauthenticated("This access key is unknown, expired or revoked.")
        async with self._accounts.database.transaction(Principal.system(holder.tenant_id)) as work:
            networks = (await store.security_values(work)).get("security.ip_allowlist")
        principal = Principal(
            role=holder.role,
            tenant_id=holder.tenant_id,
            actor_id=holder.key_id,
            label=f"access key {holder.name}",
            networks=tuple(networks) if isinstance(networks, list) else (),
        )
        return principal, holder.expires_at
