"""Chat completions as OpenAI, xAI and servers that speak their protocol answer them: whole, or as server-sent events.

https://platform.openai.com/docs/api-reference/chat
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from callout.sandbox.model_desk import first_text
from callout.sandbox.model_talk import Ask, Reply, Tool, Turn, json_pieces, pieces

Raw = dict[str, Any]


class Flavour(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider's answers differ.

    Attributes:
        id_prefix: of answers.
        fingerprint: of the system that answered.
        usage_rides: usage comes with the last part, asked for or not, instead of in a part of its own.
        whole_calls: calls of tools come in one part.
        more_usage: further counts of theirs.
    """

    id_prefix: str = "chatcmpl-"
    fingerprint: str = "fp_5050236cbd"
    usage_rides: bool = False
    whole_calls: bool = False
    more_usage: Raw = {}


def fault_of(body: Raw) -> tuple[str, str] | None:
    """What is wrong with a request: (message, param)."""
    messages = body.get("messages")
    if not body.get("model"):
        return "you must provide a model parameter", "model"
    if not isinstance(messages, list) or not messages:
        return "Missing required parameter: 'messages'.", "messages"
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        role = message.get("role")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                said = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                return f"Invalid parameter: {said}", f"messages.[{index}].role"
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            said = "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
            return f"{said} 'tool_call_id'.", "messages"
        if role == "assistant":
            open_calls = {call["id"] for call in message.get("tool_calls") or []}
    return None


def ask_of(body: Raw) -> Ask:
    """A request as the simulated model reads it."""
    names: dict[str, str] = {}
    turns = []
    for message in body["messages"]:
        for call in message.get("tool_calls") or []:
            names[call["id"]] = call["function"]["name"]
        if message["role"] in {"user", "assistant", "tool"}:
            tool = names.get(message.get("tool_call_id", ""))
            turns.append(Turn(role=message["role"], text=first_text(message.get("content") or ""), tool=tool))
    system = [first_text(one["content"]) for one in body["messages"] if one["role"] in {"system", "developer"}]
    shape = body.get("response_format") or {}
    options = body.get("stream_options") or {}
    return Ask(
        model=str(body["model"]),
        system="\n".join(system),
        turns=turns,
        tools=[
            Tool(name=tool["function"]["name"], parameters=tool["function"].get("parameters") or {})
            for tool in body.get("tools") or []
        ],
        must_call=_must_call(body.get("tool_choice")),
        schema=(shape.get("json_schema") or {}).get("schema") if shape.get("type") == "json_schema" else None,
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        is_stream=bool(body.get("stream")),
        wants_usage=bool(options.get("include_usage")),
    )


def completion(ask: Ask, reply: Reply, number: int, flavour: Flavour) -> Raw:
    """The whole answer."""
    calls = [
        {"id": _call_id(number, index), "type": "function", "function": {"name": call.name, "arguments": _json(call)}}
        for index, call in enumerate(reply.calls)
    ]
    message: Raw = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal, "annotations": []}
    return {
        **_head("chat.completion", ask, number, flavour),
        "choices": [
            {
                "index": 0,
                "message": {**message, **({"tool_calls": calls} if calls else {})},
                "logprobs": None,
                "finish_reason": _finish(reply),
            }
        ],
        "usage": _usage(ask, reply, flavour),
        "service_tier": "default",
    }


def events(ask: Ask, reply: Reply, number: int, flavour: Flavour) -> Iterator[str]:
    """The answer as events."""
    head = _head("chat.completion.chunk", ask, number, flavour)
    nothing = {"usage": None} if ask.wants_usage and not flavour.usage_rides else {}

    def chunk(delta: Raw, finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event({**head, "choices": [choice], **nothing, **more})

    if reply.refusal is None:
        yield chunk({"role": "assistant", "content": "" if reply.text else None, "refusal": None})
        yield from (chunk({"content": piece}) for piece in pieces(reply.text))
    else:
        yield chunk({"role": "assistant", "content": None, "refusal": ""})
        yield from (chunk({"refusal": piece}) for piece in pieces(reply.refusal))
    yield from _calls(reply, number, flavour, chunk)
    usage = _usage(ask, reply, flavour)
    yield chunk({}, _finish(reply), **({"usage": usage} if flavour.usage_rides else {}))
    if ask.wants_usage and not flavour.usage_rides:
        yield event({**head, "choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def event(content: Raw) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _calls(reply: Reply, number: int, flavour: Flavour, chunk: Callable[[Raw], str]) -> Iterator[str]:
    for index, call in enumerate(reply.calls):
        text = _json(call)
        if reply.is_cut_short and index == len(reply.calls) - 1:
            text = text[: max(1, len(text) // 2)]
        begun = {"name": call.name, "arguments": text if flavour.whole_calls else ""}
        opened = {"index": index, "id": _call_id(number, index), "type": "function", "function": begun}
        yield chunk({"tool_calls": [opened]})
        if not flavour.whole_calls:
            for piece in json_pieces(text):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})


def _head(kind: str, ask: Ask, number: int, flavour: Flavour) -> Raw:
    return {
        "id": f"{flavour.id_prefix}{number:012d}",
        "object": kind,
        "created": int(time.time()),
        "model": ask.model,
        "system_fingerprint": flavour.fingerprint,
    }


def _usage(ask: Ask, reply: Reply, flavour: Flavour) -> Raw:
    return {
        "prompt_tokens": ask.size,
        "completion_tokens": reply.size,
        "total_tokens": ask.size + reply.size,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        **flavour.more_usage,
    }


def _finish(reply: Reply) -> str:
    if reply.is_cut_short:
        return "length"
    return "tool_calls" if reply.calls else "stop"


def _must_call(choice: Any) -> str | None:
    if choice == "required":
        return "any"
    if not isinstance(choice, dict):
        return None
    if choice.get("type") == "allowed_tools":
        allowed = choice["allowed_tools"]
        named = allowed["tools"][0]["function"]["name"] if len(allowed.get("tools", [])) == 1 else "any"
        return named if allowed.get("mode") == "required" else None
    return str((choice.get("function") or {}).get("name") or "any")


def _json(call: Any) -> str:
    return json.dumps(dict(call.arguments), ensure_ascii=False)


def _call_id(number: int, index: int) -> str:
    return f"call_{number:020d}{index:04d}"
