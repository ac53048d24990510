"""The end of a worker: steps under way finish, workflows that wait are taken up by the next one."""

import asyncio
import time
from uuid import UUID, uuid4

from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows
from callout.run.embedded_postgres import EmbeddedPostgres

STEP_S = 0.5


class Worker:
    """A worker with one workflow: a slow step, an answer to wait for, another step."""

    def __init__(self, postgres: EmbeddedPostgres, executor_id: str) -> None:
        self._url = postgres.url_app
        self._executor_id = executor_id
        self.began: list[str] = []
        self.ended: list[str] = []
        self.flows = Workflows()

        @self.flows.step("test.slow")
        async def slow(_tenant_id: str, name: str) -> None:
            self.began.append(name)
            await asyncio.sleep(STEP_S)
            self.ended.append(name)

        @self.flows.workflow("test.patient")
        async def patient(tenant_id: str) -> None:
            await slow(tenant_id, "first")
            await self.flows.receive("answer", timeout_s=3600)
            await slow(tenant_id, "second")

    async def start(self) -> None:
        await self.flows.launch(self._url, executor_id=self._executor_id, polling_s=0.05)

    async def has(self, what: list[str], wanted: str) -> None:
        deadline = time.monotonic() + 20
        while wanted not in what:
            assert time.monotonic() < deadline, (self.began, self.ended)
            await asyncio.sleep(0.02)


async def test_a_step_finishes_and_a_waiting_workflow_goes_on_in_the_next_worker(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    tenant_id, executor_id = uuid4(), f"test-{uuid4().hex[:8]}"
    key = f"patient-{tenant_id}"
    first = Worker(postgres, executor_id)
    await first.start()
    await _enqueue(database, tenant_id, key)
    await first.has(first.began, "first")
    await first.flows.shutdown(10)
    assert first.ended == ["first"]

    second = Worker(postgres, executor_id)
    await second.start()
    try:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await work.signal(key, "go on", "answer")
        await second.has(second.ended, "second")
        assert second.began == ["second"]
    finally:
        await second.flows.shutdown(5)


async def test_a_waiting_workflow_does_not_hold_up_the_end(postgres: EmbeddedPostgres, database: Database) -> None:
    tenant_id = uuid4()
    worker = Worker(postgres, f"test-{uuid4().hex[:8]}")
    await worker.start()
    await _enqueue(database, tenant_id, f"patient-{tenant_id}")
    await worker.has(worker.ended, "first")
    began = time.monotonic()
    await worker.flows.shutdown(60)
    assert time.monotonic() - began < 30


async def _enqueue(database: Database, tenant_id: UUID, key: str) -> None:
    async with database.transaction(Principal.system(tenant_id)) as work:
        await work.enqueue("test.patient", key=key)
