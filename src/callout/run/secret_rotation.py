"""Brings every stored secret under the newest key, in batches, while the services run."""

from collections.abc import Callable
from uuid import UUID

from callout.features.accounts.resealing import reseal_second_factors
from callout.features.accounts.tenant_store import tenant_ids
from callout.features.api_configs.resealing import reseal_credentials
from callout.features.api_configs.webhooks.resealing import reseal_webhook_secrets
from callout.kit.db.database import Database
from callout.kit.db.resealing import Resealing, Tally
from callout.kit.events import Bus
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.kit.workflows import DbosJobs
from callout.run.installation import Installation

Say = Callable[[int, int], None]
"""Told after each tenant: how many are done, of how many."""


async def rotate(installation: Installation, *, dry: bool = False, say: Say | None = None) -> Tally:
    """Seals anew what an older key sealed.

    Each batch is a transaction of its own and looks at what it finds, so a run that was interrupted is simply started
    again, and two at once do no harm. Deleted tenants take part: they may come back.

    Args:
        installation: with its newest and its previous secrets.
        dry: only count.
        say: told of progress.
    """
    jobs = DbosJobs(installation.app_url)
    url = installation.async_url.render_as_string(hide_password=False)
    database = Database(url, bus=Bus(), jobs=jobs, pool_size=2)
    sealer = Sealer.of(installation.secret, installation.previous_secrets)
    try:
        return await reseal_all(database, sealer, dry=dry, say=say)
    finally:
        await database.close()
        jobs.close()


async def reseal_all(database: Database, sealer: Sealer, *, dry: bool = False, say: Say | None = None) -> Tally:
    """The same on an open database."""
    kinds: tuple[Resealing, ...] = (
        lambda work, after: reseal_credentials(work, sealer, after, dry=dry),
        lambda work, after: reseal_second_factors(work, sealer, after, dry=dry),
        lambda work, after: reseal_webhook_secrets(work, sealer, after, dry=dry),
    )
    async with database.lookup() as work:
        tenants = await tenant_ids(work, with_deleted=True)
    total = Tally()
    for number, tenant_id in enumerate(tenants, 1):
        for kind in kinds:
            total.add(await _tenant(database, tenant_id, kind))
        if say is not None:
            say(number, len(tenants))
    return total


async def _tenant(database: Database, tenant_id: UUID, kind: Resealing) -> Tally:
    total, after, is_more = Tally(), None, True
    while is_more:
        async with database.transaction(Principal.system(tenant_id)) as work:
            page = await kind(work, after)
        total.add(page.tally)
        after, is_more = page.last, page.last is not None
    return total
