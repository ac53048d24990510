"""The endpoints of a tenant: made, changed, given new secrets, tried."""

import secrets as _secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import lock_tenant
from callout.features.api_configs.webhooks import store
from callout.features.api_configs.webhooks.errors import AddressNotAllowed, TooManyEndpoints
from callout.features.api_configs.webhooks.names import TEST
from callout.features.api_configs.webhooks.ports import Posted, WebhookWay
from callout.features.api_configs.webhooks.schemas import EndpointPatch, NewEndpoint
from callout.features.api_configs.webhooks.signing import HEADER, new_secret, purpose, signature
from callout.features.api_configs.webhooks.tables import WebhookEndpoint
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import FieldError
from callout.kit.events.log import last_sequence
from callout.kit.http.wire import timestamp
from callout.kit.http.writes import IfMatch
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer

MOST = 20
OVERLAP = timedelta(hours=24)
"""How long the secret before signs too."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Something ready to be sent: the bytes and what they are signed with."""

    url: str
    body: bytes
    headers: dict[str, str]


class Webhooks:
    """The endpoints of tenants."""

    def __init__(self, database: Database, sealer: Sealer, way: WebhookWay) -> None:
        """Takes what keeps, seals and sends."""
        self.database = database
        self.way = way
        self._sealer = sealer

    async def create(self, work: Work, data: NewEndpoint) -> tuple[WebhookEndpoint, str]:
        """Makes an endpoint that is told of what happens from now on; with its secret, shown this once.

        Raises:
            AddressNotAllowed: it leads into a private network, or nowhere.
            TooManyEndpoints: there are 20.
        """
        await self._check(data.url)
        await lock_tenant(work)
        if await store.count(work) >= MOST:
            raise TooManyEndpoints
        secret, endpoint_id = new_secret(), uuid7()
        row = WebhookEndpoint(
            id=endpoint_id,
            tenant_id=work.tenant_id,
            url=data.url,
            events=list(dict.fromkeys(data.events)),
            description=data.description,
            is_active=data.is_active,
            sealed=self._seal(work.tenant_id, endpoint_id, secret),
            last_sequence=await last_sequence(work.session, work.tenant_id),
        )
        work.session.add(row)
        await work.session.flush()
        await audit(work, "webhook_endpoint.create", "webhook_endpoint", row.id, after={"url": row.url})
        return row, secret

    async def change(self, work: Work, endpoint_id: UUID, data: EndpointPatch, if_match: IfMatch) -> WebhookEndpoint:
        """Changes an endpoint; switched on again it is told of what happens from then on.

        Raises:
            NotFound, VersionConflict, AddressNotAllowed: it cannot be changed so.
        """
        if data.url is not None:
            await self._check(data.url)
        row = await store.fetch(work, endpoint_id, lock=True)
        if_match.check_optional(row.version)
        given = data.given()
        before = {name: getattr(row, name) for name in given}
        for name, value in given.items():
            setattr(row, name, value)
        if given.get("is_active") and not before["is_active"]:
            row.failing_since, row.disabled_reason = None, None
            row.last_sequence = await last_sequence(work.session, work.tenant_id)
        await work.session.flush()
        await audit(work, "webhook_endpoint.update", "webhook_endpoint", row.id, before=before, after=given)
        return row

    async def remove(self, work: Work, endpoint_id: UUID) -> None:
        """Deletes an endpoint with its deliveries. Raises NotFound."""
        row = await store.fetch(work, endpoint_id, lock=True)
        await store.drop_deliveries(work, row.id)
        await work.session.delete(row)
        await audit(work, "webhook_endpoint.delete", "webhook_endpoint", endpoint_id, before={"url": row.url})

    async def rotate(self, work: Work, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
        """Gives an endpoint a new secret; the one before signs beside it for a day. Raises NotFound."""
        row = await store.fetch(work, endpoint_id, lock=True)
        secret = new_secret()
        row.previous_sealed, row.previous_until = row.sealed, work.now + OVERLAP
        row.sealed = self._seal(work.tenant_id, row.id, secret)
        await work.session.flush()
        await audit(work, "webhook_endpoint.update", "webhook_endpoint", row.id, after={"rotated": True})
        return row, secret

    async def test(self, principal: Principal, endpoint_id: UUID) -> Posted:
        """Sends an invented event at once and says what was answered; nothing is kept. Raises NotFound."""
        async with self.database.transaction(principal) as work:
            row = await store.fetch(work, endpoint_id)
            body = {
                "id": str(uuid7()),
                "type": TEST,
                "tenant_id": str(work.tenant_id),
                "occurred_at": timestamp(work.now),
                "actor_role": principal.role,
                "noun_id": str(row.id),
                "sequence": 0,
                "data": {"nonce": _secrets.token_hex(8)},
            }
            letter = self.letter(work, row, body, delivery_id=None, attempt=1)
        return await self.way.post(letter.url, letter.body, letter.headers)

    def letter(
        self, work: Work, row: WebhookEndpoint, body: dict[str, Any], *, delivery_id: UUID | None, attempt: int
    ) -> Letter:
        """What is sent to an endpoint now."""
        raw = msgspec.json.encode(body)
        headers = {
            "content-type": "application/json",
            HEADER: signature(raw, self._secrets(work, row), work.now),
            "x-callout-event": str(body["type"]),
            "x-callout-delivery": str(delivery_id or body["id"]),
            "x-callout-attempt": str(attempt),
        }
        return Letter(url=row.url, body=raw, headers=headers)

    def _secrets(self, work: Work, row: WebhookEndpoint) -> list[str]:
        sealed = [row.sealed]
        if row.previous_sealed and row.previous_until and work.now < row.previous_until:
            sealed.append(row.previous_sealed)
        bound_to = purpose(row.tenant_id, row.id)
        return [self._sealer.open(one, purpose=bound_to).decode() for one in sealed]

    def _seal(self, tenant_id: UUID, endpoint_id: UUID, secret: str) -> str:
        return self._sealer.seal(secret.encode(), purpose=purpose(tenant_id, endpoint_id))

    async def _check(self, url: str) -> None:
        reason = await self.way.complaint(url)
        if reason is not None:
            raise AddressNotAllowed(f"url: {reason}", errors=[FieldError("url", reason, "address_not_allowed")])
