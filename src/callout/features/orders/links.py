"""Customers' capability links: made from a key so that they can be shown again, found by their hash."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, update

from callout.features.orders.errors import LinkExpired, OrderNotFound
from callout.features.orders.tables import Order, SignedLink
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import hash_token

KINDS = ("status", "rating", "invoice", "unsubscribe")
LIFE = {"rating": timedelta(days=14), "invoice": timedelta(days=400), "unsubscribe": timedelta(days=365)}
"""How long a link lives from its making; a status link lives until 30 days after the order's end."""
STATUS_LIFE_AFTER_END = timedelta(days=30)
_PATH = {"status": "o", "rating": "r", "invoice": "i", "unsubscribe": "u"}


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the tokens of links.

    Attributes:
        key: 32 secret bytes of the installation, for this purpose only.
        base_url: where customers reach the pages, without a trailing slash.
        previous: keys earlier links were made with.
    """

    key: bytes
    base_url: str
    previous: tuple[bytes, ...] = ()

    def token(self, link_id: UUID) -> str:
        """The token of a new link: 32 bytes nobody can guess without the key (HMAC-SHA256, RFC 2104)."""
        return _token(self.key, link_id)

    def token_of(self, link: SignedLink) -> str | None:
        """The token of a stored link; None when the key it was made with is known no more."""
        made = (_token(key, link.id) for key in (self.key, *self.previous))
        return next((token for token in made if hash_token(token) == link.token_hash), None)

    def url(self, link: SignedLink) -> str:
        """The page address of a link."""
        return f"{self.base_url}/t/{_PATH[link.kind]}/{self.token_of(link) or self.token(link.id)}"


def _token(key: bytes, link_id: UUID) -> str:
    digest = hmac.new(key, link_id.bytes, sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def live_link(work: Work, order_id: UUID, kind: str) -> SignedLink | None:
    """The newest link of a kind that still opens its page."""
    query = (
        select(SignedLink)
        .where(
            SignedLink.tenant_id == work.tenant_id,
            SignedLink.order_id == order_id,
            SignedLink.kind == kind,
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at.is_(None) | (SignedLink.expires_at > work.now),
        )
        .order_by(SignedLink.created_at.desc())
        .limit(1)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def issue(work: Work, maker: LinkMaker, order: Order, kind: str) -> SignedLink:
    """The order's live link of a kind; an existing one is given again, unless its key is known no more.

    Args:
        work: the transaction.
        maker: makes the token.
        order: the order the link opens.
        kind: status, rating, invoice or unsubscribe.
    """
    await work.session.flush()
    link = await live_link(work, order.id, kind)
    if link is not None and maker.token_of(link) is not None:
        return link
    link_id = uuid7()
    ended = order.completed_at or order.cancelled_at
    expires_at = (max(ended, work.now) + STATUS_LIFE_AFTER_END) if ended else None
    if life := LIFE.get(kind):
        expires_at = work.now + life
    link = SignedLink(
        id=link_id,
        tenant_id=work.tenant_id,
        order_id=order.id,
        kind=kind,
        token_hash=hash_token(maker.token(link_id)),
        expires_at=expires_at,
    )
    work.session.add(link)
    await work.session.flush()
    return link


async def expire_after_end(work: Work, order: Order) -> None:
    """Gives the status links of an order that has just ended their last 30 days."""
    table = SignedLink.__table__
    await work.session.execute(
        update(SignedLink)
        .where(SignedLink.tenant_id == work.tenant_id, SignedLink.order_id == order.id, SignedLink.kind == "status")
        .values(expires_at=work.now + STATUS_LIFE_AFTER_END, version=table.c.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """What a valid token opens."""

    principal: Principal
    order_id: UUID
    link_id: UUID


async def open_link(database: Database, token: str, kinds: Sequence[str]) -> Opened:
    """Finds out which order of which tenant a customer's token opens.

    Args:
        database: to look over all tenants.
        token: as it stood in the address.
        kinds: what the page takes; a token of another kind opens nothing.

    Raises:
        OrderNotFound: no such link.
        LinkExpired: it ended, was revoked, or its time is over.
    """
    async with database.lookup() as work:
        query = select(SignedLink).where(SignedLink.token_hash == hash_token(token), SignedLink.kind.in_(kinds))
        link = (await work.session.execute(query)).scalar_one_or_none()
        if link is None:
            raise OrderNotFound("There is nothing under this link.")
        if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= work.now):
            raise LinkExpired
        principal = Principal(role="customer", tenant_id=link.tenant_id, label="customer")
        return Opened(principal, link.order_id, link.id)
