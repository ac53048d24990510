"""Retention: the words of old talks go, their figures stay (product specification §10.4)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations.ports import Outcomes
from callout.features.conversations.tables import Conversation, ConversationTurn, InboundEvent, ScamAssessment
from callout.kit.db.work import Work

AT_ONCE: Final = 200
FIGURES: Final = frozenset({"sentiment", "intent", "flow", "quality", "outcome"})
"""Groups of an analysis that hold no words (product specification §3.5.1)."""


async def forget_old_words(work: Work, outcomes: Outcomes) -> list[UUID]:
    """Removes the words of some talks older than `retention.transcripts_d`: turns, analysis, evidence, search.

    Returns:
        Whose words were removed, in the order of their ids; empty when none is left.
    """
    days = int((await tenant_settings(work))["retention.transcripts_d"])
    table = Conversation
    query = (
        select(table)
        .where(
            table.tenant_id == work.tenant_id,
            table.words_removed_at.is_(None),
            table.created_at < work.now - timedelta(days=days),
            table.status != "active",
        )
        .order_by(table.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = (await work.session.execute(query)).scalars().all()
    ids = [row.id for row in rows]
    for row in rows:
        row.summary, row.recording_url, row.search_text, row.queued_at = None, None, "", None
        row.analysis = figures_of(row.analysis) if row.analysis else None
        row.words_removed_at = work.now
        await outcomes.forget(work, row.id)
    if ids:
        await _forget_turns(work, ids)
        await _forget_evidence(work, ids)
        await work.session.flush()
    return ids


async def forget_old_payloads(work: Work) -> None:
    """Removes what providers sent longer than `retention.provider_payloads_d` ago; a replay stays known by its id."""
    days = int((await tenant_settings(work))["retention.provider_payloads_d"])
    table = InboundEvent
    await work.session.execute(
        update(table)
        .where(
            table.tenant_id == work.tenant_id,
            table.received_at < work.now - timedelta(days=days),
            table.payload.is_not(None),
            table.status != "received",
        )
        .values(payload=None, updated_at=work.now, version=table.version + 1)
    )


def figures_of(analysis: Mapping[str, Any]) -> dict[str, Any]:
    """An analysis without words: the groups that only count and judge, and of an opt-out only that there was one."""
    kept = {name: value for name, value in analysis.items() if name in FIGURES}
    outcome = kept.get("outcome")
    if isinstance(outcome, dict) and isinstance(opt_out := outcome.get("opt_out"), dict):
        kept["outcome"] = {**outcome, "opt_out": {**opt_out, "text": ""}}
    return kept


async def _forget_turns(work: Work, ids: list[UUID]) -> None:
    table = ConversationTurn
    await work.session.execute(
        update(table)
        .where(table.tenant_id == work.tenant_id, table.conversation_id.in_(ids))
        .values(content="", entities=[], updated_at=work.now, version=table.version + 1)
    )


async def _forget_evidence(work: Work, ids: list[UUID]) -> None:
    query = select(ScamAssessment).where(
        ScamAssessment.tenant_id == work.tenant_id, ScamAssessment.conversation_id.in_(ids)
    )
    for row in (await work.session.execute(query)).scalars():
        row.evidence = []
        row.families = {name: {**family, "hits": []} for name, family in row.families.items()}
