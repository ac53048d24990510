"""Ends calls in which nobody has said anything for half an hour (product specification §5.11)."""

from datetime import timedelta

from sqlalchemy import select

from callout.features.conversations.ingest import end_call, enqueue_if_automatic
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work

SILENCE = timedelta(minutes=30)
_BATCH = 100


async def end_silent_calls(work: Work) -> int:
    """Ends up to 100 silent calls of the tenant and has them analysed; returns how many."""
    quiet_since = work.now - SILENCE
    query = (
        select(Conversation)
        .where(
            Conversation.tenant_id == work.tenant_id,
            Conversation.status == "active",
            Conversation.updated_at < quiet_since,
        )
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    silent = list((await work.session.execute(query)).scalars())
    for conversation in silent:
        await end_call(work, conversation, ended_at=conversation.last_turn_at, call_result="abandoned")
        await enqueue_if_automatic(work, conversation)
    return len(silent)
