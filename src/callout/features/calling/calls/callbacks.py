"""A customer asks to be called again: noted on the contact, and placed where the agent may do it itself."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.tables import Call
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.store import contacts_by_phone
from callout.kit.db.work import Work

MOST_AHEAD = timedelta(days=30)


async def schedule_callback(work: Work, call: Call, wish: Mapping[str, Any]) -> UUID | None:
    """Takes the wish; the call is locked.

    Args:
        work: the transaction.
        call: in which it was agreed.
        wish: `at` (ISO 8601, may be absent), `words`, `reason`, `by_human`.

    Returns:
        The call that was placed; None where a person is to call, or no time was agreed.
    """
    at = _moment(wish.get("at"))
    words, reason = str(wish.get("words") or ""), str(wish.get("reason") or "")
    call.callback_at = at or call.callback_at
    call.callback_note = f"{reason}: {words}".strip(": ")[:300] or None
    phone = call.to_number if call.direction == "outbound" else call.from_number
    contact = (await contacts_by_phone(work, [phone], lock=True)).get(phone) if phone else None
    if contact is not None and at is not None:
        contact.follow_up_at = at
    await work.session.flush()
    if at is None or wish.get("by_human") or not phone or call.kind != "phone" or not _is_ahead(work, at):
        return None
    await record_consent(
        work,
        phone=phone,
        contact_id=call.contact_id,
        scope="call",
        basis="inquiry",
        action="granted",
        source=f"call:{call.id}",
        statement=f"Asked to be called back: {words}"[:1000],
    )
    again = Attempt(
        agent_id=call.agent_id,
        to_number=phone,
        contact_id=call.contact_id,
        from_number=call.from_number if call.direction == "outbound" else call.to_number,
        scheduled_at=at,
        script=call.script,
        knowledge_base_ids=tuple(UUID(one) for one in call.knowledge_base_ids),
        variables=call.variables,
        retry_of=call.id,
    )
    return (await place_call(work, again)).id


def _is_ahead(work: Work, at: datetime) -> bool:
    return work.now < at <= work.now + MOST_AHEAD


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
