"""Seals provider credentials anew with the newest key."""

from uuid import UUID

from sqlalchemy import select, update

from callout.features.api_configs.tables import ProviderConfig
from callout.features.api_configs.vault import purpose
from callout.kit.db.resealing import Page, Tally
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer, UnsealError

BATCH = 200


async def reseal_credentials(work: Work, sealer: Sealer, after: UUID | None, *, dry: bool = False) -> Page:
    """One batch of a tenant's credentials; see `Resealing`. With `dry` they are only counted."""
    table, tally = ProviderConfig, Tally()
    query = select(table.id, table.provider, table.sealed).where(table.tenant_id == work.tenant_id)
    if after is not None:
        query = query.where(table.id > after)
    rows = (await work.session.execute(query.order_by(table.id).limit(BATCH))).all()
    for row in rows:
        tally.by_key.update(value.partition(".")[0] for value in row.sealed.values())
        renewed = dict(row.sealed)
        for name, value in row.sealed.items():
            try:
                renewed[name] = sealer.reseal(value, purpose=purpose(work.tenant_id, row.provider, name))
            except UnsealError:
                tally.unreadable.append(f"{name} of {row.provider}, tenant {work.tenant_id}")
        count = sum(renewed[name] != value for name, value in row.sealed.items())
        if count and not dry:
            same = (table.tenant_id == work.tenant_id, table.id == row.id, table.sealed == row.sealed)
            statement = update(table).where(*same).values(sealed=renewed).returning(table.id)
            done = await work.session.execute(statement.execution_options(synchronize_session=False))
            tally.resealed += count if done.scalar_one_or_none() is not None else 0
    return Page(tally, rows[-1].id if len(rows) == BATCH else None)
