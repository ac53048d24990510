"""Calls the ElevenLabs simulator places itself: outbound through Twilio, kept as conversations, told by webhooks.

Source: API reference, "Outbound call via Twilio", "Get conversation", "Get conversation audio", "Post-call webhooks".
"""

import asyncio
import base64
import re
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State

from callout.kit.ids import uuid7
from callout.sandbox.elevenlabs_agents import agent_in
from callout.sandbox.elevenlabs_audio import render
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_webhooks import post_call_event, send
from callout.sandbox.elevenlabs_world import Account, World, entered, new_id, object_of, paused, unix_now
from callout.sandbox.keyed import answer
from callout.sandbox.vowels import LETTER_S

Asked = Request[Any, Any, State]
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_USUAL = [{"role": "user", "message": "Hello?"}, {"role": "user", "message": "No, thank you. Good bye."}]
_REASONS = {"busy": "busy", "no_answer": "no-answer", "failed": "unknown"}


@post("/v1/convai/twilio/outbound-call", status_code=200)
async def outbound_call(request: Asked, state: State) -> Response[Any]:
    """Places a call; it goes on after the answer is given."""
    world, account = entered(request, state)
    given = object_of(await request.json())
    needed = ("agent_id", "agent_phone_number_id", "to_number")
    if missing := [("body", name) for name in needed if not given.get(name)]:
        raise Refused.missing(*missing)
    agent = agent_in(account, str(given["agent_id"]))
    number = account.numbers.get(str(given["agent_phone_number_id"]))
    if number is None:
        raise Refused(404, "phone_number_not_found", f"Phone number {given['agent_phone_number_id']} not found.")
    if not _PHONE.fullmatch(str(given["to_number"])):
        return answer(200, {"success": False, "message": f"Invalid 'To' Phone Number: {given['to_number']}",
                            "conversation_id": None, "callSid": None})  # fmt: skip
    conversation = _started(agent, number, given)
    account.conversations[conversation["conversation_id"]] = conversation
    going = asyncio.create_task(_go_on(world, account, agent, conversation))
    world.running.add(going)
    going.add_done_callback(world.running.discard)
    told = {"conversation_id": conversation["conversation_id"], "callSid": conversation["call_sid"]}
    return answer(200, {"success": True, "message": "Success", **told})


@get("/v1/convai/conversations")
async def list_conversations(request: Asked, state: State) -> Response[Any]:
    """All calls, newest first."""
    _, account = entered(request, state)
    agent_id = request.query_params.get("agent_id")
    since = int(request.query_params.get("call_start_after_unix") or 0)
    rows = [
        {
            "agent_id": one["agent_id"],
            "agent_name": one["agent_name"],
            "conversation_id": one["conversation_id"],
            "start_time_unix_secs": one["start_time_unix_secs"],
            "call_duration_secs": _length(one),
            "message_count": len(one["turns"]),
            "status": one["status"],
            "call_successful": "success" if one["status"] == "done" else "unknown",
            "direction": "outbound",
        }
        for one in reversed(account.conversations.values())
        if agent_id in {None, one["agent_id"]} and one["start_time_unix_secs"] >= since
    ]
    return answer(200, {"conversations": rows, "next_cursor": None, "has_more": False})


@get("/v1/convai/conversations/{conversation_id:str}")
async def get_conversation(request: Asked, state: State, conversation_id: str) -> Response[Any]:
    """One call with its transcript."""
    _, account = entered(request, state)
    one = _conversation_in(account, conversation_id)
    has_audio = one["status"] == "done" and bool(one["turns"])
    told = {**_event(one)["data"], "status": one["status"], "agent_name": one["agent_name"]}
    heard = dict.fromkeys(("has_audio", "has_user_audio", "has_response_audio"), has_audio)
    return answer(200, {**told, **heard, "has_auxiliary_audio": False})


@get("/v1/convai/conversations/{conversation_id:str}/audio")
async def get_audio(request: Asked, state: State, conversation_id: str) -> Response[bytes]:
    """The recording of a call."""
    _, account = entered(request, state)
    one = _conversation_in(account, conversation_id)
    if one["status"] != "done" or not one["turns"]:
        raise Refused(404, "audio_not_found", "The conversation has no audio.")
    return Response(await asyncio.to_thread(_recording, one), media_type="audio/mpeg")


@delete("/v1/convai/conversations/{conversation_id:str}", status_code=200)
async def delete_conversation(request: Asked, state: State, conversation_id: str) -> Response[Any]:
    """Forgets a call."""
    _, account = entered(request, state)
    del account.conversations[_conversation_in(account, conversation_id)["conversation_id"]]
    return answer(200, {})


ROUTES = [outbound_call, list_conversations, get_conversation, get_audio, delete_conversation]


def _started(agent: dict[str, Any], number: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    data = object_of(given.get("conversation_initiation_client_data") or {})
    return {
        "conversation_id": new_id("conv"),
        "call_sid": f"CA{uuid7().hex}",
        "agent_id": agent["agent_id"],
        "agent_name": agent["name"],
        "phone_number": given["to_number"],
        "agent_number": number["phone_number"],
        "phone_number_id": number["phone_number_id"],
        "start_time_unix_secs": unix_now(),
        "status": "initiated",
        "turns": [],
        "client_data": data,
    }


async def _go_on(world: World, account: Account, agent: dict[str, Any], one: dict[str, Any]) -> None:
    """The call from its ringing to the webhooks after it."""
    callee = world.callees.get(one["phone_number"]) or world.callees.get("") or {}
    await paused(world.delays.call_ms / 2)
    if (reason := _REASONS.get(callee.get("result", ""))) is not None:
        one |= {"status": "failed", "reason": reason}
        await _tell(world, "failure", _failure(one, reason))
        return
    one["status"] = "in-progress"
    await paused(world.delays.call_ms / 2)
    at = 0.0
    for turn in [{"role": "agent", "message": _first_words(agent, one)}, *(callee.get("turns") or _USUAL)]:
        one["turns"].append({**turn, "time_in_call_secs": round(at)})
        at += 1 + LETTER_S * len(turn["message"])
    one |= {"call_duration_secs": round(at), "status": "processing"}
    account.characters += sum(len(turn["message"]) for turn in one["turns"] if turn["role"] == "agent")
    one["status"] = "done"
    await _tell(world, "transcription", _event(one))
    if "audio" in world.webhook.get("events", ()):
        audio = base64.b64encode(await asyncio.to_thread(_recording, one)).decode()
        facts = {"agent_id": one["agent_id"], "conversation_id": one["conversation_id"], "full_audio": audio}
        await _tell(world, "audio", {"type": "post_call_audio", "event_timestamp": unix_now(), "data": facts})


def _first_words(agent: dict[str, Any], one: dict[str, Any]) -> str:
    settings = agent["conversation_config"].get("agent") or {}
    override = (one["client_data"].get("conversation_config_override") or {}).get("agent") or {}
    words = override.get("first_message") or settings.get("first_message") or "Hello."
    known = (settings.get("dynamic_variables") or {}).get("dynamic_variable_placeholders") or {}
    values = {**known, **(one["client_data"].get("dynamic_variables") or {})}
    return _PLACEHOLDER.sub(lambda match: str(values.get(match.group(1), match.group(0))), words)


def _event(one: dict[str, Any]) -> dict[str, Any]:
    """What is told of a call, as `post_call_transcription` has it."""
    event = post_call_event({**one, "call_duration_secs": _length(one)})
    data = event["data"]
    data["metadata"]["termination_reason"] = one.get("reason", "")
    data["metadata"]["phone_call"] |= {
        "phone_number_id": one["phone_number_id"],
        "agent_number": one["agent_number"],
        "call_sid": one["call_sid"],
        "stream_sid": f"MZ{one['call_sid'][2:]}",
    }
    data["conversation_initiation_client_data"] |= {
        **one["client_data"],
        "dynamic_variables": {
            **data["conversation_initiation_client_data"]["dynamic_variables"],
            **(one["client_data"].get("dynamic_variables") or {}),
        },
    }
    return event


def _failure(one: dict[str, Any], reason: str) -> dict[str, Any]:
    called = {"CallSid": one["call_sid"], "To": one["phone_number"], "From": one["agent_number"], "CallStatus": reason}
    return {
        "type": "call_initiation_failure",
        "event_timestamp": unix_now(),
        "data": {
            "agent_id": one["agent_id"],
            "conversation_id": one["conversation_id"],
            "failure_reason": reason,
            "metadata": {"type": "twilio", "body": called},
        },
    }


async def _tell(world: World, kind: str, event: dict[str, Any]) -> None:
    hook = world.webhook
    if hook.get("url") and kind in hook.get("events", ("transcription", "failure")):
        await send(world.client, {"webhook_url": hook["url"], "secret": hook.get("secret", ""), **hook}, event)


def _recording(one: dict[str, Any]) -> bytes:
    return render(" ".join(turn["message"] for turn in one["turns"]), "mp3_22050_32").audio


def _length(one: dict[str, Any]) -> int:
    return int(one.get("call_duration_secs") or 0)


def _conversation_in(account: Account, conversation_id: str) -> dict[str, Any]:
    one = account.conversations.get(conversation_id)
    if one is None:
        raise Refused(404, "conversation_not_found", f"Conversation with id {conversation_id} not found.")
    return one
