"""Reads and writes of inbox entries, messages and texts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update

from callout.features.notifications.tables import Message, MessageTemplate, Notification
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

N = Notification
_TEXTS = "message_texts"


async def known_keys(work: Work, keys: Sequence[str]) -> set[str]:
    """Which of these dedupe keys were used before."""
    query = select(Message.dedupe_key).where(Message.tenant_id == work.tenant_id, one_of(Message.dedupe_key, keys))
    return set((await work.session.execute(query)).scalars())


async def bounced(work: Work, address: str) -> bool:
    """Whether an e-mail address is known to be dead."""
    query = select(
        exists().where(Message.tenant_id == work.tenant_id, Message.address == address, Message.hard_bounced)
    )
    return bool((await work.session.execute(query)).scalar_one())


async def bounced_of(work: Work, addresses: Collection[str]) -> set[str]:
    """Those of the e-mail addresses that are known to be dead."""
    query = select(Message.address).where(
        Message.tenant_id == work.tenant_id, one_of(Message.address, addresses), Message.hard_bounced
    )
    return {address for address in (await work.session.execute(query.distinct())).scalars() if address}


async def template_of(work: Work, key: str, channel: str, languages: Sequence[str]) -> MessageTemplate | None:
    """The tenant's own active text in the first language that has one; read once per unit of work."""
    known: dict[str, dict[tuple[str, str], MessageTemplate]] = work.session.info.setdefault(_TEXTS, {})
    if key not in known:
        query = select(MessageTemplate).where(
            MessageTemplate.tenant_id == work.tenant_id, MessageTemplate.key == key, MessageTemplate.is_active
        )
        known[key] = {(row.channel, row.language): row for row in (await work.session.execute(query)).scalars()}
    return next((known[key][channel, tried] for tried in languages if (channel, tried) in known[key]), None)


async def templates(work: Work) -> list[MessageTemplate]:
    """All of the tenant's own texts."""
    query = select(MessageTemplate).where(MessageTemplate.tenant_id == work.tenant_id)
    return list((await work.session.execute(query)).scalars())


async def own_template(work: Work, key: str, channel: str, language: str) -> MessageTemplate | None:
    """One of the tenant's own texts, active or not, locked."""
    query = select(MessageTemplate).where(
        MessageTemplate.tenant_id == work.tenant_id,
        MessageTemplate.key == key,
        MessageTemplate.channel == channel,
        MessageTemplate.language == language,
    )
    return (await work.session.execute(query.with_for_update())).scalar_one_or_none()


async def message(work: Work, message_id: UUID) -> Message:
    """A message, locked.

    Raises:
        NotFound: none with this id.
    """
    query = select(Message).where(Message.id == message_id, Message.tenant_id == work.tenant_id).with_for_update()
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such message.")
    return row


async def message_by_external_id(work: Work, provider: str, external_id: str) -> Message | None:
    """The message a provider knows under an id, locked."""
    query = select(Message).where(
        Message.tenant_id == work.tenant_id, Message.provider == provider, Message.external_id == external_id
    )
    return (await work.session.execute(query.with_for_update().limit(1))).scalar_one_or_none()


async def messages_page(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Sequence[tuple[str, bool]], limit: int, offset: int
) -> tuple[list[Message], int]:
    """A page of the delivery log and the number of all."""
    own = [Message.tenant_id == work.tenant_id, *conditions]
    total = (await work.session.execute(select(func.count()).select_from(Message).where(*own))).scalar_one()
    columns = [getattr(Message, name) for name, _ in order]
    ordered = [column.desc() if descending else column for column, (_, descending) in zip(columns, order, strict=True)]
    query = select(Message).where(*own).order_by(*ordered, Message.id.desc()).limit(limit).offset(offset)
    return list((await work.session.execute(query)).scalars()), total


def inbox(work: Work) -> ColumnElement[bool]:
    """Whose entries the acting person sees: the own ones."""
    return and_(N.tenant_id == work.tenant_id, N.recipient_user_id == work.principal.actor_id)


def unread() -> ColumnElement[bool]:
    """Entries not read yet."""
    return and_(N.read_at.is_(None), N.status.in_(("pending", "sent", "delivered")))


async def notification(work: Work, notification_id: UUID, *, lock: bool = False) -> Notification:
    """An entry of the acting person's inbox.

    Raises:
        NotFound: none with this id, or somebody else's.
    """
    query = select(N).where(N.id == notification_id, inbox(work))
    if lock:
        query = query.with_for_update()
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such notification.")
    return row


async def notifications_page(
    work: Work, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> tuple[list[Notification], int]:
    """A page of the inbox, newest first, and the number of all."""
    own = [inbox(work), *conditions]
    total = (await work.session.execute(select(func.count()).select_from(N).where(*own))).scalar_one()
    query = select(N).where(*own).order_by(N.created_at.desc(), N.id.desc()).limit(limit).offset(offset)
    return list((await work.session.execute(query)).scalars()), total


async def inbox_counts(work: Work) -> dict[str, int]:
    """Figures of the acting person's inbox."""
    alive = or_(N.expires_at.is_(None), N.expires_at > work.now)
    query = select(
        func.count().label("total"),
        func.count(case((unread(), 1))).label("unread"),
        func.count(case((and_(N.type == "new_order", unread(), alive), 1))).label("new_orders"),
        func.count(case((and_(N.urgent, unread(), alive), 1))).label("urgent"),
    ).where(inbox(work))
    return dict((await work.session.execute(query)).one()._asdict())


async def unread_of(work: Work, ids: Sequence[UUID] | None) -> list[Notification]:
    """Unread entries of the acting person, all or some, locked in a fixed order."""
    query = select(N).where(inbox(work), unread()).order_by(N.id).with_for_update()
    if ids is not None:
        query = query.where(N.id.in_(ids))
    return list((await work.session.execute(query)).scalars())


async def close_offers(
    work: Work, offer_ids: Collection[UUID], action: str | None, *, residue: str | None = None
) -> None:
    """Ends the entries that asked for an answer to offers: they can no longer be acted upon.

    Args:
        work: the transaction.
        offer_ids: the offers, of one order.
        action: what the vendor did; None when it did nothing.
        residue: the words that stay where the job goes to somebody else and the customer is no longer to be seen.
    """
    values: dict[str, Any] = {"actions": [], "updated_at": work.now, "version": N.version + 1}
    if residue is not None:
        values |= {"title": residue, "message": residue}
    if action is None:
        values["status"] = case((N.read_at.is_(None), "expired"), else_=N.status)
    else:
        values |= {"action_taken": action, "status": "read", "read_at": func.coalesce(N.read_at, work.now)}
    statement = update(N).where(N.tenant_id == work.tenant_id, one_of(N.offer_id, offer_ids), N.type == "new_order")
    await work.session.execute(statement.values(**values).execution_options(synchronize_session=False))
