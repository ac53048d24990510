"""Gathers what the rules look at: of the business once, of callees many at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from callout.features.accounts.tables import Tenant
from callout.features.accounts.tenant_settings import TenantSettings, tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.agents import store as agents
from callout.features.calling.agents.views import surroundings
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.compliance import store
from callout.features.calling.compliance.callee_zones import zones_of
from callout.features.calling.compliance.consent import basis_of
from callout.features.calling.compliance.numbering import number_facts
from callout.features.calling.compliance.question import AgentTerms, Callee, CampaignTerms, TenantTerms
from callout.features.calling.compliance.windows import week_of
from callout.features.calling.ports import Mode
from callout.features.plans import store as plans
from callout.features.plans.standing import LIMIT_OF, period_of, status_now
from callout.features.prospecting import store as prospects
from callout.features.prospecting.suppression import phones_without_calls
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

CLOSED = frozenset({"suspended", "closed"})


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be called, as far as a contact tells; a bare number has only its phone."""

    phone: str
    contact_id: UUID | None = None
    timezone: str | None = None
    timezone_source: str = "unknown"
    lat: float | None = None
    lng: float | None = None
    do_not_call: bool = False


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The business with what is derived from it for all callees alike."""

    terms: TenantTerms
    timezone: str
    country: str
    own_numbers: frozenset[str]
    mode: Mode | None


def person_of(contact: Contact) -> Person:
    """What a contact tells."""
    return Person(
        phone=contact.phone,
        contact_id=contact.id,
        timezone=contact.timezone,
        timezone_source=contact.timezone_source,
        lat=contact.lat,
        lng=contact.lng,
        do_not_call=contact.do_not_call or contact.status == "do_not_call",
    )


async def person(work: Work, phone: str, contact_id: UUID | None) -> Person:
    """The contact with an id or with a phone; the bare number where there is none.

    A number that is not the contact's own is a bare number: it need not be where the contact is.
    """
    found = await prospects.contacts_by_id(work, [contact_id]) if contact_id else {}
    contact = found.get(contact_id) if contact_id else None
    if contact is None or contact.phone != phone:
        contact = (await prospects.contacts_by_phone(work, [phone])).get(phone)
    return person_of(contact) if contact is not None else Person(phone=phone)


async def house_of(work: Work, mode: Mode | None, *, for_campaign: bool) -> House:
    """The business of this unit of work.

    Args:
        work: reads only.
        mode: how its calls would be carried; None when nobody can.
        for_campaign: abandoned calls count for campaigns only.
    """
    tenant, settings = await own_tenant(work), await tenant_settings(work)
    left, has_ended = await _calls_left(work, is_simulated=mode == "sandbox")
    answered = await store.abandonment(work) if for_campaign else store.Answered(0, 0)
    terms = TenantTerms(
        is_active=tenant.status not in CLOSED and not has_ended,
        is_stopped=bool(settings["calling.kill_switch"]),
        has_telephony=mode is not None,
        is_sandbox=mode == "sandbox",
        calls_left=left,
        allowed_countries=frozenset(settings["compliance.allowed_countries"]),
        blocked_countries=frozenset(settings["compliance.blocked_countries"]),
        window=week_of(settings["compliance.window"]) if settings["compliance.window"] else None,
        holidays=_holidays(tenant),
        consent_is_advice=_consent_is_advice(settings),
        max_per_day=int(settings["calling.max_attempts_per_day"]),
        max_per_30d=int(settings["calling.max_attempts_per_30d"]),
        answered=answered.answered,
        abandoned=answered.abandoned,
        abandonment_cap=float(settings["compliance.abandonment_cap_pct"]) / 100,
    )
    return House(
        terms=terms,
        timezone=tenant.timezone,
        country=tenant.country,
        own_numbers=frozenset(await store.own_numbers(work)),
        mode=mode,
    )


async def callees(
    work: Work, people: Sequence[Person], house: House, *, campaign: Campaign | None, but: UUID | None = None
) -> list[Callee]:
    """What is known of some callees, in their order, in eight statements however many they are.

    Args:
        work: the transaction.
        people: whom.
        house: the business.
        campaign: the one that would call them.
        but: a call that does not count as one before or beside: the one that is asked about.
    """
    phones = list(dict.fromkeys(one.phone for one in people))
    suppressed = await phones_without_calls(work, phones)
    registered = await store.registered(work, phones)
    consents, orders = await store.consents(work, phones), await store.last_orders(work, phones)
    dialled, busy = await store.dialled(work, phones, but=but), await store.on_call(work, phones, but=but)
    elsewhere = await store.in_other_campaigns(work, phones, campaign)

    def known(one: Person) -> Callee:
        facts = number_facts(one.phone)
        return Callee(
            phone=one.phone,
            fault=facts.fault,
            country=facts.country,
            state=facts.state,
            zones=_zones(one, house, work),
            is_suppressed=one.do_not_call or one.phone in suppressed,
            registry=registered.get(one.phone),
            basis=basis_of(consents.get(one.phone), orders.get(one.phone), work.now),
            dialled=tuple(dialled.get(one.phone, ())),
            is_own=one.phone in house.own_numbers,
            is_on_call=one.phone in busy,
            other_campaign=one.phone in elsewhere,
        )

    return [known(one) for one in people]


async def agent_terms(work: Work, agent_id: UUID) -> AgentTerms:
    """Whether an agent can call now."""
    try:
        agent = await agents.fetch(work, agent_id)
    except NotFound:
        return AgentTerms(not_ready=("agent_missing",))
    return AgentTerms(not_ready=tuple((await surroundings(work, [agent])).not_ready(agent)))


def campaign_terms(campaign: Campaign | None, house: House, *, is_beginning: bool = False) -> CampaignTerms:
    """What a campaign adds; one that `is_beginning` is judged as if it were active."""
    if campaign is None:
        return CampaignTerms()
    return CampaignTerms(
        is_stopped=campaign.deleted_at is not None or (campaign.status != "active" and not is_beginning),
        purpose=campaign.purpose,  # type: ignore[arg-type]  # one of two words
        window=week_of(campaign.window) if campaign.window else None,
        ends_at=campaign.end_at,
        is_other_mode=campaign.mode is not None and house.mode is not None and campaign.mode != house.mode,
    )


def _zones(one: Person, house: House, work: Work) -> tuple[str, ...]:
    return zones_of(
        one.phone,
        timezone=one.timezone,
        source=one.timezone_source,
        lat=one.lat,
        lng=one.lng,
        tenant_zone=house.timezone,
        tenant_country=house.country,
        now=work.now,
    )


def _holidays(tenant: Tenant) -> frozenset[date]:
    return frozenset(date.fromisoformat(str(day)) for day in tenant.holidays)


def _consent_is_advice(settings: TenantSettings) -> bool:
    """Only an owner who said so in writing takes consent upon the business."""
    return settings["compliance.consent_policy"] == "warn" and bool(settings["compliance.consent_acknowledgement"])


async def _calls_left(work: Work, *, is_simulated: bool) -> tuple[int | None, bool]:
    """Calls the plan still allows this month, None without a limit; and whether the subscription has ended."""
    subscription, plan = await plans.terms_of(work)
    has_ended = status_now(subscription.status, subscription.trial_ends_at, work.now) in ("expired", "cancelled")
    limits: Mapping[str, Any] = plan.limits
    limit = limits.get(LIMIT_OF["calls"])
    is_trial = plan.code == "trial"
    if limit is None or (is_simulated and not is_trial):
        return None, has_ended
    used = await plans.used(work, "calls", period_of("calls", work.now, is_trial=is_trial))
    return max(0, int(limit) - used), has_ended
