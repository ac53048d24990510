"""The durable steps of a simulation: a piece at a time, so that a worker that ends loses one piece at most."""

from typing import Any

from callout.features.dispatch.simulation.service import QUEUE, WORKFLOW, Steps, add_up
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows

AT_ONCE = 2


def register(flows: Workflows, database: Database) -> None:
    """Registers simulations, on a queue of their own so that they hold no offer up."""
    flows.queue(QUEUE, concurrency=AT_ONCE, worker_concurrency=1)
    steps = Steps(database)

    @flows.step("dispatch.simulate.begin")
    async def begin(tenant_id: str, simulation_id: str) -> int:
        return await steps.begin(tenant_id, simulation_id)

    @flows.step("dispatch.simulate.piece")
    async def piece(
        tenant_id: str, simulation_id: str, cursor: list[str] | None, done: int, total: int
    ) -> dict[str, Any]:
        return await steps.piece(tenant_id, simulation_id, cursor, done, total)

    @flows.step("dispatch.simulate.finish")
    async def finish(tenant_id: str, simulation_id: str, counted: dict[str, Any] | None) -> None:
        await steps.finish(tenant_id, simulation_id, counted)

    @flows.step("dispatch.simulate.fail")
    async def fail(tenant_id: str, simulation_id: str, error: str) -> None:
        await steps.fail(tenant_id, simulation_id, error)

    @flows.workflow(WORKFLOW)
    async def simulate(tenant_id: str, simulation_id: str) -> None:
        """Decides recorded decisions again under another policy, and reports."""
        try:
            total = await begin(tenant_id, simulation_id)
            counted: dict[str, Any] | None = None
            cursor: list[str] | None = None
            done = 0
            while done < total:
                found = await piece(tenant_id, simulation_id, cursor, done, total)
                counted = add_up(counted, found["tally"])
                done, cursor = done + found["looked_at"], found["cursor"]
                if cursor is None:
                    break
            await finish(tenant_id, simulation_id, counted)
        except Exception as error:
            await fail(
                tenant_id, simulation_id, f"The simulation broke off ({type(error).__name__}); ask for it again."
            )
            raise
