"""Counts attempts to guess a secret, in transactions of their own, so that a refusal does not undo the count."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import AccountLocked
from callout.features.accounts.sign_in_pace import LOCK, LOCKING_ATTEMPT, Attempt, next_attempt
from callout.features.accounts.tables import SignInAttempts
from callout.kit.secrets import hash_token


async def begin_attempt(accounts: Accounts, subject: str) -> Attempt:
    """Counts one attempt as failed for now and waits as long as the earlier failures demand.

    Args:
        accounts: the context.
        subject: what is guessed at: an e-mail address, known or not, or ``mfa:<user id>``.

    Raises:
        AccountLocked: ten failures within 15 minutes.
    """
    attempt = await _count(accounts, subject)
    if attempt.locked_until is not None:
        raise _locked(accounts, attempt)
    if attempt.pause_s:
        await accounts.pause(attempt.pause_s)
    return attempt


async def attempt_failed(accounts: Accounts, subject: str, attempt: Attempt) -> None:
    """Locks the subject when this was its tenth failure.

    Raises:
        AccountLocked: it is locked from now on.
    """
    if attempt.number < LOCKING_ATTEMPT:
        return
    until = accounts.database.clock.now() + LOCK
    async with accounts.database.lookup() as work:
        row = await work.session.get(SignInAttempts, hash_token(subject), with_for_update=True)
        if row is not None:
            row.locked_until = until
    raise _locked(accounts, attempt._replace(locked_until=until))


async def attempt_succeeded(accounts: Accounts, subject: str) -> None:
    """Forgets the failures."""
    async with accounts.database.lookup() as work:
        await work.session.execute(delete(SignInAttempts).where(SignInAttempts.email_hash == hash_token(subject)))


async def _count(accounts: Accounts, subject: str) -> Attempt:
    key = hash_token(subject)
    async with accounts.database.lookup() as work:
        session = work.session
        fresh = insert(SignInAttempts).values(email_hash=key, failures=0, since=work.now)
        await session.execute(fresh.on_conflict_do_nothing())
        row = (
            await session.execute(select(SignInAttempts).where(SignInAttempts.email_hash == key).with_for_update())
        ).scalar_one()
        attempt = next_attempt(row.failures, row.since, row.locked_until, work.now)
        if row.failures == 0 or attempt.number == 1:
            row.since = work.now
        row.failures = attempt.number
        row.locked_until = attempt.locked_until
    return attempt


def _locked(accounts: Accounts, attempt: Attempt) -> AccountLocked:
    left = (attempt.locked_until or accounts.database.clock.now()) - accounts.database.clock.now()
    return AccountLocked(retry_after_s=max(1, int(left.total_seconds())))
