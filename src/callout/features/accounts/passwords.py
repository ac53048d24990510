"""Changing a password: knowing the old one, or by a mailed link."""

from __future__ import annotations

from callout.features.accounts.attempts import attempt_succeeded
from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.email_verification import web_root
from callout.features.accounts.errors import InvalidCode
from callout.features.accounts.one_time_tokens import make_token, peek, tenant_of_token, use_up, withdraw
from callout.features.accounts.password_policy import ADMIN_MINIMUM, VENDOR_MINIMUM, check_password
from callout.features.accounts.sessions import end_sessions
from callout.features.accounts.sign_in import confirm_own_password, own_id
from callout.features.accounts.tables import User
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.user_store import candidates, find_user
from callout.kit.db.work import Work
from callout.kit.principal import Principal


async def change_password(accounts: Accounts, principal: Principal, *, current: str, new: str) -> None:
    """Replaces the password of a signed-in user and ends his other sessions.

    Raises:
        InvalidCredentials: the current password is wrong.
        WeakPassword: the new one is too easy.
    """
    await confirm_own_password(accounts, principal, current)
    async with accounts.database.transaction(principal) as work:
        await _check_strength(work, await find_user(work, own_id(principal)), new)
    hashed = await accounts.passwords.hash(new)
    async with accounts.database.transaction(principal) as work:
        user = await find_user(work, own_id(principal), lock=True)
        await _set_password(accounts, work, user, hashed)
        await end_sessions(accounts, work, "password_change", user_id=user.id, keep=principal.session_id)


async def send_reset(accounts: Accounts, email: str, slug: str | None) -> None:
    """Mails a reset link to every user of an address; says nothing about who exists."""
    async with accounts.database.lookup() as lookup:
        found = await candidates(lookup, email, slug)
    for one in found:
        async with accounts.database.transaction(Principal.system(one.tenant_id)) as work:
            user = await find_user(work, one.user_id)
            await withdraw(work, "password_reset", user.id)
            token = await make_token(work, "password_reset", subject_id=user.id, email=user.email)
            words = {
                "full_name": user.full_name,
                "business_name": one.tenant_name,
                "link": f"{accounts.public_url}/{web_root(user.role)}/reset-password?token={token}",
                "expires_in": "30 min",
            }
            await accounts.mail.send(work, "password_reset", user, words)


async def reset_password(accounts: Accounts, token: str, new: str) -> None:
    """Sets a password by a mailed link; ends every session, proves the address and lifts a lock.

    Raises:
        InvalidCode: unknown, expired or used.
        WeakPassword: too easy; the link stays usable.
    """
    async with accounts.database.lookup() as lookup:
        tenant_id = await tenant_of_token(lookup, "password_reset", token)
    if tenant_id is None:
        raise InvalidCode
    system = Principal.system(tenant_id)
    async with accounts.database.transaction(system) as work:
        row = await peek(work, "password_reset", token)
        if row is None or row.subject_id is None:
            raise InvalidCode
        await _check_strength(work, await find_user(work, row.subject_id), new)
    hashed = await accounts.passwords.hash(new)
    async with accounts.database.transaction(system) as work:
        used = await use_up(work, "password_reset", token)
        if used is None or used.subject_id is None:
            raise InvalidCode
        user = await find_user(work, used.subject_id, lock=True)
        await _set_password(accounts, work, user, hashed)
        user.email_verified_at = user.email_verified_at or work.now
        await end_sessions(accounts, work, "password_change", user_id=user.id)
    await attempt_succeeded(accounts, user.email)


async def _check_strength(work: Work, user: User, password: str) -> None:
    minimum = VENDOR_MINIMUM if user.role == "vendor" else ADMIN_MINIMUM
    tenant = await own_tenant(work)
    check_password(password, minimum=minimum, personal=(user.email, user.full_name, tenant.name))


async def _set_password(accounts: Accounts, work: Work, user: User, hashed: str) -> None:
    user.password_hash = hashed
    user.password_changed_at = work.now
    await audit(work, "account.change_password", "user", user.id)
    await accounts.mail.send(work, "password_changed", user, {"full_name": user.full_name, "at": work.now.isoformat()})
