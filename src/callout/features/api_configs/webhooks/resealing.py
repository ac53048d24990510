"""Seals the secrets of webhook endpoints anew with the newest key."""

from uuid import UUID

from sqlalchemy import select, update

from callout.features.api_configs.webhooks.signing import purpose
from callout.features.api_configs.webhooks.tables import WebhookEndpoint
from callout.kit.db.resealing import Page, Tally
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer, UnsealError

BATCH = 200


async def reseal_webhook_secrets(work: Work, sealer: Sealer, after: UUID | None, *, dry: bool = False) -> Page:
    """One batch of a tenant's endpoints; see `Resealing`. With `dry` they are only counted."""
    table, tally = WebhookEndpoint, Tally()
    query = select(table.id, table.sealed, table.previous_sealed).where(table.tenant_id == work.tenant_id)
    if after is not None:
        query = query.where(table.id > after)
    rows = (await work.session.execute(query.order_by(table.id).limit(BATCH))).all()
    for row in rows:
        sealed = {"sealed": row.sealed, "previous_sealed": row.previous_sealed}
        stored = {name: value for name, value in sealed.items() if value is not None}
        tally.by_key.update(value.partition(".")[0] for value in stored.values())
        renewed = {}
        for name, value in stored.items():
            try:
                renewed[name] = sealer.reseal(value, purpose=purpose(work.tenant_id, row.id))
            except UnsealError:
                tally.unreadable.append(f"secret of webhook {row.id}, tenant {work.tenant_id}")
        changed = {name: value for name, value in renewed.items() if value != stored[name]}
        if changed and not dry:
            same = (table.tenant_id == work.tenant_id, table.id == row.id, table.sealed == row.sealed)
            statement = update(table).where(*same).values(**changed).returning(table.id)
            done = await work.session.execute(statement.execution_options(synchronize_session=False))
            tally.resealed += len(changed) if done.scalar_one_or_none() is not None else 0
    return Page(tally, rows[-1].id if len(rows) == BATCH else None)
