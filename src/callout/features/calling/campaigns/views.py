"""What campaigns show (API specification §9)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.calling.agents import store as agents
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.stats import eta, progress_pct, stats_of
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.prospecting import store as prospects
from callout.features.prospecting.tables import CallList, Contact
from callout.features.prospecting.views import columns_of, masked_if
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

View = dict[str, Any]
_INSIDE = ("deleted_at", "run", "work_key", "due_at", "failures_in_row")


async def campaign_views(work: Work, rows: Sequence[Campaign]) -> list[View]:
    """Shape Campaign, with names, stats and progress, in a few statements however many they are."""
    stats = await stats_of(work, [row.id for row in rows])
    named = await agents.by_ids(work, [row.agent_id for row in rows])
    lists = await _list_names(work, [row.call_list_id for row in rows])
    views = []
    for row in rows:
        told = stats[row.id]
        earliest = await store.earliest(work, row.id) if row.status == "active" else None
        done_at = eta(row, told, work.now, earliest)
        agent = named.get(row.agent_id)
        views.append(
            columns_of(row, *_INSIDE)
            | {
                "agent": {"id": row.agent_id, "name": agent.name} if agent is not None else None,
                "call_list": {"id": row.call_list_id, "name": lists.get(row.call_list_id)},
                "stats": {name: value for name, value in told.items() if name != "abandonment_rate"},
                "abandonment_rate": told["abandonment_rate"],
                "progress_pct": progress_pct(told),
                "eta": timestamp(done_at) if done_at else None,
            }
        )
    return views


async def entry_views(work: Work, rows: Sequence[CampaignContact], *, masked: bool) -> list[View]:
    """Shape CampaignContact with the contact's name and phone."""
    known = prospects.contacts(work, one_of(Contact.id, [row.contact_id for row in rows]))
    query = known.with_only_columns(Contact.id, Contact.name, Contact.phone, Contact.priority)
    contacts = {row.id: row for row in await work.session.execute(query)}

    def view(row: CampaignContact) -> View:
        contact = contacts.get(row.contact_id)
        told = {"name": None, "phone": None, "priority": None}
        if contact is not None:
            told = {"name": contact.name, "phone": contact.phone, "priority": contact.priority}
        return columns_of(row, "rank", "lease_until") | {"contact": masked_if(masked, told)}

    return [view(row) for row in rows]


async def _list_names(work: Work, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    query = prospects.lists(work).where(CallList.id.in_(set(list_ids))).with_only_columns(CallList.id, CallList.name)
    return {row.id: row.name for row in await work.session.execute(query)}
