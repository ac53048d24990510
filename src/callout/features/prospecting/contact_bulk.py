"""One action on many contacts, each in its own transaction; list actions in one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from callout.features.prospecting import contact_store, store
from callout.features.prospecting.events import ContactUpdated, ListUpdated
from callout.features.prospecting.lists import add_contacts
from callout.features.prospecting.schemas import BulkContacts
from callout.features.prospecting.suppression import phones_without_calls, suppress
from callout.features.prospecting.tables import CallList, Contact
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Problem, Unprocessable
from callout.kit.http.database_problems import Collided, from_database
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

MAX_TAGS = 20
_log = logger(__name__)


async def change_contacts(database: Database, principal: Principal, wish: BulkContacts) -> dict[str, Any]:
    """Applies an action to each contact; what fails leaves the others done.

    Returns:
        `{ok: [id], failed: [{id, code, detail}]}`.

    Raises:
        NotFound: the list of a list action does not exist.
    """
    ids = list(dict.fromkeys(wish.ids))
    if wish.action in {"list_add", "list_remove"}:
        async with database.transaction(principal) as work:
            return await _change_list(work, ids, wish)
    ok: list[UUID] = []
    failed: list[dict[str, Any]] = []
    for contact_id in ids:
        try:
            async with database.transaction(principal) as work:
                await _apply(work, await store.lock_contact(work, contact_id), wish)
        except Problem as problem:
            failed.append(_failure(contact_id, problem))
        except (DBAPIError, StaleDataError) as error:
            _log.warning("bulk_item_failed", contact=str(contact_id), exc_info=error)
            refusal = Collided() if isinstance(error, StaleDataError) else from_database(error)
            failed.append(_failure(contact_id, refusal))
        else:
            ok.append(contact_id)
    return {"ok": ok, "failed": failed}


async def _apply(work: Work, contact: Contact, wish: BulkContacts) -> None:
    value = wish.value or ""
    match wish.action:
        case "tag" if value not in contact.tags:
            if len(contact.tags) >= MAX_TAGS:
                raise Unprocessable.at("value", f"a contact has at most {MAX_TAGS} tags")
            contact.tags = [*contact.tags, value]
        case "untag" if value in contact.tags:
            contact.tags = [tag for tag in contact.tags if tag != value]
        case "priority" if value != contact.priority:
            contact.priority = value
        case "suppress":
            await suppress(work, phone=contact.phone, reason="admin", source_ref=f"contact:{contact.id}")
            return
        case "delete":
            contact.deleted_at = work.now
            return
        case _:
            return
    await work.session.flush()
    await work.publish(ContactUpdated(noun_id=contact.id, fields=["priority" if wish.action == "priority" else "tags"]))


async def _change_list(work: Work, ids: Sequence[UUID], wish: BulkContacts) -> dict[str, Any]:
    call_list = await store.fetch(work, CallList, UUID(wish.value or ""), lock=True)
    rows = await store.contacts_by_id(work, ids)
    failed = [_failure(key, NotFound()) for key in ids if key not in rows]
    ok = [key for key in ids if key in rows]
    if wish.action == "list_remove":
        removed = await contact_store.remove_items(work, call_list.id, ok)
        if removed:
            await work.publish(ListUpdated(noun_id=call_list.id, added=-removed))
        return {"ok": ok, "failed": failed}
    blocked = await phones_without_calls(work, [rows[key].phone for key in ok])
    refusal = Unprocessable("The phone is on the suppression list.", code="suppressed")
    failed += [_failure(key, refusal) for key in ok if rows[key].phone in blocked]
    ok = [key for key in ok if rows[key].phone not in blocked]
    await add_contacts(work, call_list, ok)
    return {"ok": ok, "failed": failed}


def _failure(contact_id: UUID, problem: Problem) -> dict[str, Any]:
    return {"id": contact_id, "code": problem.wire_code, "detail": problem.detail}
