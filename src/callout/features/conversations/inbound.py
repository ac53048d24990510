"""Webhooks: authentic, stored once with the job that works on them, answered at once."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from callout.features.conversations import intake_events, store_inbound
from callout.features.conversations.errors import BadSignature, StaleTimestamp
from callout.features.conversations.ingest import absorb, enqueue_if_automatic
from callout.features.conversations.intake_model import Unreadable
from callout.features.conversations.ports import InboundSource, WebhookSecrets
from callout.features.conversations.tables import InboundEvent
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import BadRequest
from callout.kit.principal import Principal

PROCESS_INBOUND = "process_inbound"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is answered with. `ignored`: an event nobody here knows."""

    duplicate: bool = False
    ignored: bool = False
    conversation_id: UUID | None = None


async def receive(
    work: Work,
    provider: str,
    source: InboundSource,
    secrets: WebhookSecrets,
    *,
    headers: Mapping[str, str],
    body: bytes,
) -> Receipt:
    """Takes one webhook: checks who sent it, keeps it raw, and leaves the work to a durable job.

    Args:
        work: of the tenant whose token is in the address.
        provider: whose webhook it is.
        source: how that provider signs and what its events mean.
        secrets: gives the tenant's secrets.
        headers: names in lower case.
        body: as received.

    Raises:
        BadSignature, StaleTimestamp: it is not to be believed; nothing is kept.
        BadRequest: signed, but not JSON.
    """
    verdict = source.check(headers, body, await secrets.webhook_secrets(work, provider), work.now)
    if verdict == "stale":
        raise StaleTimestamp
    if verdict != "ok":
        raise BadSignature
    payload = _decoded(body)
    external_id = source.processor.event_id(payload) or hashlib.sha256(body).hexdigest()
    known = source.processor.is_known(payload)
    event = InboundEvent(
        tenant_id=work.tenant_id,
        provider=provider,
        external_id=external_id[:200],
        kind=source.processor.event_name(payload)[:60],
        received_at=work.now,
        signature_ok=True,
        payload={"body": payload},
        status="received" if known else "ignored",
    )
    if earlier := await store_inbound.keep(work, event):
        return Receipt(duplicate=True, ignored=earlier.status == "ignored", conversation_id=earlier.conversation_id)
    if not known:
        return Receipt(ignored=True)
    await work.enqueue(PROCESS_INBOUND, str(event.id), key=f"inbound:{event.id}")
    return Receipt()


class InboundWork:
    """Works on stored webhooks, each until its end."""

    def __init__(self, database: Database, sources: Mapping[str, InboundSource]) -> None:
        self._database = database
        self._sources = sources

    async def run(self, tenant_id: UUID, event_id: UUID) -> None:
        """Does what a stored webhook asks for; one already done is left alone."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            event = await store_inbound.find(work, event_id)
            if event is None or event.status != "received" or event.payload is None:
                return
            provider, payload, received_at = event.provider, event.payload["body"], event.received_at
        try:
            conversation_id = await self._sources[provider].processor.process(
                tenant_id, payload, received_at=received_at
            )
        except Unreadable as reason:
            await self._close(principal, event_id, status="failed", error=str(reason))
            return
        await self._close(principal, event_id, status="processed", conversation_id=conversation_id)

    async def give_up(self, tenant_id: UUID, event_id: UUID, error: str) -> None:
        """Marks a webhook failed after its last attempt."""
        await self._close(Principal.system(tenant_id), event_id, status="failed", error=error)

    async def _close(
        self,
        principal: Principal,
        event_id: UUID,
        *,
        status: str,
        error: str | None = None,
        conversation_id: UUID | None = None,
    ) -> None:
        async with self._database.transaction(principal) as work:
            event = await store_inbound.find(work, event_id)
            if event is None or event.status != "received":
                return
            event.status = status
            event.error = error[:300] if error else None
            event.conversation_id = conversation_id


class CallProcessor:
    """Implements `InboundProcessor` for providers that tell about calls: elevenlabs, cloned_voice, generic."""

    def __init__(self, provider: str, database: Database) -> None:
        self._provider = provider
        self._database = database

    def event_name(self, payload: Any) -> str:
        """See `InboundProcessor`."""
        return intake_events.event_name(self._provider, payload) if isinstance(payload, dict) else ""

    def event_id(self, payload: Any) -> str | None:
        """See `InboundProcessor`."""
        return intake_events.event_id(payload) if isinstance(payload, dict) else None

    def is_known(self, payload: Any) -> bool:
        """See `InboundProcessor`."""
        return isinstance(payload, dict) and intake_events.is_known(self._provider, self.event_name(payload))

    async def process(self, tenant_id: UUID, payload: Any, *, received_at: datetime) -> UUID | None:
        """Joins the call with what is known; a finished one is enqueued for analysis."""
        news = intake_events.read_news(self._provider, payload)
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            absorbed = await absorb(work, news.call, news.kind)
            if absorbed.due:
                await enqueue_if_automatic(work, absorbed.conversation)
        return absorbed.conversation.id


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest("The body is not JSON.") from error
