"""The use cases of phone numbers: add, change, take away."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import lock_tenant
from callout.features.calling.agents import store as agent_store
from callout.features.calling.campaign_use import open_campaigns
from callout.features.calling.desk import PlanLimits
from callout.features.calling.errors import AlreadyExists, InUse
from callout.features.calling.numbers import store
from callout.features.calling.numbers.answering import have_answered
from callout.features.calling.numbers.schemas import NewNumber, NumberPatch
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.numbers.verifying import note_verified
from callout.features.calling.ports import ProviderNumber
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.http.writes import IfMatch
from callout.kit.ids import uuid7

Owned = dict[str, ProviderNumber] | None


async def add_number(work: Work, data: NewNumber, *, owned: Owned, plans: PlanLimits) -> tuple[PhoneNumber, bool]:
    """Adds a number. Returns it, and whether it is new: a number the tenant has already is left as it is.

    Raises:
        PaymentRequired: the plan allows no more.
        AlreadyExists: another business of this installation has it.
    """
    await lock_tenant(work)  # one at a time, so that there is one default
    known = await store.by_phone(work, data.phone)
    if known is not None:
        return known, False
    await plans.check(work, "phone_numbers")
    await _check_agent(work, data.inbound_agent_id)
    is_default = data.is_default if data.is_default is not None else await store.default_number(work) is None
    number = PhoneNumber(
        id=uuid7(),
        tenant_id=work.tenant_id,
        phone=data.phone,
        label=data.label,
        provider=data.provider,
        inbound_agent_id=data.inbound_agent_id,
        is_active=data.is_active,
        is_default=is_default,
        capabilities=[],
    )
    note_verified(work, number, owned)
    try:
        async with work.nested():
            if is_default:
                await store.drop_default(work, but=number.id)
            work.session.add(number)
            await work.session.flush()
    except IntegrityError as error:
        raise AlreadyExists("Another business of this installation uses this number.") from error
    await audit(work, "phone_number.create", "phone_number", number.id, after={"phone": number.phone})
    await have_answered(work, number)
    return number, True


async def update_number(
    work: Work, number_id: UUID, data: NumberPatch, if_match: IfMatch, *, owned: Owned
) -> PhoneNumber:
    """Changes the members sent; making a number the default makes no other one it."""
    await lock_tenant(work)
    number = await store.fetch(work, number_id, lock=True)
    if_match.check_optional(number.version)
    given = data.given()
    await _check_agent(work, given.get("inbound_agent_id"))
    if given.get("is_default"):
        await store.drop_default(work, but=number.id)
    before = {name: getattr(number, name) for name in given}
    for name, value in given.items():
        setattr(number, name, value)
    note_verified(work, number, owned)
    await work.session.flush()
    after = {name: str(getattr(number, name)) for name in given if before[name] != getattr(number, name)}
    if after:
        await audit(work, "phone_number.update", "phone_number", number.id, after=after)
    if {"inbound_agent_id", "is_active"} & set(after):
        await have_answered(work, number)
    return number


async def remove_number(work: Work, number_id: UUID, if_match: IfMatch) -> None:
    """Takes a number away; agents that called from it call from the default.

    Raises:
        InUse: a campaign that is not over calls from it.
    """
    await lock_tenant(work)
    number = await store.fetch(work, number_id, lock=True)
    if_match.check_optional(number.version)
    campaigns = await open_campaigns(work, "phone_number_id", number.id)
    if campaigns:
        raise InUse("A campaign that is not over calls from this number.", campaign_ids=campaigns)
    await agent_store.forget_number(work, number.id)
    number.deleted_at, number.is_default = work.now, False
    await work.session.flush()
    await audit(work, "phone_number.delete", "phone_number", number.id, before={"phone": number.phone})


async def _check_agent(work: Work, agent_id: UUID | None) -> None:
    if agent_id is None:
        return
    try:
        await agent_store.fetch(work, agent_id)
    except NotFound as error:
        raise Unprocessable.at("inbound_agent_id", "there is no such agent") from error
