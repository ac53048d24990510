"""Workflows begin as soon as they are enqueued, though nobody looks at the queues."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows
from callout.kit.workflows.bells import Bell
from callout.run.embedded_postgres import EmbeddedPostgres

AGES = 3600.0
"""Seconds between looks: only the database's word can be the reason for what begins sooner."""
WORK_S = 0.2


class Worker:
    """Notes which workflows begin and end."""

    def __init__(self) -> None:
        self.flows = Workflows()
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.few = self.flows.queue("test-few", worker_concurrency=1)
        self.fewer = self.flows.queue("test-fewer", concurrency=1)

        @self.flows.workflow("test.work")
        async def work(_tenant_id: str, name: str) -> None:
            self.began[name] = time.monotonic()
            await self.flows.sleep(WORK_S)
            self.ended[name] = time.monotonic()

    async def has_ended(self, *names: str) -> None:
        async with asyncio.timeout(20):
            while not self.ended.keys() >= set(names):  # noqa: ASYNC110 - workflows run on another loop
                await asyncio.sleep(0.01)


@pytest.fixture
async def worker(postgres: EmbeddedPostgres) -> AsyncIterator[Worker]:
    made = Worker()
    await made.flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=AGES)
    yield made
    await made.flows.shutdown(5)


async def _enqueue(database: Database, name: str, queue: str = "default", delay_s: float = 0) -> UUID:
    tenant_id = uuid4()
    async with database.transaction(Principal.system(tenant_id)) as work:
        await work.enqueue("test.work", name, key=f"test-{tenant_id}", queue=queue, delay_s=delay_s)
    return tenant_id


async def test_a_workflow_begins_when_its_transaction_is_committed(worker: Worker, database: Database) -> None:
    await asyncio.sleep(0.5)  # the listener is there
    for name in ("first", "second", "third"):
        enqueued = time.monotonic()
        await _enqueue(database, name)
        await worker.has_ended(name)
        assert worker.began[name] - enqueued < 5


async def test_what_was_enqueued_before_the_worker_came(postgres: EmbeddedPostgres, database: Database) -> None:
    await _enqueue(database, "early")
    worker = Worker()
    await worker.flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=AGES)
    await worker.has_ended("early")
    await worker.flows.shutdown(5)


async def test_a_delayed_workflow(worker: Worker, database: Database) -> None:
    enqueued = time.monotonic()
    await _enqueue(database, "later", delay_s=1.0)
    await worker.has_ended("later")
    assert worker.began["later"] - enqueued >= 0.9


@pytest.mark.parametrize("queue", ["test-few", "test-fewer"])
async def test_a_free_place_is_taken_by_the_next(worker: Worker, database: Database, queue: str) -> None:
    names = [f"{queue}-{number}" for number in range(4)]
    for name in names:
        await _enqueue(database, name, queue)
    await worker.has_ended(*names)
    begins, ends = (sorted(moments.values()) for moments in (worker.began, worker.ended))
    assert all(begin >= end for begin, end in zip(begins[1:], ends, strict=False))  # one at a time


def test_a_bell_ends_waits_and_has_two_looks() -> None:
    bell = Bell()
    bell.ring()
    began = time.monotonic()
    assert not bell.wait(AGES)  # rung
    assert not bell.wait(AGES)  # the second look
    assert time.monotonic() - began < 5
    bell.set()
    assert bell.wait(AGES)
