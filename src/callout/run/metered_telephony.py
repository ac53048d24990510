"""Telephony with every request counted, and its key marked when the provider refuses it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Literal, Protocol

from callout.features.calling.ports import (
    Conference,
    Instruction,
    OutgoingCall,
    ProviderCall,
    ProviderNumber,
    Recording,
    Telephony,
)


class Meter(Protocol):
    """Counts uses of one key."""

    def watched(self, operation: str, units: int = 1) -> AbstractAsyncContextManager[Any]:
        """Counts what is done inside."""


class MeteredTelephony:
    """Implements `Telephony` over another one."""

    def __init__(self, telephony: Telephony, meter: Meter) -> None:
        """Takes what carries the calls, and what counts."""
        self._telephony, self._meter = telephony, meter
        self.provider = telephony.provider
        self.calls_per_second = telephony.calls_per_second

    async def create_call(self, call: OutgoingCall) -> ProviderCall:
        """See `Telephony`."""
        async with self._meter.watched("create_call"):
            return await self._telephony.create_call(call)

    async def call(self, external_id: str) -> ProviderCall | None:
        """See `Telephony`."""
        async with self._meter.watched("call"):
            return await self._telephony.call(external_id)

    async def calls_to(self, phone: str, *, since: datetime, from_number: str | None = None) -> list[ProviderCall]:
        """See `Telephony`."""
        async with self._meter.watched("calls_to"):
            return await self._telephony.calls_to(phone, since=since, from_number=from_number)

    async def end_call(self, external_id: str) -> ProviderCall | None:
        """See `Telephony`."""
        async with self._meter.watched("end_call"):
            return await self._telephony.end_call(external_id)

    async def redirect(self, external_id: str, instruction: Instruction) -> ProviderCall:
        """See `Telephony`."""
        async with self._meter.watched("redirect"):
            return await self._telephony.redirect(external_id, instruction)

    async def dial_into(
        self, conference: Conference, *, to: str, from_number: str, status_url: str, ring_timeout_s: int = 30
    ) -> ProviderCall:
        """See `Telephony`."""
        async with self._meter.watched("dial_into"):
            return await self._telephony.dial_into(
                conference, to=to, from_number=from_number, status_url=status_url, ring_timeout_s=ring_timeout_s
            )

    async def start_recording(self, external_id: str, recording_url: str) -> Recording:
        """See `Telephony`."""
        async with self._meter.watched("start_recording"):
            return await self._telephony.start_recording(external_id, recording_url)

    async def stop_recording(self, external_id: str, recording_id: str) -> bool:
        """See `Telephony`."""
        async with self._meter.watched("stop_recording"):
            return await self._telephony.stop_recording(external_id, recording_id)

    async def recordings_of(self, external_id: str) -> list[Recording]:
        """See `Telephony`."""
        async with self._meter.watched("recordings_of"):
            return await self._telephony.recordings_of(external_id)

    async def recording(
        self,
        recording_id: str,
        *,
        format: Literal["mp3", "wav"] = "mp3",  # noqa: A002 - the port's word
    ) -> AsyncIterator[bytes]:
        """See `Telephony`."""
        async with self._meter.watched("recording"):
            async for part in self._telephony.recording(recording_id, format=format):
                yield part

    async def delete_recording(self, recording_id: str) -> bool:
        """See `Telephony`."""
        async with self._meter.watched("delete_recording"):
            return await self._telephony.delete_recording(recording_id)

    async def numbers(self) -> list[ProviderNumber]:
        """See `Telephony`."""
        async with self._meter.watched("numbers"):
            return await self._telephony.numbers()

    async def answer_number(self, external_id: str, *, voice_url: str, status_url: str | None = None) -> ProviderNumber:
        """See `Telephony`."""
        async with self._meter.watched("answer_number"):
            return await self._telephony.answer_number(external_id, voice_url=voice_url, status_url=status_url)
