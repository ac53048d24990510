"""Durable steps of dispatch: following a search wave by wave, and looking again for orders nobody was found for."""

from uuid import UUID

from callout.features.dispatch import expire, no_show, overdue, reactions, recheck, runs
from callout.features.dispatch.simulation import workflows as simulation_workflows
from callout.kit.db.database import Database
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

_log = logger(__name__)


def register(flows: Workflows, database: Database) -> None:
    """Registers the workflows of dispatch."""
    flows.queue(runs.WORKFLOW)
    _follow_searches(flows, database)
    _rescue_searches(flows, database)
    _fill_again(flows, database)
    _clear_vendors(flows, database)
    _look_after_vendors(flows, database)
    simulation_workflows.register(flows, database)


def _follow_searches(flows: Workflows, database: Database) -> None:
    @flows.step("dispatch.advance", retries=10)
    async def advance(tenant_id: str, order_id: str, number: int) -> float | None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return await expire.advance(work, UUID(order_id), number)

    @flows.workflow(runs.WORKFLOW)
    async def dispatch(tenant_id: str, order_id: str, number: int) -> None:
        """Waits for answers or the next expiry, and moves the search on, until it is over."""
        while (wait_s := await advance(tenant_id, order_id, number)) is not None:
            await flows.receive(runs.TOPIC, timeout_s=wait_s)


def _rescue_searches(flows: Workflows, database: Database) -> None:
    @flows.step("dispatch.overdue_searches", retries=5)
    async def overdue_searches(tenant_id: str) -> list[tuple[str, int]]:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return [(str(search.order_id), search.number) for search in await overdue.overdue_searches(work)]

    @flows.step("dispatch.move_on", retries=1)
    async def move_on(tenant_id: str, order_id: str, number: int) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await expire.advance(work, UUID(order_id), number)

    @flows.workflow(overdue.WORKFLOW)
    async def advance_overdue(tenant_id: str) -> None:
        """Moves searches on whose own workflow is late or lost; one that fails leaves the others their chance."""
        for order_id, number in await overdue_searches(tenant_id):
            try:
                await move_on(tenant_id, order_id, number)
            except Exception as error:  # noqa: BLE001 - the next round tries again
                _log.warning("search_stuck", order_id=order_id, exc_info=error)


def _fill_again(flows: Workflows, database: Database) -> None:
    @flows.step("dispatch.unfilled", retries=5)
    async def unfilled(tenant_id: str) -> list[str]:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return [str(order_id) for order_id in await reactions.unfilled_orders(work)]

    @flows.step("dispatch.retry", retries=5)
    async def retry(tenant_id: str, order_id: str) -> bool:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return await reactions.retry_unfilled(work, UUID(order_id))

    @flows.workflow(reactions.RETRY)
    async def retry_all(tenant_id: str) -> None:
        """Capacity was freed: looks again for every order without candidates, urgent first, then the oldest."""
        for order_id in await unfilled(tenant_id):
            await retry(tenant_id, order_id)


def _clear_vendors(flows: Workflows, database: Database) -> None:
    @flows.step("dispatch.take_away", retries=10)
    async def clear(tenant_id: str, vendor_id: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await reactions.clear_vendor(work, UUID(vendor_id))

    @flows.workflow(reactions.CLEAR)
    async def clear_vendor(tenant_id: str, vendor_id: str) -> None:
        """Takes from an unavailable vendor what was being worked on while the account changed."""
        await clear(tenant_id, vendor_id)


def _look_after_vendors(flows: Workflows, database: Database) -> None:
    @flows.step("dispatch.recheck", retries=10)
    async def look_at_vendor(tenant_id: str, vendor_id: str, by_vendor: bool) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await recheck.recheck_vendor(work, UUID(vendor_id), by_vendor=by_vendor)

    @flows.workflow(recheck.RECHECK)
    async def recheck_vendor(tenant_id: str, vendor_id: str, by_vendor: bool) -> None:
        """Takes from a vendor whose circumstances changed what it cannot do any more."""
        await look_at_vendor(tenant_id, vendor_id, by_vendor)

    @flows.step("dispatch.look_for_no_show", retries=10)
    async def look_for_no_show(tenant_id: str, order_id: str, vendor_id: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await no_show.look(work, UUID(order_id), UUID(vendor_id))

    @flows.workflow(no_show.WATCH)
    async def watch_for_no_show(tenant_id: str, order_id: str, vendor_id: str) -> None:
        """Looks whether a vendor has set out, when it should have."""
        await look_for_no_show(tenant_id, order_id, vendor_id)
