"""Calls as providers deliver them: signed, whole or in pieces, sometimes twice."""

import hashlib
import hmac
import json
import time
from typing import Any

from callout.run.demo.calls import Call
from callout.run.demo.client import Client
from callout.run.demo.preparations import WEBHOOK_SECRET
from callout.run.demo.stage import Stage, wait_for
from callout.run.errors import RunError


async def by_elevenlabs(stage: Stage, call: Call, phone: str, *, duplicates: int = 0) -> dict[str, Any]:
    """The simulator calls our webhook, signed, as often as the provider might."""
    external_id = f"conv_{stage.run}_{hashlib.sha256(call.name.encode()).hexdigest()[:8]}"
    url = await _webhook_url(stage, "elevenlabs")
    roles = {"agent": "agent", "customer": "user"}
    body = {
        "webhook_url": url,
        "secret": WEBHOOK_SECRET,
        "duplicates": duplicates,
        "conversation": {
            "conversation_id": external_id,
            "phone_number": phone,
            "turns": [{"role": roles[speaker], "message": text} for speaker, text in call.turns],
        },
    }
    simulator = Client(stage.simulators)
    try:
        await simulator.post("/elevenlabs/_sandbox/deliver", body)
    finally:
        await simulator.close()
    return await _processed(stage, external_id)


async def by_cloned_voice(stage: Stage, call: Call, phone: str) -> dict[str, Any]:
    """Started, one update a turn, ended: as the tenant's own voice server tells it."""
    external_id = f"session_{stage.run}"
    url = await _webhook_url(stage, "cloned_voice")
    senders = {"agent": "ai", "customer": "human"}
    log: list[dict[str, str]] = []
    await _post_signed(url, {"event": "session_started", "session_id": external_id, "caller_number": phone})
    for speaker, text in call.turns:
        log.append({"sender": senders[speaker], "message": text})
        update = {"event": "conversation_update", "session_id": external_id, "conversation_log": list(log)}
        await _post_signed(url, {**update, "caller_number": phone, "event_id": f"{external_id}-{len(log)}"})
    ended = {"event": "session_ended", "session_id": external_id, "caller_number": phone, "conversation_log": log}
    await _post_signed(url, {**ended, "call_direction": "outbound", "call_duration": 95})
    return await _processed(stage, external_id)


async def _post_signed(url: str, body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(WEBHOOK_SECRET.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    provider = Client("")
    try:
        await provider.call(
            "POST",
            url,
            content=raw,
            headers={
                "Content-Type": "application/json",
                "X-Cloned-Voice-Signature": signature,
                "X-Timestamp": stamp,
            },
        )
    finally:
        await provider.close()


async def _webhook_url(stage: Stage, provider: str) -> str:
    rows = await stage.admin.get("/api/admin/api-configs/inbound")
    path = next(row["url"] for row in rows if row["provider"] == provider).split("/api/", 1)[1]
    return f"{stage.gateway}/api/{path}"


async def _processed(stage: Stage, external_id: str) -> dict[str, Any]:
    async def look() -> Any:
        items = (await stage.admin.get("/api/admin/conversations", limit=200))["items"]
        found = [item for item in items if item["external_id"] == external_id]
        if found and found[0]["status"] == "failed":
            raise RunError(f"{external_id} could not be analysed")
        return found[0] if found and found[0]["status"] == "completed" else None

    result: dict[str, Any] = await wait_for(f"{external_id} to be analysed", look)
    return result
