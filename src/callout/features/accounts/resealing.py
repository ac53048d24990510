"""Seals second-factor secrets anew with the newest key."""

from uuid import UUID

from sqlalchemy import select, update

from callout.features.accounts.second_factor import sealed_for
from callout.features.accounts.tables import User
from callout.kit.db.resealing import Page, Tally
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer, UnsealError

BATCH = 500


async def reseal_second_factors(work: Work, sealer: Sealer, after: UUID | None, *, dry: bool = False) -> Page:
    """One batch of a tenant's second-factor secrets; see `Resealing`. With `dry` they are only counted."""
    tally = Tally()
    query = select(User.id, User.totp_secret).where(User.tenant_id == work.tenant_id, User.totp_secret.is_not(None))
    if after is not None:
        query = query.where(User.id > after)
    rows = (await work.session.execute(query.order_by(User.id).limit(BATCH))).all()
    for row in rows:
        tally.by_key.update([row.totp_secret.partition(".")[0]])
        try:
            renewed = sealer.reseal(row.totp_secret, purpose=sealed_for(work.tenant_id, row.id))
        except UnsealError:
            tally.unreadable.append(f"second factor of user {row.id}, tenant {work.tenant_id}")
            continue
        if renewed != row.totp_secret and not dry:
            same = (User.tenant_id == work.tenant_id, User.id == row.id, User.totp_secret == row.totp_secret)
            statement = update(User).where(*same).values(totp_secret=renewed).returning(User.id)
            done = await work.session.execute(statement.execution_options(synchronize_session=False))
            tally.resealed += 1 if done.scalar_one_or_none() is not None else 0
    return Page(tally, rows[-1].id if len(rows) == BATCH else None)
