"""The tools of a rehearsal: they do what real ones do, in memory, once per key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from callout.features.calling.brain.actions import CallTool, Transfer
from callout.features.calling.brain.answers import best_passage
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import ToolResult
from callout.features.conversations.text import Words


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """A tool as it was used."""

    name: str
    key: str
    arguments: Mapping[str, Any]


class RehearsalDesk:
    """Carries out the tools of one call. `used` is what was asked, `orders` what came of it by key."""

    def __init__(self, brief: Brief) -> None:
        """Start with nothing done."""
        self._brief = brief
        self.used: list[Used] = []
        self.orders: dict[str, dict[str, Any]] = {}

    def carry_out(self, action: CallTool | Transfer) -> ToolResult:
        """The result of a tool."""
        if isinstance(action, Transfer):
            self.used.append(Used(name="transfer", key=action.id, arguments={"to": action.to}))
            return ToolResult(tool_id=action.id, ok=True)
        self.used.append(Used(name=action.name, key=action.key, arguments=action.arguments))
        return ToolResult(tool_id=action.id, ok=True, value=self._value(action))

    def _value(self, action: CallTool) -> dict[str, Any]:
        match action.name:
            case "create_order":
                self.orders.setdefault(action.key, dict(action.arguments))
                live = bool(action.arguments.get("is_live"))
                return {"created": live, "order_number": f"ORD-{len(self.orders):06d}" if live else None}
            case "check_availability":
                return {"available": True}
            case "send_quote":
                return {"sent": True}
            case "search_knowledge":
                found = best_passage(Words(str(action.arguments["query"])), self._brief.knowledge, enough=0.3)
                return {"passages": [{"text": found}] if found else []}
            case _:
                return {}
