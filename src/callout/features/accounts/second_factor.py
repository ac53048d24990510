"""The second factor of a user: set up, confirm, use, renew, remove."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from callout.features.accounts import totp
from callout.features.accounts.attempts import attempt_failed, attempt_succeeded, begin_attempt
from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import MfaInvalid
from callout.features.accounts.tables import User
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.user_store import find_user
from callout.kit.db.work import Work
from callout.kit.errors import Conflict, Unauthenticated
from callout.kit.principal import Principal

T = TypeVar("T")


class Enrolment(NamedTuple):
    """What the user puts into an authenticator app."""

    secret: str
    otpauth_url: str
    qr_svg: str


async def begin_enrolment(accounts: Accounts, work: Work) -> Enrolment:
    """A new secret, in force once a code proves that the app has it."""
    user = await _locked_self(work)
    if user.mfa_enabled:
        raise Conflict("A second factor is set up already. Remove it first.")
    secret = totp.new_secret()
    user.totp_secret = accounts.sealer.seal(secret.encode(), purpose=sealed_for(user.tenant_id, user.id))
    user.totp_last_step = None
    tenant = await own_tenant(work)
    url = totp.otpauth_url(secret, account=user.email, issuer=tenant.name)
    return Enrolment(secret, url, totp.qr_svg(url))


async def confirm_enrolment(accounts: Accounts, work: Work, code: str) -> list[str]:
    """Switches the second factor on; returns the recovery codes, shown once."""
    user = await _locked_self(work)
    if user.mfa_enabled:
        raise Conflict("A second factor is set up already.")
    if not use_code(accounts, user, code, work.now, with_recovery=False):
        raise MfaInvalid
    user.mfa_enabled = True
    codes = _renew_codes(user)
    await _announce(accounts, work, user, "account.enable_mfa")
    return codes


async def renew_recovery_codes(accounts: Accounts, work: Work, code: str) -> list[str]:
    """Replaces the recovery codes; the old ones are void."""
    user = await _locked_self(work)
    if not user.mfa_enabled or not use_code(accounts, user, code, work.now, with_recovery=False):
        raise MfaInvalid
    codes = _renew_codes(user)
    await _announce(accounts, work, user, "account.renew_recovery_codes")
    return codes


async def remove_second_factor(accounts: Accounts, work: Work, code: str) -> None:
    """Switches the second factor off; the password was checked before."""
    user = await _locked_self(work)
    if not user.mfa_enabled or not use_code(accounts, user, code, work.now):
        raise MfaInvalid
    user.mfa_enabled = False
    user.totp_secret = None
    user.totp_last_step = None
    user.recovery_codes = []
    await _announce(accounts, work, user, "account.disable_mfa")


async def with_attempt(accounts: Accounts, principal: Principal, use: Callable[[Work], Awaitable[T]]) -> T:
    """Runs a use case that checks a code, counting wrong codes against the user.

    Args:
        accounts: the context.
        principal: the signed-in user.
        use: gets a unit of work of its own, committed when the code was right.

    Raises:
        MfaInvalid: the code was wrong.
        AccountLocked: too many wrong codes.
    """
    subject = f"mfa:{principal.actor_id}"
    attempt = await begin_attempt(accounts, subject)
    try:
        async with accounts.database.transaction(principal) as work:
            result = await use(work)
    except MfaInvalid:
        await attempt_failed(accounts, subject, attempt)
        raise
    await attempt_succeeded(accounts, subject)
    return result


def use_code(accounts: Accounts, user: User, code: str, now: datetime, *, with_recovery: bool = True) -> bool:
    """Uses a code of the app or a recovery code; the row must be locked, so that a code works once."""
    if user.totp_secret is None:
        return False
    secret = accounts.sealer.open(user.totp_secret, purpose=sealed_for(user.tenant_id, user.id)).decode()
    step = totp.matching_step(secret, code, now, user.totp_last_step)
    if step is not None:
        user.totp_last_step = step
        return True
    hashed = totp.recovery_hash(code)
    if with_recovery and hashed in user.recovery_codes:
        user.recovery_codes = [other for other in user.recovery_codes if other != hashed]
        return True
    return False


def _renew_codes(user: User) -> list[str]:
    codes, user.recovery_codes = totp.new_recovery_codes()
    return codes


async def _announce(accounts: Accounts, work: Work, user: User, action: str) -> None:
    await audit(work, action, "user", user.id)
    await accounts.mail.send(work, "mfa_changed", user, {"full_name": user.full_name, "at": work.now.isoformat()})
    own_session = work.principal.session_id

    async def forget() -> None:
        accounts.principals.forget(lambda principal: principal.session_id == own_session)

    work.after_commit(forget)


async def _locked_self(work: Work) -> User:
    if work.principal.actor_id is None:
        raise Unauthenticated
    return await find_user(work, work.principal.actor_id, lock=True)


def sealed_for(tenant_id: UUID, user_id: UUID) -> str:
    """What the secret of a second factor is bound to."""
    return f"{tenant_id}:{user_id}:totp"
