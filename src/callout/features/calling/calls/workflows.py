"""Durable work of calls: dialled once, hung up, wound up, recorded and priced, whatever crashes in between."""

from typing import Any
from uuid import UUID

from callout.features.calling.calls.dialling import Dialler
from callout.features.calling.calls.ending import RESOLVE, Endings
from callout.features.calling.calls.placing import DIAL, QUEUE
from callout.features.calling.calls.recording import ERASE, FETCH, RECORD, Recordings
from callout.features.calling.calls.reporting import NEWS, WIND_UP
from callout.features.calling.calls.steering import HANG_UP
from callout.features.calling.calls.winding_up import PRICE, waits_for_more, wind_up
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

MOST_LOOKS = 20_000
_LAST_WORD_S = 20.0
"""How long the winding up waits for whoever held the audio, and for the provider."""
_PRICE_AFTER_S = (20.0, 120.0, 900.0, 7200.0, 43_200.0)
"""When the provider is asked for the price; Twilio knows it some minutes after the end."""


def register(
    flows: Workflows, database: Database, *, dialler: Dialler, endings: Endings, recordings: Recordings
) -> None:
    """Registers the workflows of calls."""
    flows.queue(QUEUE)
    _dialling(flows, dialler)
    _winding_up(flows, database)
    _ending(flows, endings)
    _recording(flows, recordings)


def _dialling(flows: Workflows, dialler: Dialler) -> None:
    @flows.step("calls.dial", retries=5)
    async def dial(tenant_id: str, call_id: str) -> float | None:
        return await dialler.dial(UUID(tenant_id), UUID(call_id))

    @flows.workflow(DIAL)
    async def dial_call(tenant_id: str, call_id: str) -> None:
        for _ in range(MOST_LOOKS):
            wait_s = await dial(tenant_id, call_id)
            if wait_s is None:
                return
            await flows.sleep(wait_s)


def _winding_up(flows: Workflows, database: Database) -> None:
    @flows.step("calls.waits_for_more", retries=5)
    async def is_incomplete(tenant_id: str, call_id: str) -> bool:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return await waits_for_more(work, UUID(call_id))

    @flows.step("calls.wind_up", retries=8)
    async def close_books(tenant_id: str, call_id: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await wind_up(work, UUID(call_id))

    @flows.workflow(WIND_UP)
    async def wind_up_call(tenant_id: str, call_id: str) -> None:
        while await is_incomplete(tenant_id, call_id):
            if await flows.receive(NEWS, _LAST_WORD_S) is None:
                break
        await close_books(tenant_id, call_id)


def _ending(flows: Workflows, endings: Endings) -> None:
    @flows.step("calls.hang_up", retries=5)
    async def hang_up(tenant_id: str, call_id: str) -> None:
        await endings.hang_up(UUID(tenant_id), UUID(call_id))

    @flows.workflow(HANG_UP)
    async def hang_up_call(tenant_id: str, call_id: str) -> None:
        await hang_up(tenant_id, call_id)

    @flows.step("calls.resolve", retries=3)
    async def resolve(tenant_id: str, call_id: str) -> None:
        await endings.resolve(UUID(tenant_id), UUID(call_id))

    @flows.workflow(RESOLVE)
    async def resolve_call(tenant_id: str, call_id: str) -> None:
        await resolve(tenant_id, call_id)

    @flows.step("calls.price", retries=3)
    async def price(tenant_id: str, call_id: str) -> bool:
        return await endings.price(UUID(tenant_id), UUID(call_id))

    @flows.workflow(PRICE)
    async def price_call(tenant_id: str, call_id: str) -> None:
        for pause_s in _PRICE_AFTER_S:
            await flows.sleep(pause_s)
            if await price(tenant_id, call_id):
                return


def _recording(flows: Workflows, recordings: Recordings) -> None:
    @flows.step("calls.record", retries=3)
    async def record(tenant_id: str, call_id: str) -> None:
        await recordings.start(UUID(tenant_id), UUID(call_id))

    @flows.workflow(RECORD)
    async def record_call(tenant_id: str, call_id: str) -> None:
        await record(tenant_id, call_id)

    @flows.step("calls.fetch_recording", retries=8, interval_s=2)
    async def fetch(tenant_id: str, call_id: str, recording: dict[str, Any]) -> None:
        await recordings.fetch(UUID(tenant_id), UUID(call_id), recording)

    @flows.workflow(FETCH)
    async def fetch_recording(tenant_id: str, call_id: str, recording: dict[str, Any]) -> None:
        await fetch(tenant_id, call_id, recording)

    @flows.step("calls.erase_recording", retries=10, interval_s=2)
    async def erase(tenant_id: str, call_id: str) -> None:
        await recordings.erase(UUID(tenant_id), UUID(call_id))

    @flows.workflow(ERASE)
    async def erase_recording(tenant_id: str, call_id: str) -> None:
        await erase(tenant_id, call_id)
