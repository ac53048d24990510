"""Listening in to a running call: its live sound as an Ogg file without an end, from whichever process carries it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.response import Stream

from callout.features.accounts.permissions import allow, public
from callout.features.calling.calls import live
from callout.features.calling.calls.errors import NobodyListens, TooManyListeners
from callout.features.calling.hosting.audience import Audience, NobodyMoreError
from callout.features.calling.hosting.floor import Floor
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.services.doorkeeper import Doorkeeper, enter

SHOWN_IN = "x-callout-pass"
MOST_IN_A_PROCESS = 20
_TYPE = "audio/ogg"
_LISTENS = allow("recording.listen", roles="OM")

AnyRequest = Request[Any, Any, Any]

Key = tuple[UUID, UUID]
Encode = Callable[[AsyncIterator[bytes], int], AsyncIterator[bytes]]
"""Makes a file that can be played while it grows of 16-bit PCM and its rate."""


class Relay(Protocol):
    """Fetches the sound of a call from the process that carries it."""

    def sound(self, url: str, key: Key) -> AsyncIterator[bytes]:
        """The file as it comes. `url`: of the process."""

    def may_fetch(self, shown: str, key: Key) -> bool:
        """Whether a process of ours asks, by what it shows."""


class Ear(msgspec.Struct, frozen=True, kw_only=True):
    """What listening takes: who may come in, the calls of this process, the encoder, the way to other processes."""

    database: Database
    doorkeeper: Doorkeeper
    floor: Floor
    process: str
    encode: Encode
    relay: Relay


def listening_routes(ear: Ear) -> list[Any]:
    """The route for people, and the one for other processes."""
    own = OwnCalls(ear)

    @get("/api/voice/calls/{call_id:uuid}/listen", guards=[public], operation_id="listen_in")
    async def listen_in(request: AnyRequest, call_id: UUID) -> Stream:
        """The live sound of a running call, both sides mixed, until it ends; every listening is written down."""
        principal = await enter(request, ear.doorkeeper, _LISTENS, audience="monitor", noun_id=call_id)
        async with ear.database.transaction(principal) as work:
            held = await live.begin_listening(work, call_id)
            key = (work.tenant_id, call_id)
        if held is None:
            raise NobodyListens
        return (
            own.sound(key) if held.process == ear.process else Stream(ear.relay.sound(held.url, key), media_type=_TYPE)
        )

    @get("/internal/calls/{tenant_id:uuid}/{call_id:uuid}/sound", guards=[public], include_in_schema=False)
    async def sound(request: AnyRequest, tenant_id: UUID, call_id: UUID) -> Stream:
        """The same for another process of this installation, which has asked who listens."""
        key = (tenant_id, call_id)
        if not ear.relay.may_fetch(request.headers.get(SHOWN_IN, ""), key):
            raise Unauthenticated
        return own.sound(key)

    return [listen_in, sound]


class OwnCalls:
    """The sound of the calls this process carries."""

    def __init__(self, ear: Ear) -> None:
        """Nobody listens."""
        self._ear = ear
        self._count = 0

    def sound(self, key: Key) -> Stream:
        """The file of a call.

        Raises:
            NobodyListens: the call is not here any more.
            TooManyListeners: nobody more may listen.
        """
        call = self._ear.floor.calls.get(key)
        if call is None:
            raise NobodyListens
        if call.audience.is_over:
            raise NobodyListens
        if not call.audience.is_open or self._count >= MOST_IN_A_PROCESS:
            raise TooManyListeners
        return Stream(self._parts(call.audience), media_type=_TYPE)

    async def _parts(self, audience: Audience) -> AsyncIterator[bytes]:
        """The file as it grows; nothing where the last place was taken, or the call ended, since it was asked for."""
        self._count += 1
        try:
            with audience.listening() as listener:
                async for part in self._ear.encode(aiter(listener), audience.rate):
                    yield part
        except NobodyMoreError:
            return
        finally:
            self._count -= 1
