"""The tools a language model may ask for. What it asks is a proposal; the brain checks, reads back and commits."""

from __future__ import annotations

from typing import Any

from callout.features.calling.brain.actions import ToolSpec
from callout.features.calling.brain.brief import Brief

_TEXT: dict[str, Any] = {"type": "string"}


def _spec(name: str, description: str, required: tuple[str, ...] = (), /, **properties: dict[str, Any]) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        },
    )


def specs(brief: Brief) -> tuple[ToolSpec, ...]:
    """The tools of a call: those the host can carry out, with the services of the business."""
    codes = [one.code for one in brief.context.services]
    service: dict[str, Any] = {"type": "string", "enum": codes} if codes else _TEXT
    known = (
        _spec(
            "create_order",
            "Propose the order once the customer wants the work and name, address and service are known. "
            "The details are then read back to the customer, who has to agree. Give only what the customer said.",
            ("customer_name", "customer_address", "service_type"),
            customer_name=_TEXT,
            customer_phone={**_TEXT, "description": "only when it is another than the number called"},
            customer_address=_TEXT,
            service_type=service,
            description={**_TEXT, "description": "the work in the customer's own words"},
            when={**_TEXT, "description": "day and time in the customer's own words"},
        ),
        _spec("send_quote", "Send a written quote, when the customer asks for one.", (), service_type=service),
        _spec(
            "schedule_callback",
            "Note that the customer wants to be called at another time; the call then ends.",
            (),
            when={**_TEXT, "description": "day and time in the customer's own words"},
        ),
        _spec(
            "check_availability",
            "Ask whether somebody is free at a time.",
            ("when",),
            when={**_TEXT, "description": "day and time in the customer's own words"},
            service_type=service,
        ),
        _spec("search_knowledge", "Look up a fact about the business.", ("query",), query=_TEXT),
        _spec("transfer", "Put the customer through to a person, when they ask for one."),
        _spec("end_call", "Say farewell and hang up, when nothing is left to say."),
    )
    return tuple(one for one in known if one.name in brief.tools)
