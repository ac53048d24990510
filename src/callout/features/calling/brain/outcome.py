"""What a call came to, as structured facts for records, webhooks and the next action."""

from __future__ import annotations

from typing import Any

import msgspec

from callout.features.calling.brain.actions import Disposition, EndReason
from callout.features.calling.brain.answers import QUOTE
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.callback import CALLBACK
from callout.features.calling.brain.compliance import Proof, proofs
from callout.features.calling.brain.evidence import analysis_of
from callout.features.calling.brain.state import Draft, Fact, State


class CallOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a call.

    Attributes:
        order: what the customer agreed to; None when nothing was.
        order_state: created during the call, noted for the final evaluation, failed, or none.
        callback: the agreed time, `{at, until, spoken}`; None without one.
        reached_person: whether a person spoke at all.
    """

    disposition: Disposition
    end_reason: EndReason | None
    answered_by: str
    language: str
    order: Draft | None
    order_state: str
    callback: dict[str, Any] | None
    quote_sent: bool
    opted_out: bool
    reached_person: bool
    recording: str | None
    risk: float
    facts: tuple[Fact, ...]
    compliance: tuple[Proof, ...]


def outcome_of(brief: Brief, state: State) -> CallOutcome:
    """The result of a call that ended."""
    ordered = state.order in ("created", "noted")
    return CallOutcome(
        disposition=state.disposition or disposition_of(brief, state),
        end_reason=state.end_reason,
        answered_by={"voicemail": "machine"}.get(state.line, state.line),
        language=state.language,
        order=state.draft if ordered else None,
        order_state=state.order,
        callback=state.done.get("callback_time", {}) if CALLBACK in state.done else None,
        quote_sent=bool(state.done.get(QUOTE, {}).get("ok")),
        opted_out=state.opted_out,
        reached_person=bool(state.customer_turns),
        recording=state.recording,
        risk=state.risk,
        facts=state.facts,
        compliance=proofs(brief, state),
    )


def disposition_of(brief: Brief, state: State) -> Disposition:
    """The disposition by what was said and done, for calls that end without one."""
    if state.opted_out:
        return "do_not_call"
    if state.order in ("created", "noted"):
        return "converted"
    if state.is_scam:
        return "scam"
    if state.line == "voicemail":
        return "voicemail"
    if any(fact.kind == "wrong_number" for fact in state.facts):
        return "wrong_number"
    if any(fact.kind == "complaint" for fact in state.facts):
        return "complaint"
    if CALLBACK in state.done:
        return "callback"
    if not state.customer_turns:
        return "no_decision"
    primary = analysis_of(brief, state.turns).intent.primary
    by_intent: dict[str, Disposition] = {
        "interested": "interested",
        "converted": "interested",
        "callback": "callback",
        "not_interested": "not_interested",
        "information": "information",
        "complaint": "complaint",
    }
    if primary in by_intent:
        return by_intent[primary]
    return "information" if state.done.get(QUOTE, {}).get("ok") else "no_decision"
