"""Proving that an e-mail address is the user's: by link or by six digits."""

from __future__ import annotations

from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import InvalidCode
from callout.features.accounts.one_time_tokens import (
    make_code,
    make_token,
    subjects_of_code,
    tenant_of_token,
    try_code,
    use_up,
    withdraw,
)
from callout.features.accounts.tables import User
from callout.features.accounts.user_store import candidates, find_user
from callout.kit.db.work import Work
from callout.kit.principal import Principal


async def send_verification(accounts: Accounts, work: Work, user: User) -> None:
    """Mails a fresh link and code; earlier ones of the user are void."""
    await withdraw(work, "email_verify", user.id)
    token = await make_token(work, "email_verify", subject_id=user.id, email=user.email)
    code = await make_code(work, subject_id=user.id, email=user.email, context={"for": "email_verify"})
    words = {
        "full_name": user.full_name,
        "link": f"{accounts.public_url}/{web_root(user.role)}/verify-email?token={token}",
        "code": code,
        "expires_in": "24 h",
    }
    await accounts.mail.send(work, "email_verify", user, words)


async def resend_verification(accounts: Accounts, email: str) -> None:
    """Mails every unverified user of an address again; says nothing about who exists."""
    async with accounts.database.lookup() as lookup:
        found = await candidates(lookup, email)
    for one in found:
        async with accounts.database.transaction(Principal.system(one.tenant_id)) as work:
            user = await find_user(work, one.user_id)
            if user.email_verified_at is None:
                await send_verification(accounts, work, user)


async def verify_by_token(accounts: Accounts, token: str) -> None:
    """Takes the proof of the link.

    Raises:
        InvalidCode: unknown, expired or used.
    """
    async with accounts.database.lookup() as lookup:
        tenant_id = await tenant_of_token(lookup, "email_verify", token)
    if tenant_id is None:
        raise InvalidCode
    async with accounts.database.transaction(Principal.system(tenant_id)) as work:
        row = await use_up(work, "email_verify", token)
        if row is None or row.subject_id is None:
            raise InvalidCode
        await _mark_verified(work, await find_user(work, row.subject_id, lock=True))


async def verify_by_code(accounts: Accounts, email: str, code: str) -> None:
    """Takes the proof of the six digits; five tries.

    Raises:
        InvalidCode: wrong, expired or used up.
    """
    address = email.strip().lower()
    async with accounts.database.lookup() as lookup:
        rows = await subjects_of_code(lookup, address)
    is_right = False
    for tenant_id, row_id in rows:
        async with accounts.database.transaction(Principal.system(tenant_id)) as work:
            row = await try_code(work, row_id, code)
            if row is not None and row.subject_id is not None and (row.context or {}).get("for") == "email_verify":
                await _mark_verified(work, await find_user(work, row.subject_id, lock=True))
                is_right = True
    if not is_right:
        raise InvalidCode


def web_root(role: str) -> str:
    """The web application a role signs in to."""
    return "app" if role == "vendor" else "console"


async def _mark_verified(work: Work, user: User) -> None:
    user.email_verified_at = user.email_verified_at or work.now
    await withdraw(work, "otp", user.id)
    await withdraw(work, "email_verify", user.id)
