"""Messages as Anthropic answers them: whole, or as server-sent events.

https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

import json
from collections.abc import Iterator
from typing import Any

from callout.sandbox.model_desk import first_text
from callout.sandbox.model_talk import Ask, Reply, Tool, Turn, json_pieces, pieces

Raw = dict[str, Any]


def fault_of(body: Raw) -> str | None:
    """What is wrong with a request."""
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            return f"{name}: Field required"
    if body["messages"][0].get("role") not in {"user", "system"}:
        return 'messages: first message must use the "user" role'
    used: set[str] = set()
    for index, message in enumerate(body["messages"]):
        blocks = message.get("content") or []
        if isinstance(blocks, str):
            continue
        for place, block in enumerate(blocks):
            if block.get("type") == "tool_result" and block.get("tool_use_id") not in used:
                said = f"unexpected `tool_use_id` found in `tool_result` blocks: {block.get('tool_use_id')}."
                return f"messages.{index}.content.{place}: {said}"
            if block.get("type") == "text" and not str(block.get("text", "")).strip():
                return f"messages.{index}.content.{place}: text content blocks must contain non-whitespace text"
        used = {block["id"] for block in blocks if block.get("type") == "tool_use"}
    return None


def ask_of(body: Raw) -> Ask:
    """A request as the simulated model reads it."""
    names: dict[str, str] = {}
    turns: list[Turn] = []
    for message in body["messages"]:
        content = message.get("content") or ""
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            match block["type"]:
                case "text" if message["role"] in {"user", "assistant"}:
                    turns.append(Turn(role=message["role"], text=block["text"]))
                case "tool_use":
                    names[block["id"]] = block["name"]
                    turns.append(Turn(role="assistant"))
                case "tool_result":
                    text = first_text(block.get("content") or "")
                    turns.append(Turn(role="tool", text=text, tool=names.get(block["tool_use_id"])))
    choice = body.get("tool_choice") or {}
    shape = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return Ask(
        model=str(body["model"]),
        system=first_text(body.get("system") or ""),
        turns=turns,
        tools=[
            Tool(name=tool["name"], parameters=tool.get("input_schema") or {})
            for tool in body.get("tools") or []
            if "name" in tool
        ],
        must_call={"any": "any", "tool": choice.get("name")}.get(choice.get("type", "")),
        schema=shape.get("schema"),
        max_tokens=body["max_tokens"],
        is_stream=bool(body.get("stream")),
    )


def message(ask: Ask, reply: Reply, number: int) -> Raw:
    """The whole answer."""
    content: list[Raw] = [{"type": "text", "text": reply.text}] if reply.text else []
    for index, call in enumerate(reply.calls):
        content.append({"type": "tool_use", "id": _call_id(number, index), "name": call.name,
                        "input": dict(call.arguments)})  # fmt: skip
    return {
        **_head(ask, number),
        "content": content,
        "stop_reason": _stop(reply),
        "stop_sequence": None,
        "stop_details": _details(reply),
        "usage": {**_read(ask), "output_tokens": reply.size},
    }


def events(ask: Ask, reply: Reply, number: int) -> Iterator[str]:
    """The answer as events."""
    opened = {**_head(ask, number), "content": [], "stop_reason": None, "stop_sequence": None,
              "usage": {**_read(ask), "output_tokens": 1}}  # fmt: skip
    yield event("message_start", message=opened)
    place = 0
    if reply.text or not reply.calls:
        yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield event("ping")
        for piece in pieces(reply.text):
            yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        yield event("content_block_stop", index=0)
        place = 1
    for index, call in enumerate(reply.calls):
        block = {"type": "tool_use", "id": _call_id(number, index), "name": call.name, "input": {}}
        yield event("content_block_start", index=place, content_block=block)
        text = json.dumps(dict(call.arguments), ensure_ascii=False)
        is_broken = reply.is_cut_short and index == len(reply.calls) - 1
        for piece in ["", *json_pieces(text[: len(text) // 2] if is_broken else text)]:
            yield event("content_block_delta", index=place, delta={"type": "input_json_delta", "partial_json": piece})
        if not is_broken:
            yield event("content_block_stop", index=place)
        place += 1
    ending = {"stop_reason": _stop(reply), "stop_sequence": None}
    if reply.refusal is not None:
        ending["stop_details"] = _details(reply)  # type: ignore[assignment]
    yield event("message_delta", delta=ending, usage={"output_tokens": reply.size})
    yield event("message_stop")


def event(kind: str, **content: Any) -> str:
    """One server-sent event."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **content}, ensure_ascii=False)}\n\n"


def _head(ask: Ask, number: int) -> Raw:
    return {"id": f"msg_{number:024d}", "type": "message", "role": "assistant", "model": ask.model}


def _read(ask: Ask) -> Raw:
    none = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {"input_tokens": ask.size, **none, "service_tier": "standard"}


def _stop(reply: Reply) -> str:
    if reply.refusal is not None:
        return "refusal"
    if reply.is_cut_short:
        return "max_tokens"
    return "tool_use" if reply.calls else "end_turn"


def _details(reply: Reply) -> Raw | None:
    return None if reply.refusal is None else {"type": "refusal", "category": None, "explanation": reply.refusal}


def _call_id(number: int, index: int) -> str:
    return f"toolu_{number:020d}{index:04d}"
