"""How long the first part of a reply takes by the adapter and by plain httpx, in turns, against the same simulator.

    python bench/first_token.py [requests]

Prints for each family the time to the first words, p50 and p95, and the processor time of a whole request in this
process. The simulator runs in a process of its own and answers at once, so what is left is ours.
"""

import asyncio
import json
import logging
import multiprocessing
import socket
import sys
import time

import httpx

from callout.adapters.llm import PydanticAiModel
from callout.features.calling.brain.actions import Message, ToolSpec
from callout.features.calling.thought.ports import Question, Words
from callout.run.http_server import HttpServer
from callout.sandbox import server

FAMILIES = {
    "openai": ("gpt-4o-mini", "sk-bench"),
    "claude": ("claude-haiku-4-5", "sk-ant-bench"),
    "gemini": ("gemini-2.5-flash", "AIza-bench"),
    "grok": ("grok-4-fast-non-reasoning", "xai-bench"),
}
SYSTEM = "You are Mia, an AI assistant on the phone for Bright Home. " * 40
TALK = [
    ("user", "Hello?"),
    ("assistant", "Hello, this is Mia, an AI assistant. Do you need any work done?"),
    ("user", "Tell me more."),
    ("assistant", "We repair and clean. What do you need?"),
    ("user", "Well, maybe something with the roof."),
]
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TOOLS = [ToolSpec(name=f"tool_{number}", description="Does something.", parameters=SCHEMA) for number in range(7)]
WARM_UP = 10


def serve(port: int) -> None:
    """The simulators, until the process is ended."""

    async def run() -> None:
        await HttpServer(
            server.create_app({one: server.SIMULATORS[one]() for one in FAMILIES}), "127.0.0.1", port
        ).start()
        await asyncio.Event().wait()

    asyncio.run(run())


def request(provider: str, base: str) -> tuple[str, dict[str, str], dict[str, object]]:
    """The same request by hand."""
    model, key = FAMILIES[provider]
    talk = [{"role": role, "content": text} for role, text in TALK]
    if provider == "claude":
        tools = [{"name": one.name, "description": one.description, "input_schema": SCHEMA} for one in TOOLS]
        body = {"model": model, "max_tokens": 1000, "stream": True, "system": SYSTEM, "messages": talk, "tools": tools}
        return f"{base}/v1/messages", {"x-api-key": key, "anthropic-version": "2023-06-01"}, body
    if provider == "gemini":
        contents = [{"role": "user" if role == "user" else "model", "parts": [{"text": text}]} for role, text in TALK]
        declared = [{"name": one.name, "parametersJsonSchema": SCHEMA} for one in TOOLS]
        body = {
            "systemInstruction": {"parts": [{"text": SYSTEM}]},
            "contents": contents,
            "tools": [{"functionDeclarations": declared}],
        }
        return f"{base}/v1beta/models/{model}:streamGenerateContent?alt=sse", {"x-goog-api-key": key}, body
    tools = [{"type": "function", "function": {"name": one.name, "parameters": SCHEMA}} for one in TOOLS]
    messages = [{"role": "system", "content": SYSTEM}, *talk]
    options = {"include_usage": True}
    body = {"model": model, "stream": True, "stream_options": options, "messages": messages, "tools": tools}
    return f"{base}/v1/chat/completions", {"Authorization": f"Bearer {key}"}, body


def has_words(event: str) -> bool:
    """Whether an event brings words."""
    if event == "[DONE]":
        return False
    found = json.loads(event)
    choices = found.get("choices")
    said = bool(choices and choices[0]["delta"].get("content"))
    return said or found.get("type") == "content_block_delta" or "candidates" in found


async def by_hand(client: httpx.AsyncClient, provider: str, base: str) -> float:
    """Seconds to the first words, by plain httpx."""
    url, headers, body = request(provider, base)
    started, first = time.perf_counter(), 0.0
    async with client.stream("POST", url, headers=headers, json=body) as reply:
        async for line in reply.aiter_lines():
            if not first and line.startswith("data: ") and has_words(line[6:]):
                first = time.perf_counter() - started
    return first


async def by_adapter(model: PydanticAiModel, question: Question) -> float:
    """Seconds to the first words, by the adapter."""
    started, first = time.perf_counter(), 0.0
    async for part in model.stream(question):
        if not first and isinstance(part, Words):
            first = time.perf_counter() - started
    return first


def shown(values: list[float]) -> str:
    """p50 and p95 in milliseconds."""
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2] * 1000:6.2f} {ordered[int(len(ordered) * 0.95)] * 1000:6.2f}"


async def measure(url: str, count: int) -> None:
    """Prints the table."""
    messages = (Message(role="system", content=SYSTEM), *(Message(role=role, content=text) for role, text in TALK))  # type: ignore[arg-type]
    question = Question(messages=messages, tools=tuple(TOOLS))
    print("ms        httpx p50 p95     adapter p50 p95   added p50 p95     processor httpx, adapter")
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for provider, (name, key) in FAMILIES.items():
            base = f"{url}/{provider}"
            model = PydanticAiModel(provider, name, api_key=key, base_url=base, client=client)
            plain, ours, work = [], [], [0.0, 0.0]
            for number in range(count + WARM_UP):
                marks = [time.process_time()]
                one = await by_hand(client, provider, base)
                marks.append(time.process_time())
                other = await by_adapter(model, question)
                marks.append(time.process_time())
                if number >= WARM_UP:
                    plain.append(one)
                    ours.append(other)
                    work = [work[0] + marks[1] - marks[0], work[1] + marks[2] - marks[1]]
            added = [later - sooner for sooner, later in zip(plain, ours, strict=True)]
            used = ", ".join(f"{seconds / count * 1000:5.2f}" for seconds in work)
            print(f"{provider:8}  {shown(plain)}     {shown(ours)}     {shown(added)}     {used}", flush=True)


def main() -> None:
    """Measures with as many requests as asked for."""
    logging.disable(logging.CRITICAL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    simulators = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    simulators.start()
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            break
        except OSError:
            time.sleep(0.1)
    asyncio.run(measure(f"http://127.0.0.1:{port}", int(sys.argv[1]) if len(sys.argv) > 1 else 200))
    simulators.terminate()


if __name__ == "__main__":
    main()
