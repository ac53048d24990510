"""Managed calls, each use of the key counted."""

from collections.abc import AsyncIterator
from datetime import datetime

from callout.features.calling.managed.ports import ManagedAgent, ManagedCall, ManagedCalls, ManagedConversation
from callout.features.calling.ports import ProviderNumber
from callout.run.metered_telephony import Meter


class MeteredManagedCalls:
    """Implements `ManagedCalls`."""

    def __init__(self, calls: ManagedCalls, meter: Meter) -> None:
        """Takes what places calls, and what counts."""
        self._calls, self._meter = calls, meter
        self.provider = calls.provider

    async def put_agent(self, agent: ManagedAgent, external_id: str | None = None) -> str:
        """See `ManagedCalls.put_agent`."""
        async with self._meter.watched("put_agent"):
            return await self._calls.put_agent(agent, external_id)

    async def delete_agent(self, external_id: str) -> bool:
        """See `ManagedCalls.delete_agent`."""
        async with self._meter.watched("delete_agent"):
            return await self._calls.delete_agent(external_id)

    async def numbers(self) -> list[ProviderNumber]:
        """See `ManagedCalls.numbers`."""
        async with self._meter.watched("numbers"):
            return await self._calls.numbers()

    async def place(self, call: ManagedCall) -> ManagedConversation:
        """See `ManagedCalls.place`."""
        async with self._meter.watched("managed_call"):
            return await self._calls.place(call)

    async def conversation(self, external_id: str) -> ManagedConversation | None:
        """See `ManagedCalls.conversation`."""
        async with self._meter.watched("conversation"):
            return await self._calls.conversation(external_id)

    async def placed(self, agent_id: str, *, since: datetime, to: str) -> list[ManagedConversation]:
        """See `ManagedCalls.placed`."""
        async with self._meter.watched("conversations"):
            return await self._calls.placed(agent_id, since=since, to=to)

    async def audio(self, external_id: str) -> AsyncIterator[bytes]:
        """See `ManagedCalls.audio`."""
        async with self._meter.watched("conversation_audio"):
            async for part in self._calls.audio(external_id):
                yield part
