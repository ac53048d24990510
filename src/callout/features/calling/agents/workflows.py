"""Durable reading of knowledge bases: one source a step."""

from typing import Any

from callout.features.calling.agents.indexing import WORKFLOW, Indexer
from callout.features.files.service import Files
from callout.features.prospecting.enrichment.ports import WebPages
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows

GAVE_UP = "Something went wrong on our side. Save it again."


def register(flows: Workflows, database: Database, *, files: Files, pages: WebPages) -> None:
    """Registers the reading of knowledge bases."""
    indexer = Indexer(database, files, pages)

    @flows.step(f"{WORKFLOW}.sources")
    async def sources(tenant_id: str, base_id: str, run: int) -> list[dict[str, Any]]:
        return await indexer.sources(tenant_id, base_id, run)

    @flows.step(f"{WORKFLOW}.read")
    async def read(tenant_id: str, base_id: str, run: int, source: dict[str, Any]) -> str | None:
        return await indexer.read(tenant_id, base_id, run, source)

    @flows.step(f"{WORKFLOW}.finish")
    async def finish(tenant_id: str, base_id: str, run: int, names: list[str], failures: list[str]) -> None:
        await indexer.finish(tenant_id, base_id, run, names, failures)

    @flows.workflow(WORKFLOW)
    async def index_knowledge(tenant_id: str, base_id: str, run: int) -> None:
        names: list[str] = []
        failures: list[str] = []
        for source in await sources(tenant_id, base_id, run):
            names.append(source["name"])
            try:
                failure = await read(tenant_id, base_id, run, source)
            except Exception:  # noqa: BLE001 - one source that cannot be read leaves the others
                failure = f"{source['name']}: {GAVE_UP}"
            if failure is not None:
                failures.append(failure)
        await finish(tenant_id, base_id, run, names, failures)
