"""The webhooks of the ElevenLabs simulator: calls that just ended or go on, signed, repeated and out of order."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from typing import Any

import httpx
from litestar import post
from litestar.datastructures import State

from callout.kit.ids import uuid7

HEADER = "ElevenLabs-Signature"
_RETRY_STATUSES = {408, 429, 500, 502, 503, 504}


@post("/_sandbox/deliver", status_code=200)
async def deliver(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Delivers the webhooks of one call.

    Members: `webhook_url`, `secret`, `conversation` (`conversation_id`, `phone_number`, `turns` of {role, message},
    `start_time_unix_secs`, `agent_id`), `style` post_call (one event at the end, the default) or live (started, one
    update per turn, ended), `duplicates` (further deliveries of every event), `out_of_order` (shuffled, with `seed`),
    `retries` (attempts after an answer that asks for them, default 3), `timestamp` (Unix seconds of the signature).
    """
    conversation = {"conversation_id": f"conv_{uuid7().hex}", **data.get("conversation", {})}
    events = live_events(conversation) if data.get("style") == "live" else [post_call_event(conversation)]
    planned = [event for event in events for _ in range(1 + int(data.get("duplicates", 0)))]
    if data.get("out_of_order"):
        random.Random(data.get("seed", 1)).shuffle(planned)
    deliveries = [await send(state.world.client, data, event) for event in planned]
    return {"conversation_id": conversation["conversation_id"], "deliveries": deliveries}


ROUTES = [deliver]


def post_call_event(conversation: dict[str, Any]) -> dict[str, Any]:
    """The `post_call_transcription` webhook of a finished call, as the service documents it."""
    turns = conversation.get("turns", [])
    started = int(conversation.get("start_time_unix_secs", time.time() - 10 * len(turns)))
    length = int(conversation.get("call_duration_secs", 5 * len(turns)))
    return {
        "type": "post_call_transcription",
        "event_timestamp": started + length,
        "data": {
            "agent_id": conversation.get("agent_id", "agent_sandbox"),
            "conversation_id": conversation["conversation_id"],
            "status": "done",
            "user_id": None,
            "transcript": [_transcript_row(turn, index) for index, turn in enumerate(turns)],
            "metadata": {
                "start_time_unix_secs": started,
                "call_duration_secs": length,
                "cost": 0,
                "main_language": conversation.get("language", "en"),
                "termination_reason": "",
                "phone_call": {
                    "direction": conversation.get("direction", "outbound"),
                    "external_number": conversation.get("phone_number"),
                    "type": "twilio",
                },
            },
            "analysis": {
                "evaluation_criteria_results": {},
                "data_collection_results": {},
                "call_successful": "success",
                "transcript_summary": "",
            },
            "conversation_initiation_client_data": {
                "dynamic_variables": {"system__called_number": conversation.get("phone_number")},
            },
        },
    }


def live_events(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """The same call told while it goes on: started, one update per turn, ended with the whole transcript."""
    turns = conversation.get("turns", [])
    started = int(conversation.get("start_time_unix_secs", time.time() - 10 * len(turns)))
    facts = {
        "conversation_id": conversation["conversation_id"],
        "phone_number": conversation.get("phone_number"),
        "call_type": conversation.get("direction", "outbound"),
        "started_at": started,
    }
    rows = [{"turn_id": f"t{index}", **_transcript_row(turn, index)} for index, turn in enumerate(turns)]
    return [
        {"event": "call_started", "event_id": uuid7().hex, "data": facts},
        *(
            {"event": "conversation_updated", "event_id": uuid7().hex, "data": {**facts, "conversation_turns": [row]}}
            for row in rows
        ),
        {
            "event": "call_ended",
            "event_id": uuid7().hex,
            "data": {
                **facts,
                "ended_at": started + 5 * len(rows),
                "duration_seconds": 5 * len(rows),
                "conversation_turns": rows,
            },
        },
    ]


def signature(secret: str, at: int, body: bytes) -> str:
    """The value of the signature header: `t=<unix seconds>,v0=<hex hmac-sha256 of "<t>.<body>">`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v0={digest}"


async def send(client: httpx.AsyncClient, data: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Posts one event, again where the answer asks for it; returns what came of it."""
    body = json.dumps(event).encode()
    attempts = 0
    status = 0
    while attempts <= int(data.get("retries", 3)):
        attempts += 1
        at = int(data.get("timestamp", time.time()))
        headers = {"Content-Type": "application/json", HEADER: signature(data["secret"], at, body)}
        try:
            response = await client.post(data["webhook_url"], content=body, headers=headers)
        except httpx.TransportError:
            status = 0
        else:
            status = response.status_code
            if status not in _RETRY_STATUSES:
                return {"event": _name(event), "status": status, "attempts": attempts, "answer": response.text[:500]}
        await asyncio.sleep(float(data.get("retry_pause_s", 0.2)))
    return {"event": _name(event), "status": status, "attempts": attempts, "answer": None}


def _name(event: dict[str, Any]) -> str:
    return str(event.get("event") or event.get("type"))


def _transcript_row(turn: dict[str, Any], index: int) -> dict[str, Any]:
    return {
        "role": turn.get("role", "user"),
        "message": turn.get("message", turn.get("content")),
        "tool_calls": None,
        "tool_results": None,
        "feedback": None,
        "time_in_call_secs": turn.get("time_in_call_secs", 5 * index),
        "conversation_turn_metrics": None,
    }
