"""The SQL of phone numbers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select, update

from callout.features.calling.numbers.tables import PhoneNumber
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


def numbers(work: Work) -> Select[PhoneNumber]:
    """The tenant's numbers."""
    return select(PhoneNumber).where(PhoneNumber.tenant_id == work.tenant_id, PhoneNumber.deleted_at.is_(None))


async def find(work: Work, number_id: UUID, *, lock: bool = False) -> PhoneNumber | None:
    """One number, if there is one."""
    query = numbers(work).where(PhoneNumber.id == number_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


async def fetch(work: Work, number_id: UUID, *, lock: bool = False) -> PhoneNumber:
    """One number. Raises NotFound."""
    row = await find(work, number_id, lock=lock)
    if row is None:
        raise NotFound
    return row


async def by_phone(work: Work, phone: str) -> PhoneNumber | None:
    """The number with these digits, E.164; in a lookup over all tenants whosesoever it is."""
    query = select(PhoneNumber).where(PhoneNumber.phone == phone, PhoneNumber.deleted_at.is_(None))
    return (await work.session.execute(query)).scalar_one_or_none()


async def answered(work: Work) -> Sequence[PhoneNumber]:
    """The numbers an agent answers."""
    query = numbers(work).where(PhoneNumber.inbound_agent_id.is_not(None)).order_by(PhoneNumber.id)
    return (await work.session.execute(query)).scalars().all()


async def default_number(work: Work) -> PhoneNumber | None:
    """The number to call from where nothing else is said: the default, else the oldest that is in use."""
    query = numbers(work).where(PhoneNumber.is_active).order_by(PhoneNumber.is_default.desc(), PhoneNumber.id).limit(1)
    return (await work.session.execute(query)).scalar_one_or_none()


async def count(work: Work) -> int:
    """How many numbers the tenant has: what its plan limits."""
    query = select(func.count()).where(PhoneNumber.tenant_id == work.tenant_id, PhoneNumber.deleted_at.is_(None))
    return int(await work.session.scalar(query) or 0)


async def drop_default(work: Work, but: UUID) -> None:
    """Has no other number be the default."""
    statement = (
        update(PhoneNumber)
        .where(PhoneNumber.tenant_id == work.tenant_id, PhoneNumber.is_default, PhoneNumber.id != but)
        .values(is_default=False, version=PhoneNumber.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)


async def forget_agent(work: Work, agent_id: UUID) -> None:
    """Leaves the numbers an agent answered without one."""
    statement = (
        update(PhoneNumber)
        .where(PhoneNumber.tenant_id == work.tenant_id, PhoneNumber.inbound_agent_id == agent_id)
        .values(inbound_agent_id=None, version=PhoneNumber.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)
