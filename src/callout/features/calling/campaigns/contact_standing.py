"""Where a contact stands by its calls (product specification §5.4); its counters are counted, never kept."""

from uuid import UUID

from sqlalchemy import func, select

from callout.features.calling.calls.tables import Call
from callout.features.prospecting import store as prospects
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def follow(work: Work, contact_id: UUID, call: Call) -> None:
    """A call to the contact ended: it is called, or completed where a person was reached; none if never dialled."""
    if call.dial_started_at is None or call.kind != "phone":
        return
    contact = await _lock(work, contact_id)
    if contact is None:
        return
    query = select(func.count(), func.max(Call.dial_started_at)).where(
        Call.tenant_id == work.tenant_id,
        Call.contact_id == contact_id,
        Call.direction == "outbound",
        Call.kind == "phone",
        Call.dial_started_at.is_not(None),
    )
    attempts, last_at = (await work.session.execute(query)).one()
    contact.call_attempts, contact.last_called_at = int(attempts), last_at
    contact.last_outcome = call.outcome or call.status
    if contact.status in ("pending", "called", "failed"):
        contact.status = "completed" if call.status == "completed" else "called"
    await work.session.flush()


async def give_up(work: Work, contact_id: UUID) -> None:
    """A campaign has no attempt left for a contact nobody was reached at, or its number is none."""
    contact = await _lock(work, contact_id)
    if contact is not None and contact.status in ("pending", "called"):
        contact.status = "failed"
        await work.session.flush()


async def _lock(work: Work, contact_id: UUID) -> Contact | None:
    try:
        return await prospects.lock_contact(work, contact_id)
    except NotFound:
        return None
