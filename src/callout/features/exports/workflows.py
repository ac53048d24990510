"""Durable exports: made from the start again after a crash."""

from uuid import UUID

from callout.features.exports.produce import Exporter
from callout.features.exports.request import QUEUE, WORKFLOW
from callout.kit.workflows import Workflows

AT_ONCE = 2
"""Files one worker makes at the same time: each takes most of a processor."""
GAVE_UP = "The file could not be made. Try again."


def register(flows: Workflows, *, exporter: Exporter) -> None:
    """Registers the export workflow."""
    flows.queue(QUEUE, worker_concurrency=AT_ONCE)

    @flows.step("produce_export.file")
    async def produce(tenant_id: str, export_id: str) -> None:
        await exporter.produce(tenant_id, UUID(export_id))

    @flows.step("produce_export.give_up")
    async def give_up(tenant_id: str, export_id: str) -> None:
        await exporter.fail(tenant_id, UUID(export_id), GAVE_UP)

    @flows.workflow(WORKFLOW)
    async def produce_export(tenant_id: str, export_id: str) -> None:
        try:
            await produce(tenant_id, export_id)
        except Exception:
            await give_up(tenant_id, export_id)
            raise
