"""How offers, decisions and policies look in answers. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.tables import DispatchDecision, DispatchPolicy, Offer
from callout.kit.http.wire import timestamp

DIGITS = 6
Json = dict[str, Any]


def offer_view(offer: Offer, now: datetime) -> Json:
    """One offer; a pending one past its time shows as expired."""
    status = "expired" if offer.status == "pending" and offer.expires_at <= now else offer.status
    return {
        "id": offer.id,
        "order_id": offer.order_id,
        "vendor_id": offer.vendor_id,
        "wave": offer.wave,
        "ring": offer.ring,
        "position": offer.position,
        "mode": offer.mode,
        "status": status,
        "sent_at": timestamp(offer.sent_at),
        "expires_at": timestamp(offer.expires_at),
        "seconds_left": seconds_left(offer, now),
        "paused_s": offer.paused_s,
        "decided_at": timestamp(offer.decided_at),
        "seen_at": timestamp(offer.seen_at),
        "score": float(offer.score),
        "accept_probability": float(offer.accept_probability),
        "rank_key": float(offer.rank_key),
        "distance_km": float(offer.distance_km),
        "travel_min": float(offer.travel_min) if offer.travel_min is not None else None,
        "decision_id": offer.decision_id,
        "channels": offer.channels,
        "response_time_min": float(offer.response_time_min) if offer.response_time_min is not None else None,
        "decline_reason": offer.decline_reason,
        "decline_note": offer.decline_note,
        "end_reason": offer.end_reason,
        "created_at": timestamp(offer.created_at),
        "updated_at": timestamp(offer.updated_at),
        "version": offer.version,
    }


def vendor_offer_view(offer: Offer, order: Json, now: datetime) -> Json:
    """VendorOffer: an offer as its vendor sees it."""
    return {
        "offer_id": offer.id,
        "order": order,
        "expires_at": timestamp(offer.expires_at),
        "seconds_left": seconds_left(offer, now),
        "wave": offer.wave,
        "mode": offer.mode,
        "distance_km": float(offer.distance_km),
        "travel_min": float(offer.travel_min) if offer.travel_min is not None else None,
        "estimated_value": order.get("estimated_value"),
    }


def seconds_left(offer: Offer, now: datetime) -> int:
    """Whole seconds until the offer ends; 0 once it has."""
    if offer.status != "pending":
        return 0
    return max(0, int((offer.expires_at - now).total_seconds()))


def decision_summary(decision: DispatchDecision) -> Json:
    """A decision record without its candidates."""
    return {
        "id": decision.id,
        "order_id": decision.order_id,
        "batch_id": decision.batch_id,
        "wave": decision.wave,
        "ring": decision.ring,
        "at": timestamp(decision.at),
        "policy_version": decision.policy_version,
        "policy_class": decision.policy_class,
        "mode": decision.mode,
        "seed": decision.seed,
        "targets": decision.targets,
        "k": decision.k,
        "ttl_s": decision.ttl_s,
        "relaxed": decision.relaxed,
        "ms": decision.ms,
        "candidates_total": len(decision.candidates),
        "candidates_included": sum(row["included"] for row in decision.candidates),
        "chosen": [row["vendor_id"] for row in decision.candidates if row["chosen"]],
        "explanation": decision.explanation,
    }


def decision_view(decision: DispatchDecision) -> Json:
    """A full decision record; figures rounded to six digits, as stored they have all."""
    rows = [candidate_view(row) for row in decision.candidates]
    return {**decision_summary(decision), "candidates": rows}


def candidate_view(row: Mapping[str, Any]) -> Json:
    """One candidate of a decision."""
    rounded: Json = rounded_figures(dict(row))
    return rounded


def rounded_figures(value: Any) -> Any:
    """The same structure with its floats rounded to six digits."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: rounded_figures(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded_figures(item) for item in value]
    return value


def policy_view(policy: DispatchPolicy) -> Json:
    """One policy version."""
    return {
        "id": policy.id,
        "version": policy.number,
        "name": policy.name,
        "note": policy.note,
        "weights": policy.weights,
        "knobs": policy.knobs,
        "status": policy.status,
        "activated_at": timestamp(policy.activated_at),
        "activated_by": policy.activated_by,
        "simulation": policy.simulation,
        "created_at": timestamp(policy.created_at),
    }


def built_in_policy_view(*, active: bool) -> Json:
    """Version 0: what a tenant starts with."""
    return {
        "id": None,
        "version": 0,
        "name": "Built-in",
        "note": None,
        "weights": DEFAULT_POLICY.weights,
        "knobs": msgspec.to_builtins(DEFAULT_POLICY.knobs),
        "status": "active" if active else "retired",
        "activated_at": None,
        "activated_by": None,
        "simulation": None,
        "created_at": None,
    }
