"""Tries rules on a text or a conversation without any effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.conversations import model
from callout.features.conversations.analysis import analyse, with_place
from callout.features.conversations.calls import call_context
from callout.features.conversations.material import material_of
from callout.features.conversations.places import address_of
from callout.features.geocoding.ports import Geocoder
from callout.features.triggers import choice, store
from callout.features.triggers.evaluation import evaluate
from callout.features.triggers.model import Evaluation, Rule
from callout.features.triggers.speech import hear
from callout.features.triggers.views import evaluation_view
from callout.kit.db.work import Work
from callout.kit.errors import UpstreamFailed, UpstreamTimeout


async def on_conversation(work: Work, rules: Sequence[Rule], conversation_id: UUID) -> list[dict[str, Any]]:
    """The rules held against a stored conversation."""
    material = await material_of(work, conversation_id)
    return _shown(rules, material.turns, material.analysis, material.context)


async def on_turns(
    work: Work, geocoder: Geocoder, rules: Sequence[Rule], turns: Sequence[model.Turn], contact_id: UUID | None
) -> list[dict[str, Any]]:
    """The rules held against a talk that was never had; `contact_id` says with whom."""
    phone = await store.contact_phone(work, contact_id) if contact_id else None
    context = await call_context(work, None, phone=phone, started_at=work.now)
    analysis = await _placed(analyse(turns, context), geocoder, context.region)
    return _shown(rules, turns, analysis, context)


async def _placed(analysis: model.Analysis, geocoder: Geocoder, region: str) -> model.Analysis:
    place = analysis.slots.location
    address = address_of(place)
    if place is None or address is None or place.precision != "none":
        return analysis
    try:
        found = await geocoder.search(address, country=region, limit=1)
    except (UpstreamFailed, UpstreamTimeout):
        return analysis
    if not found:
        return analysis
    best = found[0]
    return with_place(analysis, model.Place(geo=model.Geo(best.lat, best.lng), precision=best.precision))


def _shown(
    rules: Sequence[Rule], turns: Sequence[model.Turn], analysis: model.Analysis, context: model.CallContext
) -> list[dict[str, Any]]:
    evaluations = evaluate(rules, hear(turns, analysis, context.services))
    return [evaluation_view(one, _preview(one, analysis) if one.triggered else None) for one in evaluations]


def _preview(one: Evaluation, analysis: model.Analysis) -> dict[str, Any] | None:
    """The order a firing would make."""
    actions, slots = one.rule.actions, analysis.slots
    if not actions.create_order:
        return None
    return {
        "order": {
            "kind": actions.order_kind,
            "priority": choice.priority_of(actions.priority_level, slots.urgency_level),
            "service_type": slots.service_type,
            "customer_name": slots.customer_name,
            "customer_phone": slots.contact_phone,
            "customer_email": slots.contact_email,
            "customer_address": slots.location.address if slots.location else None,
            "location": msgspec.to_builtins(slots.location) if slots.location else None,
            "description": slots.service_details,
            "scheduled": msgspec.to_builtins(slots.timeline) if slots.timeline else None,
            "special_requirements": list(slots.special_requirements),
        }
    }
