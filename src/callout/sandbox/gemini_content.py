"""Content as Gemini generates it: whole, as server-sent events, or as one JSON array that grows.

https://ai.google.dev/api/generate-content
"""

import json
from collections.abc import Iterator
from typing import Any

from callout.sandbox.model_desk import first_text
from callout.sandbox.model_talk import Ask, Reply, Tool, Turn, pieces

Raw = dict[str, Any]
_A_PART = 4
_HARMS = ("SEXUALLY_EXPLICIT", "HATE_SPEECH", "HARASSMENT", "DANGEROUS_CONTENT")


def fault_of(body: Raw) -> str | None:
    """What is wrong with a request."""
    contents = body.get("contents")
    if not contents:
        return "* GenerateContentRequest.contents: contents is not specified"
    if any(not one.get("parts") for one in contents):
        return "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."
    return None


def ask_of(model: str, body: Raw, *, is_stream: bool) -> Ask:
    """A request as the simulated model reads it."""
    turns: list[Turn] = []
    for content in body["contents"]:
        for part in content["parts"]:
            if answer := part.get("functionResponse"):
                turns.append(Turn(role="tool", text=_brought(answer.get("response")), tool=answer.get("name")))
            elif part.get("functionCall"):
                turns.append(Turn(role="assistant"))
            elif part.get("text"):
                role = "assistant" if content.get("role") == "model" else "user"
                turns.append(Turn(role=role, text=part["text"]))  # type: ignore[arg-type]
    config = body.get("generationConfig") or {}
    is_json = config.get("responseMimeType") == "application/json"
    return Ask(
        model=model,
        system=first_text((body.get("systemInstruction") or {}).get("parts") or ""),
        turns=turns,
        tools=[
            Tool(name=one["name"], parameters=_either(one, "parametersJsonSchema") or one.get("parameters") or {})
            for tool in body.get("tools") or []
            for one in tool.get("functionDeclarations") or []
        ],
        must_call=_must_call(body),
        schema=(_either(config, "responseJsonSchema") or config.get("responseSchema")) if is_json else None,
        max_tokens=config.get("maxOutputTokens"),
        is_stream=is_stream,
    )


def content(ask: Ask, reply: Reply, number: int) -> Raw:
    """The whole answer."""
    if reply.refusal is not None:
        return _blocked(ask, number)
    return _part(ask, reply, number, _parts(reply), is_last=True)


def portions(ask: Ask, reply: Reply, number: int) -> Iterator[Raw]:
    """The answer in portions; those but the last have no reason of their end."""
    if reply.refusal is not None:
        yield _blocked(ask, number)
        return
    words = pieces(reply.text)
    texts = ["".join(words[at : at + _A_PART]) for at in range(0, len(words), _A_PART)]
    parts: list[list[Raw]] = [[{"text": text}] for text in texts]
    if reply.calls:
        parts.append(_calls(reply))
    for index, part in enumerate(parts or [[{"text": ""}]]):
        yield _part(ask, reply, number, part, is_last=index >= len(parts) - 1)


def as_events(portions: Iterator[Raw]) -> Iterator[str]:
    """Portions as server-sent events."""
    return (f"data: {json.dumps(one, ensure_ascii=False)}\r\n\r\n" for one in portions)


def as_array(portions: Iterator[Raw]) -> Iterator[str]:
    """Portions as a JSON array, sent as it grows."""
    for index, one in enumerate(portions):
        yield f"{',' if index else '['}\n{json.dumps(one, ensure_ascii=False)}\n"
    yield "]"


def _either(fields: Raw, name: str) -> Any:
    """A field by its JSON name or its name in the interface definition; Google takes both."""
    return fields.get(name) or fields.get("".join(f"_{one.lower()}" if one.isupper() else one for one in name))


def _brought(response: Any) -> str:
    """What a function brought; a text comes wrapped in an object, for which there are several customs."""
    if isinstance(response, dict) and len(response) == 1:
        only = next(iter(response.values()))
        if isinstance(only, str):
            return only
    return json.dumps(response)


def _must_call(body: Raw) -> str | None:
    how = ((body.get("toolConfig") or {}).get("functionCallingConfig")) or {}
    if how.get("mode") != "ANY":
        return None
    named = how.get("allowedFunctionNames") or []
    return str(named[0]) if len(named) == 1 else "any"


def _parts(reply: Reply) -> list[Raw]:
    return [*([{"text": reply.text}] if reply.text else []), *_calls(reply)]


def _calls(reply: Reply) -> list[Raw]:
    """A call that ran out of tokens does not come at all: Gemini sends calls whole."""
    whole = list(reply.calls)[:-1] if reply.is_cut_short else reply.calls
    return [{"functionCall": {"name": call.name, "args": dict(call.arguments)}} for call in whole]


def _part(ask: Ask, reply: Reply, number: int, parts: list[Raw], *, is_last: bool) -> Raw:
    candidate: Raw = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if is_last:
        candidate["finishReason"] = "MAX_TOKENS" if reply.is_cut_short else "STOP"
    written = reply.size if is_last else 1
    return {"candidates": [candidate], **_tail(ask, written, number)}


def _blocked(ask: Ask, number: int) -> Raw:
    ratings = [
        {"category": f"HARM_CATEGORY_{harm}", "probability": "HIGH" if harm == "HATE_SPEECH" else "NEGLIGIBLE"}
        for harm in _HARMS
    ]
    return {"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": ratings}, **_tail(ask, 0, number)}


def _tail(ask: Ask, written: int, number: int) -> Raw:
    usage = {"promptTokenCount": ask.size, "candidatesTokenCount": written, "totalTokenCount": ask.size + written}
    if not written:
        del usage["candidatesTokenCount"]
    return {"usageMetadata": usage, "modelVersion": ask.model, "responseId": f"resp{number:018d}"}
