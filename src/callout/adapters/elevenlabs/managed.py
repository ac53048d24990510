"""Calls ElevenLabs places and speaks itself, through a Twilio number it was given.

Source: ElevenLabs API reference, "Create agent", "Update agent", "Outbound call via Twilio", "Get conversation".
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from callout.adapters.elevenlabs.managed_wire import agent_body, call_body, conversation_of, number_of
from callout.adapters.elevenlabs.wire import DEFAULT_BASE_URL, Wire
from callout.features.calling.managed.ports import ManagedAgent, ManagedCall, ManagedConversation
from callout.features.calling.ports import NotThere, ProviderNumber, RequestRefused, Unavailable

TIMEOUT_S: Final = 30.0
MOST_LOOKED_AT: Final = 100
"""Conversations looked through for one to a number."""


class ElevenLabsCalls:
    """Implements `ManagedCalls`."""

    provider = "elevenlabs"

    def __init__(self, client: httpx.AsyncClient, *, api_key: str, base_url: str = DEFAULT_BASE_URL) -> None:
        """Takes the client, the key and where the provider answers."""
        self._wire = Wire(client, api_key=api_key, base_url=base_url)

    async def put_agent(self, agent: ManagedAgent, external_id: str | None = None) -> str:
        """See `ManagedCalls.put_agent`."""
        body = agent_body(agent)
        if external_id is not None:
            path = f"/v1/convai/agents/{quote(external_id, safe='')}"
            try:
                await self._wire.ask("PATCH", path, timeout_s=TIMEOUT_S, json=body)
            except NotThere as failed:
                if failed.detail == "voice_not_found":
                    raise
            else:
                return external_id
        told = await self._wire.ask("POST", "/v1/convai/agents/create", timeout_s=TIMEOUT_S, json=body)
        if not isinstance(told, dict) or not isinstance(made := told.get("agent_id"), str):
            raise Unavailable("ElevenLabs made an agent without naming it.", may_have_happened=True)
        return made

    async def delete_agent(self, external_id: str) -> bool:
        """See `ManagedCalls.delete_agent`."""
        path = f"/v1/convai/agents/{quote(external_id, safe='')}"
        try:
            async with self._wire.open("DELETE", path, timeout_s=TIMEOUT_S):
                return True
        except NotThere:
            return False

    async def numbers(self) -> list[ProviderNumber]:
        """See `ManagedCalls.numbers`."""
        told = await self._wire.ask("GET", "/v1/convai/phone-numbers", timeout_s=TIMEOUT_S)
        if not isinstance(told, list):
            raise Unavailable("ElevenLabs gave an answer that lists no numbers.")
        return [number for row in told if (number := number_of(row)) is not None]

    async def place(self, call: ManagedCall) -> ManagedConversation:
        """See `ManagedCalls.place`."""
        path = "/v1/convai/twilio/outbound-call"
        told = await self._wire.ask("POST", path, timeout_s=TIMEOUT_S, json=call_body(call))
        told = told if isinstance(told, dict) else {}
        if told.get("success") is False:
            words = " ".join(str(told.get("message") or "no reason given").split())[:300]
            raise RequestRefused(f"ElevenLabs could not place the call: {words}")
        if not isinstance(made := told.get("conversation_id"), str):
            raise Unavailable("ElevenLabs placed a call without naming it.", may_have_happened=True)
        sid = told.get("callSid")
        return ManagedConversation(
            external_id=made,
            status="dialing",
            agent_id=call.agent_id,
            call_id=sid if isinstance(sid, str) else None,
            to=call.to,
            variables=dict(call.variables),
        )

    async def conversation(self, external_id: str) -> ManagedConversation | None:
        """See `ManagedCalls.conversation`."""
        try:
            told = await self._wire.ask("GET", _path(external_id), timeout_s=TIMEOUT_S)
        except NotThere:
            return None
        if (found := conversation_of(told)) is None:
            raise Unavailable("ElevenLabs gave an answer that describes no conversation.")
        return found

    async def placed(self, agent_id: str, *, since: datetime, to: str) -> list[ManagedConversation]:
        """See `ManagedCalls.placed`."""
        asked: dict[str, Any] = {
            "agent_id": agent_id,
            "call_start_after_unix": str(int(since.timestamp()) - 1),
            "page_size": str(MOST_LOOKED_AT),
        }
        told = await self._wire.ask("GET", "/v1/convai/conversations", timeout_s=TIMEOUT_S, params=asked)
        rows = told.get("conversations") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Unavailable("ElevenLabs gave an answer that lists no conversations.")
        ids = [str(row["conversation_id"]) for row in rows if isinstance(row, dict) and row.get("conversation_id")]
        found = [await self.conversation(external_id) for external_id in ids[:MOST_LOOKED_AT]]
        return [one for one in found if one is not None and one.to == to]

    async def audio(self, external_id: str) -> AsyncIterator[bytes]:
        """See `ManagedCalls.audio`."""
        async for part in self._wire.stream("GET", f"{_path(external_id)}/audio", timeout_s=TIMEOUT_S):
            yield part


def _path(external_id: str) -> str:
    return f"/v1/convai/conversations/{quote(external_id, safe='')}"
