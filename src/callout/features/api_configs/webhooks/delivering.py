"""From the event log to the endpoints: each event once for each endpoint that wants it, tried until it is taken."""

from datetime import timedelta
from random import Random
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.api_configs.webhooks import store
from callout.features.api_configs.webhooks.errors import EndpointOff
from callout.features.api_configs.webhooks.events import WebhookDisabled
from callout.features.api_configs.webhooks.names import wants
from callout.features.api_configs.webhooks.pace import given_up, next_attempt
from callout.features.api_configs.webhooks.ports import Posted
from callout.features.api_configs.webhooks.service import Webhooks
from callout.features.api_configs.webhooks.tables import WebhookDelivery, WebhookEndpoint
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.events.log import read_after
from callout.kit.principal import Principal

DELIVER = "deliver_webhook"
QUEUE = "webhooks"
KEPT = timedelta(days=30)
AT_ONCE = 500
_chance = Random()


def deliver_key(delivery_id: UUID, rounds: int) -> str:
    """The key of the workflow that brings a delivery there."""
    return f"webhook:{delivery_id}:{rounds}"


async def fan_out(work: Work) -> int:
    """Makes deliveries of what happened since the last look, for every endpoint of the tenant. Returns how many."""
    made = 0
    for endpoint in await store.lock_active(work):
        news = await read_after(work.session, work.tenant_id, endpoint.last_sequence, limit=AT_ONCE)
        for event in news:
            if not wants(endpoint.events, event.type):
                continue
            delivery_id = await store.add_delivery(work, endpoint.id, event)
            if delivery_id is not None:
                made += 1
                await work.enqueue(DELIVER, str(delivery_id), 1, key=deliver_key(delivery_id, 1), queue=QUEUE)
        if news:
            endpoint.last_sequence = news[-1].sequence
    return made


async def replay(work: Work, delivery_id: UUID) -> WebhookDelivery:
    """Sends a delivery once more from the start, whatever became of it.

    Raises:
        NotFound: no such delivery.
        EndpointOff: its endpoint is switched off.
    """
    row = await store.delivery(work, delivery_id, lock=True)
    endpoint = await store.fetch(work, row.endpoint_id)
    if not endpoint.is_active:
        raise EndpointOff
    row.rounds += 1
    row.attempt, row.status, row.next_attempt_at = 0, "pending", work.now
    await work.session.flush()
    await audit(work, "webhook_delivery.replay", "webhook_delivery", row.id)
    await work.enqueue(DELIVER, str(row.id), row.rounds, key=deliver_key(row.id, row.rounds), queue=QUEUE)
    return row


async def forget_old(work: Work) -> None:
    """Deletes deliveries that are over and older than 30 days."""
    await store.drop_before(work, work.now - KEPT)


class Courier:
    """Brings deliveries to their endpoints; an attempt may be repeated after a crash."""

    def __init__(self, webhooks: Webhooks) -> None:
        """Takes the endpoints."""
        self._webhooks = webhooks

    async def attempt(self, tenant_id: UUID, delivery_id: UUID, rounds: int) -> float | None:
        """Tries once.

        Returns:
            Seconds until the next attempt; None when there is none.
        """
        principal = Principal.system(tenant_id)
        async with self._webhooks.database.transaction(principal) as work:
            try:
                row = await store.delivery(work, delivery_id)
                endpoint = await store.fetch(work, row.endpoint_id)
            except NotFound:
                return None
            if row.rounds != rounds or row.status in ("delivered", "dead"):
                return None
            if not endpoint.is_active:
                row.status, row.next_attempt_at = "dead", None
                row.response_snippet = "The endpoint is switched off."
                return None
            letter = self._webhooks.letter(work, endpoint, row.body, delivery_id=row.id, attempt=row.attempt + 1)
        posted = await self._webhooks.way.post(letter.url, letter.body, letter.headers)
        async with self._webhooks.database.transaction(principal) as work:
            return await _note(work, delivery_id, rounds, posted)


async def _note(work: Work, delivery_id: UUID, rounds: int, posted: Posted) -> float | None:
    try:
        row = await store.delivery(work, delivery_id, lock=True)
        endpoint = await store.fetch(work, row.endpoint_id, lock=True)
    except NotFound:
        return None
    if row.rounds != rounds:
        return None
    row.attempt += 1
    row.response_code, row.response_snippet = posted.code, posted.snippet[:500] or None
    row.duration_ms, row.next_attempt_at = posted.duration_ms, None
    if posted.is_taken:
        row.status, endpoint.failing_since = "delivered", None
        return None
    endpoint.failing_since = endpoint.failing_since or work.now
    reason = given_up(endpoint.failing_since, work.now, posted.code)
    if reason is not None and endpoint.is_active:
        await _switch_off(work, endpoint, reason)
    row.next_attempt_at = None if reason else next_attempt(row.attempt, work.now, _chance.random())
    row.status = "failed" if row.next_attempt_at else "dead"
    return (row.next_attempt_at - work.now).total_seconds() if row.next_attempt_at else None


async def _switch_off(work: Work, endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.is_active, endpoint.disabled_reason = False, reason[:120]
    await work.session.flush()
    await work.publish(WebhookDisabled(noun_id=endpoint.id, url=endpoint.url, reason=reason))
