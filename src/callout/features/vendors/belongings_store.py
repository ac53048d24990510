"""The SQL of what hangs on a vendor: documents, time off, devices, history, customer pairs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.vendors.tables import DeviceToken, TimeOff, VendorBlock, VendorDocument, VendorPair
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7

MOST_DEVICES = 10


async def documents_of(work: Work, vendor_ids: Sequence[UUID]) -> list[VendorDocument]:
    """The documents of some vendors, newest first."""
    return list(
        await work.session.scalars(
            select(VendorDocument)
            .where(VendorDocument.tenant_id == work.tenant_id, VendorDocument.vendor_id.in_(vendor_ids))
            .order_by(VendorDocument.id.desc())
        )
    )


async def get_document(work: Work, vendor_id: UUID, document_id: UUID) -> VendorDocument:
    """One document of a vendor, locked.

    Raises:
        NotFound: the vendor has no such document.
    """
    found = await work.session.scalar(
        select(VendorDocument)
        .where(
            VendorDocument.tenant_id == work.tenant_id,
            VendorDocument.vendor_id == vendor_id,
            VendorDocument.id == document_id,
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def valid_kinds(work: Work, vendor_ids: Sequence[UUID], on: date) -> dict[UUID, set[str]]:
    """The kinds of approved documents in force on a day, per vendor."""
    rows = await work.session.execute(
        select(VendorDocument.vendor_id, VendorDocument.kind).where(
            VendorDocument.tenant_id == work.tenant_id,
            VendorDocument.vendor_id.in_(vendor_ids),
            VendorDocument.review == "approved",
            func.coalesce(VendorDocument.expires_on >= on, True),
        )
    )
    kinds: dict[UUID, set[str]] = {}
    for vendor_id, kind in rows:
        kinds.setdefault(vendor_id, set()).add(kind)
    return kinds


async def time_off_between(work: Work, vendor_ids: Sequence[UUID], begin: datetime, end: datetime) -> list[TimeOff]:
    """Time off of some vendors that touches a span, by its beginning."""
    return list(
        await work.session.scalars(
            select(TimeOff)
            .where(
                TimeOff.tenant_id == work.tenant_id,
                TimeOff.vendor_id.in_(vendor_ids),
                TimeOff.to_at > begin,
                TimeOff.from_at < end,
            )
            .order_by(TimeOff.from_at, TimeOff.id)
        )
    )


async def time_off_of(work: Work, vendor_id: UUID) -> list[TimeOff]:
    """All time off of a vendor that is not over yet, by its beginning."""
    return await time_off_between(work, [vendor_id], work.now, datetime.max.replace(tzinfo=work.now.tzinfo))


async def drop_time_off(work: Work, vendor_id: UUID, time_off_id: UUID) -> None:
    """Deletes one span.

    Raises:
        NotFound: the vendor has no such span.
    """
    gone = await work.session.scalar(
        delete(TimeOff)
        .where(TimeOff.tenant_id == work.tenant_id, TimeOff.vendor_id == vendor_id, TimeOff.id == time_off_id)
        .returning(TimeOff.id)
    )
    if gone is None:
        raise NotFound


async def keep_device(work: Work, user_id: UUID, token: str, token_hash: str, platform: str) -> None:
    """Registers a device with a user, taking it from whoever had it; a user keeps the ten used last."""
    row = {"user_id": user_id, "platform": platform, "last_used_at": work.now, "failed_at": None}
    statement = insert(DeviceToken).values(
        id=uuid7(), tenant_id=work.tenant_id, token=token, token_hash=token_hash, created_by_role="vendor", **row
    )
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "token_hash"],
            set_=row | {"updated_at": work.now, "version": DeviceToken.version + 1},
        )
    )
    newest = (
        select(DeviceToken.id)
        .where(DeviceToken.tenant_id == work.tenant_id, DeviceToken.user_id == user_id)
        .order_by(DeviceToken.last_used_at.desc(), DeviceToken.id.desc())
    )
    await work.session.execute(
        delete(DeviceToken).where(DeviceToken.id.in_(newest.offset(MOST_DEVICES).scalar_subquery()))
    )


async def drop_device(work: Work, user_id: UUID, token_hash: str) -> None:
    """Forgets a device of a user; an unknown one is fine."""
    await work.session.execute(
        delete(DeviceToken).where(
            DeviceToken.tenant_id == work.tenant_id,
            DeviceToken.user_id == user_id,
            DeviceToken.token_hash == token_hash,
        )
    )


async def devices_of(work: Work, user_id: UUID) -> list[DeviceToken]:
    """The devices push messages of a user go to."""
    return list(
        await work.session.scalars(
            select(DeviceToken).where(DeviceToken.tenant_id == work.tenant_id, DeviceToken.user_id == user_id)
        )
    )


async def history_of(work: Work, vendor_id: UUID) -> list[VendorBlock]:
    """What was done to a vendor's account, newest first."""
    return list(
        await work.session.scalars(
            select(VendorBlock)
            .where(VendorBlock.tenant_id == work.tenant_id, VendorBlock.vendor_id == vendor_id)
            .order_by(VendorBlock.at.desc(), VendorBlock.id.desc())
        )
    )


async def last_blocks(work: Work, vendor_ids: Sequence[UUID]) -> dict[UUID, VendorBlock]:
    """The latest block of each of some vendors."""
    rows = await work.session.scalars(
        select(VendorBlock)
        .where(
            VendorBlock.tenant_id == work.tenant_id,
            VendorBlock.vendor_id.in_(vendor_ids),
            VendorBlock.action == "block",
        )
        .order_by(VendorBlock.at, VendorBlock.id)
    )
    return {row.vendor_id: row for row in rows}


async def pairs_of_contact(work: Work, contact_id: UUID) -> list[VendorPair]:
    """Which vendors a customer wants or never again."""
    return list(
        await work.session.scalars(
            select(VendorPair).where(VendorPair.tenant_id == work.tenant_id, VendorPair.contact_id == contact_id)
        )
    )


async def merge_pairs(work: Work, kept_id: UUID, merged_ids: Sequence[UUID]) -> None:
    """Gives the pairs of merged contacts to the one kept; a vendor blocked for one of them is blocked for it."""
    query = select(VendorPair).where(
        VendorPair.tenant_id == work.tenant_id, VendorPair.contact_id.in_([kept_id, *merged_ids])
    )
    of_vendor: dict[UUID, list[VendorPair]] = {}
    for pair in await work.session.scalars(query):
        of_vendor.setdefault(pair.vendor_id, []).append(pair)
    lasting = []
    for pairs in of_vendor.values():
        first, *others = sorted(
            pairs, key=lambda pair: (pair.relation != "blocked", pair.contact_id != kept_id, pair.id)
        )
        lasting.append(first)
        for pair in others:
            await work.session.delete(pair)
    await work.session.flush()
    for pair in lasting:
        pair.contact_id = kept_id
    await work.session.flush()


async def list_pairs(work: Work, limit: int, offset: int, **equal: Any) -> tuple[list[VendorPair], int]:
    """A page of pairs, newest first, and how many there are in all; `equal` filters by column."""
    found = [VendorPair.tenant_id == work.tenant_id]
    found += [getattr(VendorPair, name) == value for name, value in equal.items() if value is not None]
    total = await work.session.scalar(select(func.count()).select_from(VendorPair).where(*found))
    rows = await work.session.scalars(
        select(VendorPair).where(*found).order_by(VendorPair.id.desc()).limit(limit).offset(offset)
    )
    return list(rows), int(total or 0)


async def put_pair(work: Work, vendor_id: UUID, contact_id: UUID, relation: str, reason: str | None) -> VendorPair:
    """Adds or changes the relation of a vendor and a customer."""
    row = {"relation": relation, "reason": reason, "updated_by_role": work.principal.role}
    statement = insert(VendorPair).values(
        id=uuid7(),
        tenant_id=work.tenant_id,
        vendor_id=vendor_id,
        contact_id=contact_id,
        created_by=work.principal.actor_id,
        created_by_role=work.principal.role,
        **row,
    )
    put: VendorPair | None = await work.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "vendor_id", "contact_id"],
            set_=row | {"updated_at": work.now, "version": VendorPair.version + 1},
        ).returning(VendorPair),
        execution_options={"populate_existing": True},
    )
    assert put is not None
    return put


async def drop_pair(work: Work, vendor_id: UUID, contact_id: UUID) -> None:
    """Forgets a relation.

    Raises:
        NotFound: there was none.
    """
    gone = await work.session.scalar(
        delete(VendorPair)
        .where(
            VendorPair.tenant_id == work.tenant_id,
            VendorPair.vendor_id == vendor_id,
            VendorPair.contact_id == contact_id,
        )
        .returning(VendorPair.id)
    )
    if gone is None:
        raise NotFound
