"""The SQL of campaigns and their contacts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from callout.features.calling.calls.tables import Call
from callout.features.calling.campaigns.lifecycle import OVER
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.gathering import Person
from callout.features.calling.compliance.store import is_abandoned
from callout.features.conversations.tables import Conversation
from callout.features.prospecting.tables import CallListItem, Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

OPEN = ("waiting", "dialing", "retry_wait")
_WAITING = ("waiting", "retry_wait")
_PAST = timedelta(days=90)


class Listed(NamedTuple):
    """A contact of a list with what a campaign needs of it."""

    person: Person
    priority: str
    position: int


class CallFigures(NamedTuple):
    """What the calls of some campaign came to."""

    answered: int
    opted_out: int
    ended: int
    successful: int
    abandoned: int


def campaigns(work: Work) -> Select[Campaign]:
    """The tenant's campaigns."""
    return select(Campaign).where(Campaign.tenant_id == work.tenant_id, Campaign.deleted_at.is_(None))


async def fetch(work: Work, campaign_id: UUID) -> Campaign:
    """One campaign. Raises NotFound."""
    return _there((await work.session.execute(campaigns(work).where(Campaign.id == campaign_id))).scalar_one_or_none())


async def lock(work: Work, campaign_id: UUID) -> Campaign:
    """One campaign, locked until the end of the transaction and read afresh. Raises NotFound."""
    query = campaigns(work).where(Campaign.id == campaign_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return _there((await work.session.execute(query)).scalar_one_or_none())


async def count(work: Work) -> int:
    """How many campaigns that are not over the tenant has: what its plan limits."""
    query = select(func.count()).where(
        Campaign.tenant_id == work.tenant_id, Campaign.deleted_at.is_(None), Campaign.status.not_in(OVER)
    )
    return int(await work.session.scalar(query) or 0)


async def listed(work: Work, call_list_id: UUID, chosen: Mapping[str, Any], *, but: UUID | None = None) -> list[Listed]:
    """The contacts of a list that meet a filter, in its order; `but` leaves out those a campaign has already."""
    query = (
        select(
            Contact.id, Contact.phone, Contact.timezone, Contact.timezone_source, Contact.lat, Contact.lng,
            Contact.do_not_call, Contact.status, Contact.priority, CallListItem.position,
        )
        .join(CallListItem, CallListItem.contact_id == Contact.id)
        .where(
            CallListItem.tenant_id == work.tenant_id, CallListItem.call_list_id == call_list_id,
            Contact.tenant_id == work.tenant_id, Contact.deleted_at.is_(None), *_chosen(chosen),
        )
        .order_by(CallListItem.position, Contact.id)
    )  # fmt: skip
    if but is not None:
        query = query.where(
            Contact.id.not_in(select(CampaignContact.contact_id).where(CampaignContact.campaign_id == but))
        )
    return [
        Listed(
            Person(
                phone=row.phone,
                contact_id=row.id,
                timezone=row.timezone,
                timezone_source=row.timezone_source,
                lat=row.lat,
                lng=row.lng,
                do_not_call=row.do_not_call or row.status == "do_not_call",
            ),
            row.priority,
            row.position,
        )
        for row in await work.session.execute(query)
    ]


async def next_entry(work: Work, campaign_id: UUID) -> CampaignContact | None:
    """Whom to call next, locked: retries that are due, then by priority, then by place on the list."""
    query = (
        select(CampaignContact)
        .where(
            CampaignContact.tenant_id == work.tenant_id,
            CampaignContact.campaign_id == campaign_id,
            CampaignContact.status.in_(_WAITING),
            or_(CampaignContact.next_attempt_at.is_(None), CampaignContact.next_attempt_at <= work.now),
        )
        .order_by(
            (CampaignContact.status == "retry_wait").desc(),
            CampaignContact.rank,
            CampaignContact.position,
            CampaignContact.id,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def entry(work: Work, campaign_id: UUID, contact_id: UUID, *, lock: bool = False) -> CampaignContact | None:
    """A contact's place in a campaign."""
    query = entries(work, campaign_id).where(CampaignContact.contact_id == contact_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


def entries(work: Work, campaign_id: UUID) -> Select[CampaignContact]:
    """The contacts of a campaign."""
    return select(CampaignContact).where(
        CampaignContact.tenant_id == work.tenant_id, CampaignContact.campaign_id == campaign_id
    )


async def earliest(work: Work, campaign_id: UUID) -> datetime | None:
    """When the first contact that waits for its time may be called; None when none does."""
    query = select(func.min(CampaignContact.next_attempt_at)).where(
        CampaignContact.tenant_id == work.tenant_id,
        CampaignContact.campaign_id == campaign_id,
        CampaignContact.status.in_(_WAITING),
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def counts(work: Work, campaign_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Contacts per campaign and status, `attempted` among them."""
    query = (
        select(
            CampaignContact.campaign_id,
            CampaignContact.status,
            func.count(),
            func.count().filter(CampaignContact.attempts > 0),
        )
        .where(CampaignContact.tenant_id == work.tenant_id, CampaignContact.campaign_id.in_(list(campaign_ids)))
        .group_by(CampaignContact.campaign_id, CampaignContact.status)
    )
    found: dict[UUID, dict[str, int]] = {}
    for campaign_id, status, number, attempted in await work.session.execute(query):
        of = found.setdefault(campaign_id, {"attempted": 0})
        of[status] = number
        of["attempted"] += attempted
    return found


async def reasons(work: Work, campaign_id: UUID) -> dict[str, dict[str, int]]:
    """How many contacts were skipped, failed or ended, by why and how."""
    found: dict[str, dict[str, int]] = {"skip_reason": {}, "failure": {}, "outcome": {}}
    for name, numbers in found.items():
        column = getattr(CampaignContact, name)
        query = (
            select(column, func.count())
            .where(
                CampaignContact.tenant_id == work.tenant_id,
                CampaignContact.campaign_id == campaign_id,
                column.is_not(None),
            )
            .group_by(column)
        )
        numbers.update({row[0]: row[1] for row in await work.session.execute(query)})
    return found


async def call_figures(work: Work, campaign_ids: Iterable[UUID]) -> dict[UUID, CallFigures]:
    """What the calls of campaigns came to; calls that were not dialled are left out."""
    reached = Call.answered_at.is_not(None) & (Call.answered_by.is_distinct_from("machine"))
    ended = Call.settled_at.is_not(None)
    query = (
        select(
            Call.campaign_id,
            func.count().filter(reached),
            func.count().filter(Call.opted_out),
            func.count().filter(ended),
            func.count().filter(ended, Call.is_successful.is_(True)),
            func.count().filter(reached, ended, is_abandoned()),
        )
        .where(
            Call.tenant_id == work.tenant_id,
            Call.campaign_id.in_(list(campaign_ids)),
            Call.dial_started_at.is_not(None),
        )
        .group_by(Call.campaign_id)
    )
    rows = await work.session.execute(query)
    return {row[0]: CallFigures(*(int(number) for number in row[1:])) for row in rows if row[0] is not None}


async def triggered(work: Work, campaign_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Conversations of campaigns in which a trigger fired."""
    query = (
        select(Call.campaign_id, func.count())
        .join(Conversation, Conversation.id == Call.conversation_id)
        .where(
            Call.tenant_id == work.tenant_id,
            Conversation.tenant_id == work.tenant_id,
            Call.campaign_id.in_(list(campaign_ids)),
            Conversation.triggers_detected > 0,
        )
        .group_by(Call.campaign_id)
    )
    return {row[0]: int(row[1]) for row in await work.session.execute(query) if row[0] is not None}


async def past(work: Work) -> Mapping[str, Any]:
    """The calls of the last 90 days, for estimates: dialled, answered, talk, seconds, cost."""
    talk = Call.answered_at.is_not(None) & (Call.answered_by.is_distinct_from("machine"))
    priced = Call.cost.is_not(None) & (Call.duration_s > 0) & (Call.currency == "USD")
    query = select(
        func.count().label("dialled"),
        func.count().filter(talk).label("answered"),
        func.avg(Call.duration_s).filter(talk).label("talk_s"),
        func.sum(Call.duration_s).filter(priced).label("priced_s"),
        func.sum(Call.cost).filter(priced).label("cost"),
    ).where(
        Call.tenant_id == work.tenant_id,
        Call.direction == "outbound",
        Call.kind == "phone",
        Call.settled_at.is_not(None),
        Call.dial_started_at > work.now - _PAST,
    )
    return dict((await work.session.execute(query)).mappings().one())


async def of_contact(work: Work, contact_ids: Sequence[UUID]) -> list[CampaignContact]:
    """Places of contacts in campaigns, locked, in the order of their ids."""
    query = (
        select(CampaignContact)
        .where(CampaignContact.tenant_id == work.tenant_id, CampaignContact.contact_id.in_(contact_ids))
        .order_by(CampaignContact.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await work.session.execute(query)).scalars())


async def skip_waiting(work: Work, phone: str, reason: str) -> list[UUID]:
    """Has all campaigns leave out a phone that waits in them. Returns the campaigns."""
    contact = select(Contact.id).where(Contact.tenant_id == work.tenant_id, Contact.phone == phone)
    statement = (
        update(CampaignContact)
        .where(
            CampaignContact.tenant_id == work.tenant_id,
            CampaignContact.contact_id.in_(contact),
            CampaignContact.status.in_(_WAITING),
        )
        .values(
            status="skipped",
            skip_reason=reason,
            next_attempt_at=None,
            version=CampaignContact.version + 1,
            updated_at=work.now,
        )
        .returning(CampaignContact.campaign_id)
        .execution_options(synchronize_session=False)
    )
    await work.session.flush()
    return list((await work.session.execute(statement)).scalars())


async def overdue(work: Work, before: datetime) -> list[UUID]:
    """Campaigns under way whose work should have looked again by a moment."""
    query = campaigns(work).where(
        Campaign.status.in_(("active", "scheduled")), Campaign.due_at.is_not(None), Campaign.due_at < before
    )
    return list((await work.session.execute(query.with_only_columns(Campaign.id).order_by(Campaign.id))).scalars())


def _chosen(chosen: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        getattr(Contact, name).in_(values)
        for name in ("priority", "lead_status", "source", "category")
        if (values := chosen.get(name))
    ]
    if tags := chosen.get("tags"):
        conditions.append(or_(*(cast(Contact.tags, JSONB).contains([tag]) for tag in tags)))
    return conditions


def _there(campaign: Campaign | None) -> Campaign:
    if campaign is None:
        raise NotFound("There is no such campaign.")
    return campaign
