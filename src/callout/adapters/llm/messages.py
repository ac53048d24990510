"""The talk as the brain tells it, in the words of pydantic-ai. Pure."""

import json
from collections.abc import Sequence

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from callout.features.calling.brain.actions import Message, ToolSpec

SILENCE = "(nobody has said anything yet)"


def conversation(messages: Sequence[Message]) -> list[ModelMessage]:
    """The messages of a request. Every family takes a talk only if the other side both begins and speaks last."""
    found: list[ModelMessage] = []
    names: dict[str, str] = {}
    for message in messages:
        if message.role == "assistant":
            if all(_is_system(one) for one in found):
                _ask(found, UserPromptPart(content=SILENCE))
            said: list[ModelResponsePart] = [TextPart(content=message.content)] if message.content.strip() else []
            for call in message.calls:
                names[str(call["id"])] = str(call["name"])
                arguments = json.dumps(call.get("arguments") or {})
                said.append(ToolCallPart(tool_name=str(call["name"]), args=arguments, tool_call_id=str(call["id"])))
            if said:
                found.append(ModelResponse(parts=said))
        elif message.role == "tool":
            call_id = message.tool_call_id or ""
            name = names.get(call_id, "tool")
            _ask(found, ToolReturnPart(tool_name=name, content=message.content, tool_call_id=call_id))
        elif message.content.strip():
            kind = SystemPromptPart if message.role == "system" else UserPromptPart
            _ask(found, kind(content=message.content))
    if not found or isinstance(found[-1], ModelResponse) or _is_system(found[-1]):
        _ask(found, UserPromptPart(content=SILENCE))
    return found


def parameters(tools: Sequence[ToolSpec]) -> ModelRequestParameters:
    """The tools of a request."""
    return ModelRequestParameters(
        function_tools=[
            ToolDefinition(name=tool.name, description=tool.description, parameters_json_schema=tool.parameters)
            for tool in tools
        ]
    )


def _ask(found: list[ModelMessage], part: ModelRequestPart) -> None:
    if found and isinstance(found[-1], ModelRequest):
        found[-1] = ModelRequest(parts=[*found[-1].parts, part])
    else:
        found.append(ModelRequest(parts=[part]))


def _is_system(message: ModelMessage) -> bool:
    return isinstance(message, ModelRequest) and all(isinstance(part, SystemPromptPart) for part in message.parts)
