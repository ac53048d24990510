"""The sound of calls between voice processes: who asks shows a pass that only this installation can make."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from uuid import UUID

import httpx

from callout.kit.secrets import Sealer, UnsealError
from callout.services.voice_listen import SHOWN_IN, Key

_GOOD_S = 30
_CONNECT_S = 3.0
_SILENT_S = 10.0
"""A live file grows at least every second."""


class SoundRelay:
    """Implements `services.voice_listen.Relay`."""

    def __init__(self, sealer: Sealer) -> None:
        """Takes the installation's seal."""
        self._sealer = sealer
        self._http = httpx.AsyncClient(trust_env=False)

    async def close(self) -> None:
        """Gives back connections."""
        await self._http.aclose()

    async def sound(self, url: str, key: Key) -> AsyncIterator[bytes]:
        """See `Relay.sound`.

        Raises:
            httpx.HTTPError: the process does not answer, or carries the call no more.
        """
        tenant_id, call_id = key
        timeout = httpx.Timeout(_SILENT_S, connect=_CONNECT_S)
        address = f"{url}/internal/calls/{tenant_id}/{call_id}/sound"
        async with self._http.stream("GET", address, headers={SHOWN_IN: self.made_for(key)}, timeout=timeout) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_raw():
                yield part

    def made_for(self, key: Key) -> str:
        """A pass for the sound of a call."""
        return self._sealer.seal(str(time.time()).encode(), purpose=_purpose(*key))

    def may_fetch(self, shown: str, key: Key) -> bool:
        """See `Relay.may_fetch`; a pass is good for half a minute and one call."""
        try:
            made = float(self._sealer.open(shown, purpose=_purpose(*key)))
        except (UnsealError, ValueError):
            return False
        return abs(time.time() - made) <= _GOOD_S


def _purpose(tenant_id: UUID, call_id: UUID) -> str:
    return f"listen:{tenant_id}:{call_id}"
