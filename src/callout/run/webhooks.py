"""Webhooks to tenants put together: their way out, and the watch that turns events into deliveries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from callout.adapters.tenant_webhooks import WebhookPoster
from callout.features.api_configs.webhooks import store
from callout.features.api_configs.webhooks.delivering import fan_out
from callout.features.api_configs.webhooks.service import Webhooks
from callout.kit.db.database import Database
from callout.kit.events.log import CHANNEL
from callout.kit.events.notices import Notices
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.run.outbound import Outbound

_log = logger(__name__)
EVERY_S = 2.0
_IN_A_ROW = 20
"""Looks that follow one another while there is something to make."""


def make_webhooks(database: Database, sealer: Sealer, outbound: Outbound, *, may_be_http: bool) -> Webhooks:
    """The endpoints of tenants; their addresses are reached through the guarded way out."""
    way = WebhookPoster(outbound.guarded, outbound.addresses_of, may_be_http=may_be_http)
    return Webhooks(database, sealer, way)


@asynccontextmanager
async def forwarding(database: Database, url: str) -> AsyncIterator[None]:
    """Turns events into deliveries while open; any number of processes may do it at once."""
    task = asyncio.create_task(_forward(database, Notices(url)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def forward_once(database: Database) -> int:
    """Makes the deliveries that are due now. Returns how many."""
    async with database.lookup() as work:
        tenants = await store.waiting_tenants(work)
    made = 0
    for tenant_id in tenants:
        async with database.transaction(Principal.system(tenant_id)) as work:
            made += await fan_out(work)
    return made


async def _forward(database: Database, notices: Notices) -> None:
    async for _ in notices.listen(CHANNEL, None, every_s=EVERY_S):
        try:
            for _ in range(_IN_A_ROW):
                if not await forward_once(database):
                    break
        except Exception as error:  # noqa: BLE001 - the next look tries again
            _log.warning("webhooks_wait", exc_info=error)
            await asyncio.sleep(EVERY_S)
