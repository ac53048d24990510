"""Durable cloning: nothing is sent twice, nothing is left behind at the provider."""

from typing import Any

import msgspec

from callout.features.calling.ports import VoiceAccess
from callout.features.calling.voices import archiving, cloning
from callout.features.calling.voices.deleting import delete_copy
from callout.features.calling.voices.previewing import make_preview
from callout.features.calling.voices.training import LOOK_EVERY_S, Outcome, Training
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows

AT_ONCE = 20
"""Voices one worker makes at the same time; they mostly wait."""
_MOST_PAUSE_S = 30.0


def register(flows: Workflows, database: Database, *, files: Files, access: VoiceAccess) -> None:
    """Registers cloning, on a queue of its own, and deleting, which may wait for days and holds nobody up."""
    flows.queue(cloning.QUEUE, worker_concurrency=AT_ONCE)
    _register_cloning(flows, Training(database, files, access), database, files, access)

    @flows.step(f"{archiving.WORKFLOW}.delete")
    async def delete(tenant_id: str, copy_id: str) -> float:
        return await delete_copy(database, access, tenant_id, copy_id)

    @flows.workflow(archiving.WORKFLOW)
    async def delete_voice_copy(tenant_id: str, copy_id: str) -> None:
        while pause := await delete(tenant_id, copy_id):
            await flows.sleep(pause)


def _register_cloning(  # noqa: C901 - the steps are one line each
    flows: Workflows, training: Training, database: Database, files: Files, access: VoiceAccess
) -> None:
    @flows.step(f"{cloning.WORKFLOW}.submit")
    async def submit(tenant_id: str, voice_id: str, number: int) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(await training.submit(tenant_id, voice_id, number))
        return told

    @flows.step(f"{cloning.WORKFLOW}.look")
    async def look(tenant_id: str, voice_id: str, number: int) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(await training.look(tenant_id, voice_id, number))
        return told

    @flows.step(f"{cloning.WORKFLOW}.preview")
    async def preview(tenant_id: str, voice_id: str) -> None:
        await make_preview(database, files, access, tenant_id, voice_id)

    @flows.step(f"{cloning.WORKFLOW}.tidy")
    async def tidy(tenant_id: str, voice_id: str, number: int) -> None:
        await training.tidy(tenant_id, voice_id, number)

    @flows.step(f"{cloning.WORKFLOW}.give_up")
    async def give_up(tenant_id: str, voice_id: str, number: int) -> None:
        await training.give_up(tenant_id, voice_id, number)

    @flows.workflow(cloning.WORKFLOW)
    async def clone_voice(tenant_id: str, voice_id: str, number: int) -> None:
        try:
            outcome = msgspec.convert(await submit(tenant_id, voice_id, number), Outcome)
            while outcome.do == "ask_again":
                await flows.sleep(outcome.wait_s)
                outcome = msgspec.convert(await submit(tenant_id, voice_id, number), Outcome)
            pause = LOOK_EVERY_S
            while outcome.do == "watch":
                await flows.sleep(pause)
                pause = min(pause * 1.5, _MOST_PAUSE_S)
                outcome = msgspec.convert(await look(tenant_id, voice_id, number), Outcome)
            if outcome.do == "ready":
                await preview(tenant_id, voice_id)
            else:
                await tidy(tenant_id, voice_id, number)
        except Exception:
            await give_up(tenant_id, voice_id, number)
            raise
