"""What tests arrange in the ElevenLabs simulator besides faults: delays, limits, trouble on sockets, callees."""

from typing import Any

from litestar import get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException

from callout.sandbox import flite
from callout.sandbox.elevenlabs_world import World, object_of


@post("/_sandbox/latency", status_code=200)
async def latency(data: dict[str, Any], state: State) -> dict[str, Any]:
    """How long things take, in milliseconds, see `Delays`: `tts_first_ms`, `stt_commit_ms` and so on."""
    return _changed(state.world.delays, data)


@post("/_sandbox/limits", status_code=200)
async def limits(data: dict[str, Any], state: State) -> dict[str, Any]:
    """What each account may: `voices`, `concurrent`, `characters`, `contexts`, `session_s`."""
    return _changed(state.world.limits, data)


@post("/_sandbox/sockets", status_code=200)
async def sockets(data: dict[str, Any], state: State) -> dict[str, Any]:
    """What goes wrong on sockets, one thing a spoken part or chunk of audio.

    Members: `next`, a list of `ok`, `drop` (closed by the server), `stall:<seconds>`, or the service's own word of an
    error, such as `quota_exceeded` or `rate_limited`.
    """
    world: World = state.world
    coming = [str(word) for word in data.get("next") or []]
    for word in coming:
        kind, _, seconds = word.partition(":")
        if kind == "stall" and not seconds.replace(".", "", 1).isdigit():
            raise ClientException(f"no such trouble: {word}")
    world.trouble.clear()
    world.trouble.extend(coming)
    return {"next": coming}


@post("/_sandbox/audible", status_code=200)
async def audible(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Has voices speak words one can understand, with `on`; `is_there` tells whether flite is installed."""
    state.world.is_audible = data.get("on") is True
    return {"on": state.world.is_audible, "is_there": flite.is_there()}


@post("/_sandbox/webhook", status_code=200)
async def webhook(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Where calls the service placed are told: `url`, `secret`, `events` of transcription, audio, failure."""
    state.world.webhook = object_of(data)
    return {"url": data.get("url")}


@post("/_sandbox/callees", status_code=200)
async def callees(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Who is called, by number ("" is everybody else).

    Each has `result` (answered, no_answer, busy, voicemail, failed) and `turns` of {role, message}; without turns
    somebody says hello and good-bye.
    """
    state.world.callees.update(object_of(data))
    return {"callees": sorted(state.world.callees)}


@get("/_sandbox/accounts")
async def accounts(state: State) -> dict[str, Any]:
    """What is used: voices, agents, conversations, characters by the end of the key."""
    world: World = state.world
    return {
        account.key[-8:]: {
            "voices": sorted(account.voices),
            "agents": sorted(account.agents),
            "conversations": sorted(account.conversations),
            "characters": account.characters,
            "at_work": account.at_work,
        }
        for account in world.accounts.values()
    }


ROUTES = [latency, limits, sockets, audible, webhook, callees, accounts]


def _changed(settings: Any, data: dict[str, Any]) -> dict[str, Any]:
    for name, value in object_of(data).items():
        if name not in settings.__dataclass_fields__ or not isinstance(value, int | float):
            raise ClientException(f"no such setting: {name}")
        setattr(settings, name, value)
    return dict(vars(settings))
