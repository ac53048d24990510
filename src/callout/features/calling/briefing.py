"""Gathers what an agent knows before a call: agent, contact, services, prices, rules, knowledge, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.agents.tables import Agent, KnowledgeBase, KnowledgeChunk
from callout.features.calling.brain.brief import TOOLS, Brief, Passage, RecordingRule, ScamPolicy
from callout.features.calling.brain.script import Script, parse
from callout.features.calling.voices.tables import Voice
from callout.features.conversations.calls import call_context
from callout.features.triggers import store as triggers
from callout.features.triggers.model import Rule
from callout.features.triggers.rules import rule_of
from callout.features.vendors.tables import Service
from callout.kit.db.work import Work

_MOST_PASSAGES = 10


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What a certain call adds to its agent.

    Attributes:
        call_id: makes the keys of the tools.
        phone: the other side's number, E.164; None for a browser.
        script: of the call or its list, in the form of `brain.script.parse`.
        knowledge_base_ids: besides the agent's own.
        variables: values for `{service}` and the like.
        max_duration_s: of the call or its campaign; the agent's otherwise.
        recording: what the region profile demands.
        number_source: where the number came from, in words that follow "from".
    """

    call_id: str
    phone: str | None = None
    direction: str = "outbound"
    script: str | None = None
    knowledge_base_ids: tuple[UUID, ...] = ()
    variables: Mapping[str, str] = {}
    max_duration_s: int | None = None
    recording: RecordingRule = "none"
    number_source: str | None = None


async def brief_of(
    work: Work, agent: Agent, occasion: Occasion, *, tools: Sequence[str] = TOOLS, use_llm: bool = False
) -> Brief:
    """The brief of a call.

    Args:
        work: reads only.
        agent: who calls or answers.
        occasion: the call.
        tools: those the host can carry out.
        use_llm: whether the host can reach a language model.
    """
    settings = await tenant_settings(work)
    context = await call_context(work, None, phone=occasion.phone, started_at=work.now)
    context = msgspec.structs.replace(context, agent_name=agent.name)
    base_ids = [*map(UUID, agent.knowledge_base_ids), *occasion.knowledge_base_ids]
    values: dict[str, Any] = {
        "call_id": occasion.call_id,
        "agent_name": agent.name,
        "business_name": context.tenant_name or "",
        "disclosure_line": agent.disclosure_line,
        "welcome_message": agent.welcome_message,
        "direction": occasion.direction,
        "system_prompt": agent.system_prompt,
        "style": agent.conversation_style,
        "language": agent.language[:2].lower(),
        "languages": await _languages(work, agent),
        "variables": {name: str(value) for name, value in occasion.variables.items()},
        "context": context,
        "prices": await _prices(work),
        "script": parse(occasion.script) if occasion.script else Script(),
        "knowledge": await _passages(work, base_ids) if agent.enable_rag else (),
        "tools": tuple(tools),
        "rules": tuple(rule_of(row) for row in await triggers.active_rules(work))
        if settings["triggers.enabled"]
        else (),
        "live_orders": settings["triggers.live_order_creation"],
        "max_slot_hints": settings["triggers.max_slot_hints"],
        "scam": ScamPolicy(
            enabled=agent.scam_detection_enabled and settings["scam.enabled"],
            action=settings["scam.action"],
            threshold=float(settings["scam.threshold"]),
            end_call_threshold=float(settings["scam.end_call_threshold"]),
        ),
        "recording": occasion.recording,
        "silence_timeout_s": agent.silence_timeout_s,
        "auto_end_on_silence": agent.auto_end_on_silence,
        "max_duration_s": occasion.max_duration_s or agent.max_call_duration_s,
        "voicemail_action": agent.voicemail_action,
        "voicemail_message": agent.voicemail_message,
        "allow_interruptions": agent.allow_interruptions,
        "transfer_phone": agent.transfer_phone,
        "number_source": occasion.number_source,
        "use_llm": use_llm,
        "think_timeout_s": float(settings["llm.live_timeout_s"]),
    }
    return Brief(**values)


async def _languages(work: Work, agent: Agent) -> tuple[str, ...]:
    query = select(Voice.verified_languages).where(Voice.tenant_id == work.tenant_id, Voice.id == agent.voice_id)
    verified = cast("list[str]", await work.session.scalar(query) or [])
    return tuple(dict.fromkeys(tag[:2].lower() for tag in (agent.language, *verified)))


async def _rules(work: Work) -> tuple[Rule, ...]:
    return tuple(rule_of(row) for row in await triggers.active_rules(work))


async def _prices(work: Work) -> dict[str, Any]:
    query = select(Service.code, Service.base_price).where(Service.tenant_id == work.tenant_id, Service.is_active)
    return {row.code: row.base_price for row in await work.session.execute(query.order_by(Service.code))}


async def _passages(work: Work, base_ids: Sequence[UUID]) -> tuple[Passage, ...]:
    """The whole knowledge where it is small; a larger one is searched during the call."""
    query = (
        select(KnowledgeChunk.text, KnowledgeChunk.source)
        .join(KnowledgeBase, KnowledgeBase.id == KnowledgeChunk.knowledge_base_id)
        .where(
            KnowledgeChunk.tenant_id == work.tenant_id,
            KnowledgeBase.tenant_id == work.tenant_id,
            KnowledgeBase.id.in_(base_ids),
            KnowledgeBase.is_active,
            KnowledgeBase.deleted_at.is_(None),
        )
        .order_by(KnowledgeChunk.knowledge_base_id, KnowledgeChunk.position)
        .limit(_MOST_PASSAGES + 1)
    )
    rows = list(await work.session.execute(query))
    return tuple(Passage(text=row.text, source=row.source) for row in rows) if len(rows) <= _MOST_PASSAGES else ()
