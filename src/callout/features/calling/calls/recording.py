"""Recordings of calls: started after the notice, fetched from the provider, kept as files, deletable."""

import tempfile
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.calls import store
from callout.features.calling.calls.errors import NoRecording
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.calls.tables import Call
from callout.features.calling.ports import Chosen, NotThere, Recording, Telephony, TelephonyAccess
from callout.features.files.errors import FileMissing
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal

RECORD = "record_call"
FETCH = "fetch_recording"
ERASE = "erase_recording"
_IN_MEMORY = 2 * 1024 * 1024
_READY = frozenset({"completed", "ready", "done"})


async def take_consent(work: Work, call: Call, consent: Literal["announced", "given", "refused"]) -> None:
    """Writes down what holds for the recording; a refusal is final and deletes what exists. The call is locked."""
    if call.recording_consent in (consent, "refused"):
        return
    call.recording_consent = consent
    await work.session.flush()
    if consent == "refused":
        await work.enqueue(ERASE, str(call.id), key=f"call:{call.id}:erase-recording")
    elif call.kind == "phone" and (await tenant_settings(work))["calling.recording"]:
        await work.enqueue(RECORD, str(call.id), key=f"call:{call.id}:record")


async def recording_ready(work: Work, call_id: UUID, recording: Recording) -> None:
    """A recording can be fetched; told again it is fetched once.

    Raises:
        NotFound: no such call.
    """
    call = await store.lock(work, call_id)
    call.recording_external_id = recording.external_id
    if recording.status in _READY:
        key = f"recording:{call_id}:{recording.external_id}"
        await work.enqueue(FETCH, str(call_id), msgspec.to_builtins(recording), key=key)


async def delete_recording(work: Work, files: Files, call_id: UUID, reason: str | None = None) -> Call:
    """Deletes the recording of a call, here and at the provider; audited.

    Raises:
        NotFound: no such call.
        NoRecording: there is none.
    """
    call = await store.lock(work, call_id)
    if call.recording_file_id is None and call.recording_external_id is None:
        raise NoRecording
    await _drop_file(work, files, call)
    await audit(work, "recording.delete", "call", call.id, reason=reason)
    await work.enqueue(ERASE, str(call.id), key=f"call:{call.id}:erase-recording:{call.version}")
    return call


class Recordings:
    """Starts, fetches and erases recordings; every step may be repeated."""

    def __init__(self, database: Database, telephony: TelephonyAccess, files: Files, addresses: Addresses) -> None:
        """Takes who records, where files are kept, and where the provider reaches us."""
        self._database = database
        self._telephony = telephony
        self._files = files
        self._addresses = addresses

    async def start(self, tenant_id: UUID, call_id: UUID) -> None:
        """Records a running call from now on; once."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            call = await store.find(work, call_id)
            chosen = await self._telephony.telephony_of(work)
            token = (await own_tenant(work)).webhook_token
            external_id, status, known = call.external_id, call.status, call.recording_external_id
        if chosen is None or external_id is None or known or status != "in_progress":
            return
        existing = await chosen.adapter.recordings_of(external_id)
        if existing:
            made = existing[0]
        else:
            address = self._addresses.hook(chosen.adapter.provider, token, "recording", call_id)
            try:
                made = await chosen.adapter.start_recording(external_id, address)
            except NotThere:
                return
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            call = await store.lock(work, call_id)
            call.recording_external_id = call.recording_external_id or made.external_id

    async def fetch(self, tenant_id: UUID, call_id: UUID, raw: dict[str, Any]) -> None:
        """Keeps a finished recording as a file and deletes the provider's copy; a refused one is only deleted."""
        recording = msgspec.convert(raw, Recording)
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            call = await store.find(work, call_id)
            refused, is_kept = call.recording_consent == "refused", call.recording_file_id is not None
            chosen = await self._telephony.telephony_of(work)
        if chosen is None:
            return
        if not refused and not is_kept:
            await self._keep(principal, call_id, chosen, recording)
        await chosen.adapter.delete_recording(recording.external_id)

    async def erase(self, tenant_id: UUID, call_id: UUID) -> None:
        """Deletes what exists of a recording, here and at the provider."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            call = await store.lock(work, call_id)
            await _drop_file(work, self._files, call)
            chosen = await self._telephony.telephony_of(work)
            external_id = call.external_id
        if chosen is None or external_id is None:
            return
        for one in await chosen.adapter.recordings_of(external_id):
            if one.status not in _READY:
                await chosen.adapter.stop_recording(external_id, one.external_id)
            await chosen.adapter.delete_recording(one.external_id)

    async def expire(self, work: Work) -> None:
        """Deletes recordings older than `retention.recordings_d` days."""
        days = int((await tenant_settings(work))["retention.recordings_d"])
        while old := await store.recorded_before(work, work.now - timedelta(days=days)):
            for call in old:
                await _drop_file(work, self._files, call)

    async def _keep(self, principal: Principal, call_id: UUID, chosen: Chosen[Telephony], recording: Recording) -> None:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as stream:
            try:
                async for part in chosen.adapter.recording(recording.external_id, format="wav"):
                    stream.write(part)
            except NotThere:
                return
            async with self._database.transaction(principal) as work:
                days = int((await tenant_settings(work))["retention.recordings_d"])
                until = work.now + timedelta(days=days)
                name = f"call-{call_id}.wav"
                row = await self._files.store_stream(work, "recording", name, stream, expires_at=until)  # type: ignore[arg-type]
                call = await store.lock(work, call_id)
                if call.recording_file_id is None:
                    call.recording_file_id = row.id
                else:
                    row.deleted_at = work.now


async def _drop_file(work: Work, files: Files, call: Call) -> None:
    file_id, call.recording_file_id = call.recording_file_id, None
    await work.session.flush()
    if file_id is not None:
        try:
            await files.delete(work, file_id)
        except FileMissing:
            return
