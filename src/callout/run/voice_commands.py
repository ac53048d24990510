"""What people ask of running calls, carried out by the process that holds them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from callout.features.calling.brain.inputs import Amd, Operator
from callout.features.calling.brain.inputs import Line as Answering
from callout.features.calling.calls.commands import Command, Commands
from callout.features.calling.hosting.floor import Floor
from callout.features.calling.ports import ProviderFailed
from callout.kit.observe.logs import logger
from callout.run.voice_calls import CarriedCall

_log = logger(__name__)
_LINES: dict[str, Answering] = {
    "human": "human",
    "machine": "voicemail",
    "voicemail": "voicemail",
    "ivr": "ivr",
    "screening": "screening",
    "fax": "fax",
}
_GONE = "The call is over."


async def obey(floor: Floor, commands: Commands) -> None:
    """Carries out commands until cancelled."""
    under_way: set[asyncio.Task[None]] = set()
    async for command in commands.listen():
        task = asyncio.create_task(_carry_out(floor, commands, command))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


async def _carry_out(floor: Floor, commands: Commands, command: Command) -> None:
    call = floor.calls.get((command.tenant_id, command.call_id))
    error: str | None = _GONE
    if isinstance(call, CarriedCall):
        try:
            await _do(call, command)
            error = None
        except ProviderFailed as failure:
            error = failure.message
        except Exception as problem:  # noqa: BLE001 - whoever asked has to hear of it
            _log.warning("command_failed", kind=command.kind, exc_info=problem)
            error = type(problem).__name__
    with suppress(Exception):
        await commands.answer(command, ok=error is None, error=error)


async def _do(call: CarriedCall, command: Command) -> None:
    host, link = call.host, call.live.link
    match command.kind:
        case "end":
            host.take(Operator(kind="end"))
        case "mute" | "unmute":
            link.phone.is_muted = command.kind == "mute"
        case "say":
            await link.speak_for_operator(command.text, host.state.language)
        case "whisper":
            host.take(Operator(kind="whisper", text=command.text))
        case "take_over" | "transfer":
            await host.hand_over(command.to or "", command.kind)
        case "line":
            kind, _, more = command.text.partition(":")
            host.take(Amd(line=_LINES.get(kind, "unknown"), beep=more == "beep"))
