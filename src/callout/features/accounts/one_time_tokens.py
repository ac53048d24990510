"""Short-lived secrets: made, tried and used up, each step safe against itself."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from callout.features.accounts.tables import OneTimeToken
from callout.kit.db.work import Work
from callout.kit.secrets import hash_token, new_token

LIFETIMES = {
    "email_verify": timedelta(hours=24),
    "password_reset": timedelta(minutes=30),
    "otp": timedelta(minutes=10),
    "invitation": timedelta(days=7),
    "mfa_challenge": timedelta(minutes=5),
    "ws_ticket": timedelta(seconds=60),
    "sso_state": timedelta(minutes=10),
}
MAX_ATTEMPTS = 5


async def make_token(
    work: Work,
    purpose: str,
    *,
    subject_id: UUID | None = None,
    email: str | None = None,
    context: dict[str, Any] | None = None,
) -> str:
    """A new random token; only its hash is kept."""
    token = new_token()
    work.session.add(
        OneTimeToken(
            purpose=purpose,
            token_hash=hash_token(f"{purpose}:{token}"),
            subject_id=subject_id,
            email=email,
            context=context,
            expires_at=work.now + LIFETIMES[purpose],
        )
    )
    await work.session.flush()
    return token


async def make_code(work: Work, *, subject_id: UUID, email: str, context: dict[str, Any] | None = None) -> str:
    """Six digits to type in; a newer code replaces the older ones of the same subject."""
    await withdraw(work, "otp", subject_id)
    code = f"{secrets.randbelow(10**6):06d}"
    work.session.add(
        OneTimeToken(
            purpose="otp",
            token_hash=hash_token(f"otp:{new_token()}"),
            subject_id=subject_id,
            email=email,
            context={**(context or {}), "code_hash": _code_hash(subject_id, code)},
            expires_at=work.now + LIFETIMES["otp"],
        )
    )
    await work.session.flush()
    return code


async def tenant_of_token(work: Work, purpose: str, token: str) -> UUID | None:
    """Whose tenant a token belongs to, used or not; needs a lookup that sees all."""
    query = select(OneTimeToken.tenant_id).where(OneTimeToken.token_hash == hash_token(f"{purpose}:{token}"))
    return (await work.session.execute(query)).scalar_one_or_none()


async def peek(work: Work, purpose: str, token: str) -> OneTimeToken | None:
    """The token while it is usable, left as it is."""
    query = select(OneTimeToken).where(OneTimeToken.token_hash == hash_token(f"{purpose}:{token}"), *_usable(work))
    return (await work.session.execute(query)).scalar_one_or_none()


async def use_up(work: Work, purpose: str, token: str) -> OneTimeToken | None:
    """Uses a token; of several simultaneous tries one gets it."""
    statement = (
        update(OneTimeToken)
        .where(OneTimeToken.token_hash == hash_token(f"{purpose}:{token}"), *_usable(work))
        .values(used_at=work.now, updated_at=work.now, version=OneTimeToken.version + 1)
        .returning(OneTimeToken)
    )
    return (await work.session.execute(statement)).scalar_one_or_none()


async def count_attempt(work: Work, purpose: str, token: str) -> OneTimeToken | None:
    """Takes one of the five attempts of a challenge before its answer is looked at; None when it is dead."""
    statement = (
        update(OneTimeToken)
        .where(OneTimeToken.token_hash == hash_token(f"{purpose}:{token}"), *_usable(work))
        .values(attempts=OneTimeToken.attempts + 1, updated_at=work.now, version=OneTimeToken.version + 1)
        .returning(OneTimeToken)
    )
    return (await work.session.execute(statement)).scalar_one_or_none()


async def subjects_of_code(work: Work, email: str) -> list[tuple[UUID, UUID]]:
    """(tenant, token row) of all usable codes sent to an address; needs a lookup that sees all."""
    query = select(OneTimeToken.tenant_id, OneTimeToken.id).where(
        OneTimeToken.purpose == "otp",
        OneTimeToken.email == email,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > work.now,
        OneTimeToken.attempts < MAX_ATTEMPTS,
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def try_code(work: Work, row_id: UUID, code: str) -> OneTimeToken | None:
    """Spends one attempt on a code; returns the used-up row when it is right."""
    statement = (
        update(OneTimeToken)
        .where(OneTimeToken.id == row_id, *_usable(work))
        .values(attempts=OneTimeToken.attempts + 1, updated_at=work.now, version=OneTimeToken.version + 1)
        .returning(OneTimeToken)
    )
    row = (await work.session.execute(statement)).scalar_one_or_none()
    if (
        row is None
        or row.subject_id is None
        or (row.context or {}).get("code_hash") != _code_hash(row.subject_id, code)
    ):
        return None
    row.used_at = work.now
    return row


async def withdraw(work: Work, purpose: str, subject_id: UUID) -> None:
    """Ends the unused tokens of one purpose and subject."""
    statement = (
        update(OneTimeToken)
        .where(OneTimeToken.purpose == purpose, OneTimeToken.subject_id == subject_id, OneTimeToken.used_at.is_(None))
        .where(OneTimeToken.tenant_id == work.tenant_id)
        .values(used_at=work.now, updated_at=work.now, version=OneTimeToken.version + 1)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)


def _usable(work: Work) -> tuple[Any, ...]:
    return (
        OneTimeToken.tenant_id == work.tenant_id,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > work.now,
        OneTimeToken.attempts < MAX_ATTEMPTS,
    )


def _code_hash(subject_id: UUID, code: str) -> str:
    return hash_token(f"otp:{subject_id}:{code.strip()}")
