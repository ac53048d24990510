"""Starts, refreshes and ends sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from callout.features.accounts import session_store as store
from callout.features.accounts.access_tokens import LIFETIME
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import TokenExpired, TokenReused, TokenRevoked
from callout.features.accounts.events import SessionRevoked
from callout.features.accounts.refresh_tokens import (
    RefreshToken,
    Rotation,
    Verdict,
    judge,
    new_refresh_token,
    read_refresh_token,
)
from callout.features.accounts.tables import Session, User
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.user_store import find_user
from callout.kit.db.work import Work
from callout.kit.errors import Problem, Unauthenticated
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import new_token


class Device(NamedTuple):
    """Where somebody signs in from."""

    ip: str
    user_agent: str
    name: str | None = None


class IssuedTokens(NamedTuple):
    """What a client keeps of a session.

    Attributes:
        expires_in: seconds until the access token expires.
        refresh_expires_at: when the refresh token does.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID
    refresh_expires_at: datetime


async def issue_session(
    accounts: Accounts,
    work: Work,
    user: User,
    device: Device,
    *,
    lifetime: timedelta = LIFETIME,
    by_second_factor: bool = False,
) -> IssuedTokens:
    """Starts a session in a transaction of the user's tenant.

    Args:
        accounts: the context.
        work: a unit of work of the user's tenant.
        user: who signed in; already checked.
        device: where from; a device not seen before is reported to the user.
        lifetime: of the access token; longer only for clients that cannot refresh.
        by_second_factor: whether a second factor was shown just now.
    """
    settings = await tenant_settings(work)
    idle, absolute = (timedelta(days=settings[f"security.session_{name}_d"]) for name in ("idle", "absolute"))
    if not await store.knows_device(work, user.id, device.user_agent):
        await accounts.mail.send(work, "login_new_device", user, _device_words(work, device))
    token = new_refresh_token(uuid7())
    session = Session(
        id=uuid7(),
        user_id=user.id,
        family_id=token.family_id,
        family_hash=token.family_hash,
        rotation_salt=new_token(),
        refresh_hash=token.rotation_hash,
        device=device.name,
        ip=device.ip,
        user_agent=device.user_agent,
        last_used_at=work.now,
        expires_at=work.now + min(max(idle, lifetime), absolute),
        absolute_expires_at=work.now + absolute,
        mfa_at=work.now if by_second_factor else None,
    )
    work.session.add(session)
    user.last_login_at = work.now
    user.last_seen_at = work.now
    await work.session.flush()
    return _issue(accounts, work, user, session, token, lifetime=lifetime)


async def refresh_session(accounts: Accounts, text: str, device: Device) -> tuple[IssuedTokens, User]:
    """Rotates a refresh token.

    A token that was rotated before ends the whole session, except its immediate predecessor repeated within ten
    seconds from the same device, which gets the same successor again.

    Raises:
        Unauthenticated: unknown, expired (`token_expired`), ended (`token_revoked`) or used before (`token_reused`).
    """
    token = read_refresh_token(text)
    if token is None:
        raise Unauthenticated("This is not a refresh token.")
    async with accounts.database.lookup() as lookup:
        tenant_id = await store.tenant_of_family(lookup, token.family_id)
    if tenant_id is None:
        raise Unauthenticated("This refresh token is unknown.")
    async with accounts.database.transaction(Principal.system(tenant_id)) as work:
        outcome = await _rotate(accounts, work, token, device)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def end_sessions(
    accounts: Accounts,
    work: Work,
    reason: str,
    *,
    session_id: UUID | None = None,
    user_id: UUID | None = None,
    keep: UUID | None = None,
) -> int:
    """Ends sessions of one id, one user or the whole tenant; returns how many ended.

    Their refresh tokens are dead at once, their access tokens at the next check of each process (half a minute).
    """
    ended = await store.revoke(work, reason, session_id=session_id, user_id=user_id, keep=keep)
    for ended_id, owner_id in ended:
        await work.publish(SessionRevoked(noun_id=ended_id, user_id=owner_id, reason=reason))
    ids = {ended_id for ended_id, _ in ended}

    async def forget() -> None:
        accounts.principals.forget(lambda principal: principal.session_id in ids)

    work.after_commit(forget)
    return len(ended)


async def _rotate(
    accounts: Accounts, work: Work, token: RefreshToken, device: Device
) -> tuple[IssuedTokens, User] | Problem:
    session = await store.lock_family(work, token.family_id)
    if session is None:
        return Unauthenticated("This refresh token is unknown.")
    memory = Rotation(
        session.family_hash, session.refresh_hash, session.previous_hash, session.rotated_at, session.user_agent
    )
    verdict = judge(token, memory, user_agent=device.user_agent, now=work.now)
    if verdict is Verdict.UNKNOWN:
        return Unauthenticated("This refresh token is unknown.")
    if session.revoked_at is not None:
        return TokenRevoked()
    if verdict is Verdict.REUSED:
        await end_sessions(accounts, work, "reuse", session_id=session.id)
        return TokenReused()
    if session.expires_at <= work.now:
        return TokenExpired()
    user = await find_user(work, session.user_id)
    successor = token.successor(session.rotation_salt)
    if verdict is Verdict.CURRENT:
        idle = timedelta(days=(await tenant_settings(work))["security.session_idle_d"])
        session.previous_hash, session.refresh_hash = session.refresh_hash, successor.rotation_hash
        session.rotated_at = session.last_used_at = work.now
        session.expires_at = min(work.now + idle, session.absolute_expires_at)
        session.ip = device.ip
    return _issue(accounts, work, user, session, successor, lifetime=LIFETIME), user


def _issue(
    accounts: Accounts, work: Work, user: User, session: Session, token: RefreshToken, *, lifetime: timedelta
) -> IssuedTokens:
    access = accounts.tokens.issue(
        user_id=user.id,
        tenant_id=user.tenant_id,
        role=user.role,
        session_id=session.id,
        now=work.now,
        lifetime=lifetime,
    )
    return IssuedTokens(access, str(token), int(lifetime.total_seconds()), session.id, session.expires_at)


def _device_words(work: Work, device: Device) -> dict[str, str]:
    return {"device": device.name or device.user_agent or "unknown", "ip": device.ip, "at": work.now.isoformat()}
