"""Idempotency-Key: the first answer is stored in its own transaction and repeated (product specification §9.2)."""

import base64
import hashlib
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base
from callout.kit.db.types import Str
from callout.kit.db.work import Work
from callout.kit.errors import BadRequest, Conflict, FieldError, Unprocessable
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

HEADER = "idempotency-key"
LIFETIME = timedelta(hours=24)
SHOWS_ONCE = "secret_answer"
"""Routes declared with `secret_answer=True` show something once: that it was shown is stored, what was shown is not."""
WITHHELD = 409
"""The status stored for an answer that is not kept; every other stored answer is a good one, below 400."""
_BOUNDARY = re.compile(r"^multipart/.*;\s*boundary=\"?([^\";]{1,70})", re.IGNORECASE)
_SHAPE = re.compile(r"^[A-Za-z0-9_.:\-]{1,200}$")


class IdempotencyRecord(Base):
    """The stored answer to one keyed request."""

    __tablename__ = "idempotency_records"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[str] = mapped_column(Str(64), unique=True)
    request_hash: Mapped[str] = mapped_column(Str(64))
    status: Mapped[int]
    headers: Mapped[list[Any]]
    body: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    title = "Idempotency key reused"
    default_detail = "This Idempotency-Key was used for another request. Use a new key."


class RequestInProgress(Conflict):
    code = "request_in_progress"
    title = "Still running"
    default_detail = "A request with this Idempotency-Key is still running. Wait and repeat it."


class ShownOnce(Conflict):
    title = "Shown once"
    default_detail = (
        "This request was done before. Its answer held a secret, which is shown once and not kept. "
        "If it was lost, make a new one with a new Idempotency-Key and revoke the old one."
    )


class StoredAnswer:
    """What one keyed request left behind, or will."""

    def __init__(self, scope: str, request_hash: str, *, is_secret: bool) -> None:
        self.scope = scope
        self.request_hash = request_hash
        self.is_secret = is_secret

    @classmethod
    async def of(cls, request: Request[Any, Any, Any], principal: Principal) -> "StoredAnswer | None":
        """The key of a request; None when it carries none or is not a write by a tenant's principal."""
        key = request.headers.get(HEADER)
        if key is None or request.method not in {"POST", "PUT", "PATCH"} or principal.tenant_id is None:
            return None
        if not _SHAPE.match(key):
            raise BadRequest(
                "Idempotency-Key: 1 to 200 characters of A-Z a-z 0-9 _ . : -",
                errors=[FieldError("Idempotency-Key", "bad shape")],
            )
        actor = f"{principal.tenant_id}:{principal.actor_id}:{principal.role}"
        who = f"{actor}:{request.method}:{request.url.path}:{key}"
        salted = who.encode() + b"\n" + _content(await request.body(), request.headers.get("content-type", ""))
        is_secret = bool(request.route_handler.opt.get(SHOWS_ONCE))
        return cls(hashlib.sha256(who.encode()).hexdigest(), hashlib.sha256(salted).hexdigest(), is_secret=is_secret)

    async def find(self, work: Work) -> IdempotencyRecord | None:
        """Locks the key for this transaction and returns the stored answer, if any."""
        lock = int(self.scope[:15], 16)
        if not (await work.session.execute(select(func.pg_try_advisory_xact_lock(lock)))).scalar_one():
            raise RequestInProgress
        row = (
            await work.session.execute(select(IdempotencyRecord).where(IdempotencyRecord.scope == self.scope))
        ).scalar_one_or_none()
        if row is None:
            return None
        if row.expires_at <= work.now:
            await work.session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.id == row.id))
            return None
        if row.request_hash != self.request_hash:
            raise KeyReused
        if row.status == WITHHELD:
            raise ShownOnce
        return row

    async def store(self, work: Work, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Stores the answer in the transaction of the request it answers."""
        kept = [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in headers
            if name.lower() in {b"content-type", b"location", b"etag", b"x-total-count"}
        ]
        await work.session.execute(
            insert(IdempotencyRecord).values(
                tenant_id=work.tenant_id,
                scope=self.scope,
                request_hash=self.request_hash,
                status=WITHHELD if self.is_secret else status,
                headers=[] if self.is_secret else kept,
                body="" if self.is_secret else base64.b64encode(body).decode(),
                expires_at=work.now + LIFETIME,
            )
        )


def _content(body: bytes, content_type: str) -> bytes:
    """What a body says: a multipart body without its boundary, which a client draws anew for each attempt."""
    boundary = _BOUNDARY.search(content_type)
    return body.replace(boundary.group(1).encode("latin-1"), b"") if boundary else body


def replayed(row: IdempotencyRecord) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of a stored answer."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in row.headers]
    return row.status, [*headers, (b"idempotency-replayed", b"true")], base64.b64decode(row.body)
