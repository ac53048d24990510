"""Evaluates a tenant's rules on a conversation and lets the one that fires act, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations.material import Material
from callout.features.triggers import choice, firing, store
from callout.features.triggers.evaluation import evaluate as hold
from callout.features.triggers.evaluation import hints as slot_hints
from callout.features.triggers.events import TriggerProgress
from callout.features.triggers.model import Evaluation
from callout.features.triggers.rules import rule_of
from callout.features.triggers.speech import hear
from callout.features.triggers.tables import TriggerEvaluation, TriggerEvent
from callout.kit.db.work import Work

_NOTABLE = Decimal("0.05")


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation found and did. `fired` holds the events made now, the acting one first."""

    evaluations: list[Evaluation]
    fired: list[TriggerEvent]
    hints: list[str]

    @property
    def acting(self) -> TriggerEvent | None:
        """The event that acts, if one was made now."""
        return next((event for event in self.fired if event.merged_into_id is None), None)


async def evaluate(
    work: Work,
    material: Material,
    phase: Literal["live", "final"],
    *,
    at_seq: int | None = None,
    asked: Sequence[str] = (),
    act: bool = True,
    priority: str | None = None,
) -> Evaluated:
    """Evaluates every active rule.

    Live, after each final customer turn: progress is published, and only what `triggers.live_order_creation`
    allows fires. Final, after the last turn: authoritative; a live firing whose rule is vetoed now is taken back.
    A rule fires at most once in a conversation, however often it is evaluated, and one conversation leads to one
    order: further firings are merged into the acting one.

    Args:
        work: the transaction of the conversation's processing; the conversation is locked.
        material: turns, analysis and context.
        phase: live or final.
        at_seq: the turn a live evaluation follows.
        asked: details the agent was told to ask for already in this call.
        act: false when events are only to be recorded.
        priority: low, normal or high, as the caller of the processing wishes; it can only raise.
    """
    settings = await tenant_settings(work)
    if not settings["triggers.enabled"]:
        return Evaluated(evaluations=[], fired=[], hints=[])
    rules = [rule_of(row) for row in await store.active_rules(work)]
    speech = hear(material.turns, material.analysis, material.context.services)
    evaluations = hold(rules, speech)
    await _log(work, material.conversation_id, evaluations, phase, at_seq)
    if phase == "live":
        wanted = slot_hints(evaluations, asked, int(settings["triggers.max_slot_hints"]))
        await _tell_progress(work, material.conversation_id, evaluations, wanted, at_seq)
        allowed = [one for one in evaluations if _acts_live(one, settings["triggers.live_order_creation"])]
        fired = await firing.fire(
            work, material, choice.ranked(allowed), at_seq=at_seq, live=True, act=act, priority=priority
        )
        return Evaluated(evaluations=evaluations, fired=fired, hints=wanted)
    await firing.take_back(work, material.conversation_id, evaluations)
    fired = await firing.fire(
        work, material, choice.ranked(evaluations), at_seq=None, live=False, act=act, priority=priority
    )
    return Evaluated(evaluations=evaluations, fired=fired, hints=[])


def _acts_live(one: Evaluation, mode: str) -> bool:
    return mode == "always" or (mode == "emergency_only" and one.rule.type == "emergency_service")


async def _log(
    work: Work, conversation_id: UUID, evaluations: Sequence[Evaluation], phase: str, at_seq: int | None
) -> None:
    """Keeps every final evaluation, and the live ones that changed something."""
    latest = await store.latest_evaluations(work, conversation_id) if phase == "live" else {}
    for one in evaluations:
        rule = one.rule
        if rule.id is None:
            continue
        known = latest.get(rule.id)
        if phase == "live" and (
            known.triggered == one.triggered and abs(known.confidence - one.confidence) < _NOTABLE
            if known
            else not one.triggered and one.confidence < _NOTABLE
        ):
            continue
        work.session.add(
            TriggerEvaluation(
                tenant_id=work.tenant_id,
                created_at=work.now,
                conversation_id=conversation_id,
                rule_id=rule.id,
                rule_version=rule.version,
                rule_snapshot=rule.snapshot(),
                at_seq=at_seq,
                phase=phase,
                triggered=one.triggered,
                confidence=one.confidence,
                components=one.components.document(),
                gate=msgspec.to_builtins(one.gate),
                vetoed_by=msgspec.to_builtins(one.vetoed_by) if one.vetoed_by else None,
                reason=one.reason,
                ms=one.ms,
            )
        )
    await work.session.flush()


async def _tell_progress(
    work: Work, conversation_id: UUID, evaluations: Sequence[Evaluation], wanted: list[str], at_seq: int | None
) -> None:
    shown = [
        {
            "rule_id": str(one.rule.id),
            "name": one.rule.name,
            "confidence": float(one.confidence),
            "threshold": float(one.rule.confidence_threshold),
            "triggered": one.triggered,
            "missing": list(one.gate.missing),
        }
        for one in evaluations
        if one.confidence > 0
    ]
    if shown:
        await work.publish(TriggerProgress(noun_id=conversation_id, at_seq=at_seq, rules=shown, hints=wanted))
