"""The SQL of compliance: what is known of numbers, whatever their number, in a few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Select, and_, func, literal, or_, select, text

from callout.features.calling.calls.facts import LIVE
from callout.features.calling.calls.tables import Call
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.consent import CUSTOMER_FOR, Consent
from callout.features.calling.compliance.rules import ABANDONED_AFTER, MONTH
from callout.features.calling.compliance.tables import DialDecision, Registry, RegistryNumber
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.orders.tables import Order
from callout.features.prospecting import store as prospects
from callout.features.prospecting.tables import Contact
from callout.kit.db.many import one_of
from callout.kit.db.work import Work

OPEN = ("waiting", "dialing", "retry_wait")


class Answered(NamedTuple):
    """Calls of campaigns that people answered, and those of them left without speech."""

    answered: int
    abandoned: int


async def lock_phone(work: Work, phone: str) -> None:
    """Nobody else asks to dial this phone until the end of the transaction: one live call for a phone."""
    key = f"dial:{work.tenant_id}:{phone}"
    await work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def consents(work: Work, phones: Iterable[str]) -> dict[str, Consent]:
    """The newest record of scope call for each phone."""
    rows = await prospects.newest_consents(work, phones)
    return {
        phone: Consent(basis=row.basis, action=row.action, at=row.at, expires_at=row.expires_at)
        for phone, row in rows.items()
    }


async def last_orders(work: Work, phones: Iterable[str]) -> dict[str, datetime]:
    """When the last order of each phone was completed, within 18 months."""
    query = (
        select(Order.customer_phone, func.max(Order.completed_at))
        .where(
            Order.tenant_id == work.tenant_id,
            one_of(Order.customer_phone, phones),
            Order.status == "completed",
            Order.completed_at >= work.now - CUSTOMER_FOR,
        )
        .group_by(Order.customer_phone)
    )
    return {phone: at for phone, at in await work.session.execute(query) if at is not None}


async def registered(work: Work, phones: Iterable[str]) -> dict[str, str]:
    """The registry that has a phone, for those that are in one."""
    by_number = {int(phone.removeprefix("+")): phone for phone in phones if phone.removeprefix("+").isdecimal()}
    query = (
        select(RegistryNumber.number, func.min(Registry.name))
        .join(Registry, Registry.id == RegistryNumber.registry_id)
        .where(
            RegistryNumber.tenant_id == work.tenant_id,
            Registry.tenant_id == work.tenant_id,
            one_of(RegistryNumber.number, by_number),
        )
        .group_by(RegistryNumber.number)
    )
    return {by_number[number]: name for number, name in await work.session.execute(query)}


async def dialled(work: Work, phones: Iterable[str], *, but: UUID | None = None) -> dict[str, list[datetime]]:
    """When each phone was dialled in the last 30 days, by whatever campaign, oldest first."""
    query = (
        select(Call.to_number, Call.dial_started_at)
        .where(
            Call.tenant_id == work.tenant_id,
            one_of(Call.to_number, phones),
            Call.kind == "phone",
            Call.direction == "outbound",
            Call.dial_started_at > work.now - MONTH,
        )
        .order_by(Call.dial_started_at)
    )
    if but is not None:
        query = query.where(Call.id != but)
    found: dict[str, list[datetime]] = {}
    for phone, at in await work.session.execute(query):
        if at is not None:
            found.setdefault(phone, []).append(at)
    return found


async def on_call(work: Work, phones: Collection[str], *, but: UUID | None = None) -> set[str]:
    """The phones somebody is talking to, or that ring."""
    query = select(Call.to_number, Call.from_number).where(
        Call.tenant_id == work.tenant_id,
        Call.status.in_(LIVE),
        Call.settled_at.is_(None),
        or_(one_of(Call.to_number, phones), one_of(Call.from_number, phones)),
    )
    if but is not None:
        query = query.where(Call.id != but)
    return {phone for row in await work.session.execute(query) for phone in row}.intersection(phones)


async def in_other_campaigns(work: Work, phones: Iterable[str], campaign: Campaign | None) -> set[str]:
    """Phones another active campaign is not done with; of two, the one that was started first has them."""
    query = (
        select(Contact.phone)
        .join(CampaignContact, CampaignContact.contact_id == Contact.id)
        .join(Campaign, Campaign.id == CampaignContact.campaign_id)
        .where(
            Contact.tenant_id == work.tenant_id,
            one_of(Contact.phone, phones),
            CampaignContact.tenant_id == work.tenant_id,
            CampaignContact.status.in_(OPEN),
            Campaign.status == "active",
        )
    )
    if campaign is not None:
        query = query.where(Campaign.id != campaign.id)
        if campaign.started_at is not None and campaign.status == "active":
            same = and_(Campaign.started_at == campaign.started_at, Campaign.id < campaign.id)
            query = query.where(or_(Campaign.started_at < campaign.started_at, same))
    return set((await work.session.execute(query.distinct())).scalars())


async def own_numbers(work: Work) -> set[str]:
    """The numbers the tenant calls from."""
    query = select(PhoneNumber.phone).where(PhoneNumber.tenant_id == work.tenant_id, PhoneNumber.deleted_at.is_(None))
    return set((await work.session.execute(query)).scalars())


def is_abandoned() -> ColumnElement[bool]:
    """Whether an answered call was left without speech for two seconds."""
    in_time = Call.answered_at + literal(ABANDONED_AFTER, Interval())
    return or_(Call.first_speech_at.is_(None), Call.first_speech_at > in_time)


async def abandonment(work: Work) -> Answered:
    """Calls of campaigns that people answered in the last 30 days (product specification §10.1)."""
    query = select(func.count(), func.count().filter(is_abandoned())).where(
        Call.tenant_id == work.tenant_id,
        Call.campaign_id.is_not(None),
        Call.answered_at > work.now - MONTH,
        Call.settled_at.is_not(None),
        or_(Call.answered_by.is_(None), Call.answered_by.in_(("human", "unknown"))),
    )
    answered, abandoned = (await work.session.execute(query)).one()
    return Answered(int(answered), int(abandoned))


async def find_campaign(work: Work, campaign_id: UUID) -> Campaign | None:
    """A campaign, as it is now."""
    query = select(Campaign).where(Campaign.tenant_id == work.tenant_id, Campaign.id == campaign_id)
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def registries(work: Work) -> Sequence[Registry]:
    """The tenant's registries by name."""
    query = select(Registry).where(Registry.tenant_id == work.tenant_id).order_by(Registry.name)
    return (await work.session.execute(query)).scalars().all()


def decisions(work: Work) -> Select[DialDecision]:
    """The tenant's decisions."""
    return select(DialDecision).where(DialDecision.tenant_id == work.tenant_id)


_INSERT_NUMBERS = text(
    """
    INSERT INTO do_not_call_numbers (tenant_id, number, registry_id)
    SELECT :tenant_id, number, :registry_id FROM unnest(CAST(:numbers AS bigint[])) AS told(number)
    ON CONFLICT DO NOTHING
    """
)


async def insert_numbers(work: Work, registry_id: UUID, numbers: Sequence[int]) -> int:
    """Adds numbers to a registry; returns how many are new to it."""
    values: Mapping[str, Any] = {"tenant_id": work.tenant_id, "registry_id": registry_id, "numbers": list(numbers)}
    done: Any = await work.session.execute(_INSERT_NUMBERS, values)
    return int(done.rowcount)


async def delete_numbers(work: Work, registry_id: UUID) -> None:
    """Empties a registry."""
    statement = text("DELETE FROM do_not_call_numbers WHERE tenant_id = :tenant_id AND registry_id = :registry_id")
    await work.session.execute(statement, {"tenant_id": work.tenant_id, "registry_id": registry_id})
