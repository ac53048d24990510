"""Work that comes with time instead of a request: run by every worker, harmless to repeat."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete

from callout.features.accounts.tenant_store import tenant_ids
from callout.features.api_configs.webhooks.delivering import forget_old
from callout.features.billing.overdue import mark_overdue, remind
from callout.features.calling.calls import ending
from callout.features.calling.calls.forgetting import forget_words
from callout.features.calling.hosting.ahead import SpeechAhead
from callout.features.conversations.forgetting import forget_old_payloads, forget_old_words
from callout.features.conversations.ports import Outcomes
from callout.features.conversations.silence import end_silent_calls
from callout.features.dispatch import market, overdue
from callout.features.dispatch.recheck import recheck_expired_documents
from callout.features.exports.expiry import expire_exports
from callout.features.files.sweep import purge, sweep
from callout.features.triggers.firing import expire
from callout.kit.db.work import Work
from callout.kit.events.tables import StoredEvent
from callout.kit.http.idempotency import IdempotencyRecord
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal
from callout.run.assembly import Assembly
from callout.run.campaigns import RESCUE

_log = logger(__name__)
EVENTS_KEPT = timedelta(days=30)
FIRST_AFTER_S = 20.0


class Sweep(NamedTuple):
    """One recurring use case of a tenant."""

    name: str
    every_s: float
    run: Callable[[Work], Awaitable[object]]


def sweeps_of(made: Assembly) -> list[Sweep]:
    """What is swept, and how often."""

    async def remind_of_invoices(work: Work) -> None:
        after: UUID | None = None
        while (after := await remind(work, made.billing, after)) is not None:
            pass

    async def mark_overdue_fully(work: Work) -> None:
        while await mark_overdue(work):
            pass

    async def purge_files(work: Work) -> None:
        while await purge(work, made.files.objects):
            pass

    async def expire_all_exports(work: Work) -> None:
        while await expire_exports(work, made.files):
            pass

    async def sweep_orphans(work: Work) -> None:
        await sweep(work, made.files.objects)

    return [
        Sweep("calls nobody reported the end of", ending.EVERY_S, ending.look_after),
        Sweep("campaigns nobody works on", 30, RESCUE),
        Sweep("old recordings", 3600, made.calls.recordings.expire),
        Sweep("old words", 3600, _forgetting(made.outcomes)),
        Sweep("old payloads of providers", 3600, forget_old_payloads),
        Sweep("silent calls", 60, end_silent_calls),
        Sweep("overdue searches", overdue.EVERY_S, overdue.look_after),
        Sweep("services of many vendors", market.EVERY_S, market.count_large_services),
        Sweep("overdue invoices", 3600, mark_overdue_fully),
        Sweep("invoice reminders", 3600, remind_of_invoices),
        Sweep("old trigger events", 3600, expire),
        Sweep("old exports", 3600, expire_all_exports),
        Sweep("offers of vendors whose documents expired", 900, recheck_expired_documents),
        Sweep("deleted files", 3600, purge_files),
        Sweep("files without a row", 86_400, sweep_orphans),
        Sweep("old webhook deliveries", 3600, forget_old),
        Sweep("idempotency records", 3600, _forget_answers),
        Sweep("event log", 3600, _forget_events),
    ]


@asynccontextmanager
async def sweeping(made: Assembly) -> AsyncIterator[None]:
    """Sweeps while open."""
    tasks = [asyncio.create_task(_repeat(made, sweep)) for sweep in sweeps_of(made)]
    tasks.append(asyncio.create_task(_prune_limits(made)))
    tasks.append(asyncio.create_task(_forget_speech(made)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(made: Assembly, sweep: Sweep) -> None:
    await asyncio.sleep(min(FIRST_AFTER_S, sweep.every_s))
    while True:
        try:
            async with made.database.lookup() as work:
                tenants = await tenant_ids(work)
            for tenant_id in tenants:
                async with made.database.transaction(Principal.system(tenant_id)) as work:
                    await sweep.run(work)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            _log.warning("sweep_failed", sweep=sweep.name, exc_info=error)
        await asyncio.sleep(sweep.every_s)


async def _prune_limits(made: Assembly) -> None:
    while True:
        await asyncio.sleep(3600)
        with contextlib.suppress(Exception):
            await made.limits.prune()


async def _forget_speech(made: Assembly) -> None:
    ahead = SpeechAhead(made.files.objects)
    while True:
        await asyncio.sleep(3600)
        with contextlib.suppress(Exception):
            await ahead.sweep(made.database.clock.now())


def _forgetting(outcomes: Outcomes) -> Callable[[Work], Awaitable[object]]:
    async def forget_old_talks(work: Work) -> None:
        while ids := await forget_old_words(work, outcomes):
            await forget_words(work, ids)

    return forget_old_talks


async def _forget_answers(work: Work) -> None:
    table = IdempotencyRecord
    await work.session.execute(delete(table).where(table.tenant_id == work.tenant_id, table.expires_at <= work.now))


async def _forget_events(work: Work) -> None:
    table = StoredEvent
    await work.session.execute(
        delete(table).where(table.tenant_id == work.tenant_id, table.occurred_at <= work.now - EVENTS_KEPT)
    )
