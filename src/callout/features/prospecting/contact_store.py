"""Many contacts at once: written in a few statements, past the session's objects."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    String,
    Text,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from callout.features.prospecting import store
from callout.features.prospecting.tables import Business, CallListItem, ConsentRecord, Contact, SuppressionEntry
from callout.kit.db.base import TenantRow
from callout.kit.db.many import one_of, repoint
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Prospect(Protocol):
    """What a contact is made of: a business, or a row of its columns."""

    id: Any
    phone: Any
    name: Any
    email: Any
    category: Any
    address: Any
    lat: Any
    lng: Any
    timezone: Any
    rating: Any
    call_priority: Any
    job_ids: Any


class Key(NamedTuple):
    """A contact, as lists need it."""

    id: UUID
    priority: str


FILLED = (
    "business_name", "email", "alt_phone", "address", "category", "industry", "timezone", "preferred_language", "notes",
    "tags",
)  # fmt: skip
"""Fields of a contact that a file may fill, besides its name."""
PROSPECT = (
    Business.id, Business.phone, Business.name, Business.email, Business.category, Business.address, Business.lat,
    Business.lng, Business.timezone, Business.rating, Business.call_priority, Business.job_ids,
)  # fmt: skip
"""The columns of `Prospect`: a fraction of a business."""


async def prospects(work: Work, *conditions: Any) -> Sequence[Prospect]:
    """Businesses that were not merged away, in the order they came in, as far as contacts are made of them."""
    query = store.businesses(work, *conditions).with_only_columns(*PROSPECT).order_by(Business.id)
    rows: Sequence[Any] = (await work.session.execute(query)).all()
    return rows


async def keys_by_phone(work: Work, phones: Iterable[str]) -> dict[str, Key]:
    """Existing contacts by E.164 phone."""
    query = store.contacts(work, one_of(Contact.phone, phones)).with_only_columns(
        Contact.phone, Contact.id, Contact.priority
    )
    return {phone: Key(key, priority) for phone, key, priority in await work.session.execute(query)}


async def insert_contacts(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """New contacts; the caller holds `store.lock_contacts` and knows that nobody has these phones."""
    await insert_rows(work, Contact, rows)


async def insert_consents(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Consent records as of now."""
    await insert_rows(work, ConsentRecord, [{**row, "at": work.now} for row in rows])


async def update_contacts(work: Work, rows: Sequence[Mapping[str, Any]], *, overwrite: bool) -> list[UUID]:
    """Fills, or overwrites, fields of existing contacts found by `phone`; nothing is blanked.

    Returns:
        The ids of those that changed.
    """
    if not rows:
        return []
    text = [column(name, String) for name in ("phone", "name", "priority", *FILLED) if name != "tags"]
    told = _recordset(rows, [*text, column("tags", JSONB)])
    values = {name: _merged(getattr(Contact, name), told.c[name], overwrite=overwrite) for name in FILLED}
    placeholder = Contact.name == Contact.phone
    values["name"] = case((placeholder | overwrite, func.coalesce(told.c.name, Contact.name)), else_=Contact.name)
    if overwrite:
        values["priority"] = func.coalesce(told.c.priority, Contact.priority)
    zone_is_new = values["timezone"].is_distinct_from(Contact.timezone)
    changes = or_(*(value.is_distinct_from(getattr(Contact, name)) for name, value in values.items()))
    statement = (
        update(Contact)
        .where(
            Contact.tenant_id == work.tenant_id, Contact.deleted_at.is_(None), Contact.phone == told.c.phone, changes
        )
        .values(
            **values,
            timezone_source=case((zone_is_new, "contact"), else_=Contact.timezone_source),
            version=Contact.version + 1,
            updated_at=work.now,
            updated_by_role=work.principal.role,
        )
        .returning(Contact.id)
        .execution_options(synchronize_session=False)
    )
    await work.session.flush()
    return list((await work.session.execute(statement)).scalars())


async def remove_items(work: Work, call_list_id: UUID, contact_ids: Sequence[UUID]) -> int:
    """Takes contacts off a list; returns how many were on it."""
    statement = delete(CallListItem).where(
        CallListItem.tenant_id == work.tenant_id,
        CallListItem.call_list_id == call_list_id,
        one_of(CallListItem.contact_id, contact_ids),
    )
    done: Any = await work.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)


async def lock_by_id(work: Work, contact_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Existing contacts, for a change."""
    query = store.contacts(work, one_of(Contact.id, contact_ids)).order_by(Contact.id)
    rows = await work.session.execute(query.with_for_update().execution_options(populate_existing=True))
    return {row.id: row for row in rows.scalars()}


async def follow(work: Work, kept_id: UUID, merged_ids: Sequence[UUID]) -> None:
    """Lets lists and businesses refer to the contact kept; a list has it once."""
    item, other = CallListItem, aliased(CallListItem)
    merged = one_of(item.contact_id, [kept_id, *merged_ids])
    earlier = (other.call_list_id == item.call_list_id) & (other.position < item.position)
    repeated = exists().where(earlier, one_of(other.contact_id, [kept_id, *merged_ids]))
    unsynchronized = {"synchronize_session": False}
    own = item.tenant_id == work.tenant_id
    await work.session.execute(delete(item).where(own, merged, repeated).execution_options(**unsynchronized))
    await work.session.execute(
        update(item).where(own, merged).values(contact_id=kept_id).execution_options(**unsynchronized)
    )
    await repoint(work, Business.contact_id, kept_id, merged_ids)


def rank(contact: Key) -> int:
    """The order of contacts on a list: by priority."""
    return ("high", "medium", "low").index(contact.priority)


def _merged(held: Any, told: Any, *, overwrite: bool) -> Any:
    if held.key == "tags":
        empty = func.coalesce(func.jsonb_array_length(told), 0) == 0
        kept = empty if overwrite else or_(empty, func.jsonb_array_length(cast(held, JSONB)) > 0)
        return case((kept, cast(held, JSONB)), else_=told)
    return func.coalesce(told, held) if overwrite else func.coalesce(func.nullif(held, ""), told)


async def insert_suppressions(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """New entries of the suppression list; none of their keys is in force."""
    await insert_rows(work, SuppressionEntry, rows)


async def stop_calls(work: Work, phones: Sequence[str]) -> None:
    """Marks the contacts of these phones as not to be called."""
    statement = (
        update(Contact)
        .where(
            Contact.tenant_id == work.tenant_id,
            Contact.deleted_at.is_(None),
            one_of(Contact.phone, phones),
            or_(Contact.status != "do_not_call", Contact.do_not_call.is_(False)),
        )
        .values(status="do_not_call", do_not_call=True, version=Contact.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.flush()
    await work.session.execute(statement)


async def append_items(work: Work, call_list_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Contacts at the end of a list, in this order; none of them is on it yet."""
    query = select(func.max(CallListItem.position)).where(CallListItem.call_list_id == call_list_id)
    last = (await work.session.execute(query)).scalar_one() or 0
    rows = [
        {"call_list_id": call_list_id, "contact_id": contact_id, "position": position, "added_at": work.now}
        for position, contact_id in enumerate(contact_ids, start=last + 1)
    ]
    await insert_rows(work, CallListItem, rows)


async def insert_rows(work: Work, table: type[TenantRow], rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows with the same members each; what they leave out is the table's default."""
    if not rows:
        return
    columns = table.__table__.c
    constants = {column.key: _default(column) for column in columns if column.default is not None}
    constants |= {
        "tenant_id": work.tenant_id,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by": work.principal.actor_id,
        "created_by_role": work.principal.role,
        "updated_by_role": work.principal.role,
    }
    if "id" not in rows[0]:
        rows = [{"id": uuid7(), **row} for row in rows]
    told = _recordset(rows, [column(name, columns[name].type) for name in rows[0]])
    rest = {name: literal(value, columns[name].type) for name, value in constants.items() if name not in rows[0]}
    chosen = select(*(told.c[name] for name in rows[0]), *rest.values())
    await work.session.flush()
    await work.session.execute(insert(table).from_select([*rows[0], *rest], chosen))


def _default(held: Any) -> Any:
    return held.default.arg(None) if held.default.is_callable else held.default.arg


def _recordset(rows: Sequence[Mapping[str, Any]], columns: Sequence[Any]) -> Any:
    """Rows as a table of a statement, handed over as one JSON document: far cheaper than a parameter a value."""
    document = cast(literal(msgspec.json.encode(rows).decode(), Text), JSON)
    return func.json_to_recordset(document).table_valued(*columns, name="told").render_derived(with_types=True)
