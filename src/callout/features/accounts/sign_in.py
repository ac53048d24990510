"""Signing in with a password: the same answer and time for every wrong guess."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from uuid import UUID

from callout.features.accounts.attempts import attempt_failed, attempt_succeeded, begin_attempt
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import InvalidCredentials, MfaInvalid, MfaRequired, TenantChoiceRequired
from callout.features.accounts.one_time_tokens import count_attempt, make_token, tenant_of_token, use_up
from callout.features.accounts.second_factor import use_code
from callout.features.accounts.sessions import Device, IssuedTokens, issue_session
from callout.features.accounts.tables import Tenant, User
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.user_store import Candidate, candidates, find_user
from callout.kit.db.work import Work
from callout.kit.principal import Principal


class SignedIn(NamedTuple):
    """A fresh session with whom it belongs to."""

    tokens: IssuedTokens
    user: User
    tenant: Tenant


async def sign_in(
    accounts: Accounts, *, email: str, password: str, slug: str | None, device: Device, transport: str
) -> SignedIn:
    """Checks e-mail and password and starts a session.

    No database connection is held while passwords are hashed or while earlier failures make the caller wait.

    Raises:
        InvalidCredentials: unknown e-mail, wrong password, disabled user: all alike.
        TenantChoiceRequired: the password is right in several tenants and none was named.
        MfaRequired: with a `challenge` to answer by `sign_in_with_code`.
        AccountLocked: too many failures.
    """
    one = await check_password(accounts, email=email, password=password, slug=slug)
    async with accounts.database.transaction(Principal.system(one.tenant_id)) as work:
        if one.mfa_enabled:
            context = {"device": device.name, "transport": transport}
            challenge = await make_token(work, "mfa_challenge", subject_id=one.user_id, context=context)
        else:
            return await _start(accounts, work, one.user_id, device)
    raise MfaRequired(challenge=challenge)


async def sign_in_with_code(accounts: Accounts, *, challenge: str, code: str, device: Device) -> tuple[SignedIn, str]:
    """Answers the second-factor challenge; returns the session and the transport chosen at the first step.

    Raises:
        MfaInvalid: wrong or used code, or a challenge that is over.
        AccountLocked: too many wrong codes.
    """
    async with accounts.database.lookup() as lookup:
        tenant_id = await tenant_of_token(lookup, "mfa_challenge", challenge)
    if tenant_id is None:
        raise MfaInvalid
    system = Principal.system(tenant_id)
    async with accounts.database.transaction(system) as work:
        row = await count_attempt(work, "mfa_challenge", challenge)
    if row is None or row.subject_id is None:
        raise MfaInvalid("The sign-in took too long or failed too often. Start again.")
    subject = f"mfa:{row.subject_id}"
    attempt = await begin_attempt(accounts, subject)
    context = row.context or {}
    device = device._replace(name=context.get("device"))
    signed_in = None
    async with accounts.database.transaction(system) as work:
        user = await find_user(work, row.subject_id, lock=True)
        if use_code(accounts, user, code, work.now) and await use_up(work, "mfa_challenge", challenge):
            signed_in = await _start(accounts, work, user.id, device, by_second_factor=True)
    if signed_in is None:
        await attempt_failed(accounts, subject, attempt)
        raise MfaInvalid
    await attempt_succeeded(accounts, subject)
    return signed_in, str(context.get("transport") or "body")


async def check_password(accounts: Accounts, *, email: str, password: str, slug: str | None = None) -> Candidate:
    """The one user whose password this is.

    Raises:
        InvalidCredentials, TenantChoiceRequired, AccountLocked: as `sign_in`.
    """
    subject = email.strip().lower()
    attempt = await begin_attempt(accounts, subject)
    async with accounts.database.lookup() as lookup:
        found = await candidates(lookup, subject, slug)
    hashes = [one.password_hash for one in found] or [None]
    checks = await asyncio.gather(*(accounts.passwords.verify(hashed, password) for hashed in hashes))
    right = [one for one, is_right in zip(found, checks, strict=False) if is_right]
    if not right:
        await attempt_failed(accounts, subject, attempt)
        raise InvalidCredentials
    await attempt_succeeded(accounts, subject)
    if len(right) > 1:
        raise TenantChoiceRequired(tenants=[{"slug": one.slug, "name": one.tenant_name} for one in right])
    return right[0]


async def confirm_own_password(accounts: Accounts, principal: Principal, password: str) -> None:
    """Makes a signed-in user repeat the password, in short transactions of its own.

    Raises:
        InvalidCredentials: it is wrong.
        AccountLocked: too many wrong ones.
    """
    subject = f"user:{principal.actor_id}"
    attempt = await begin_attempt(accounts, subject)
    async with accounts.database.transaction(principal) as work:
        hashed = (await find_user(work, own_id(principal))).password_hash
    if not await accounts.passwords.verify(hashed, password):
        await attempt_failed(accounts, subject, attempt)
        raise InvalidCredentials("The password is wrong.")
    await attempt_succeeded(accounts, subject)


def own_id(principal: Principal) -> UUID:
    """The id of the signed-in user."""
    if principal.actor_id is None:
        raise InvalidCredentials
    return principal.actor_id


async def _start(
    accounts: Accounts, work: Work, user_id: UUID, device: Device, *, by_second_factor: bool = False
) -> SignedIn:
    user = await find_user(work, user_id)
    tokens = await issue_session(accounts, work, user, device, by_second_factor=by_second_factor)
    return SignedIn(tokens, user, await own_tenant(work))
