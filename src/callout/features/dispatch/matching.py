"""The end of a matching window: the orders waiting for the same vendors get their first waves together."""

import asyncio
from typing import NamedTuple
from uuid import UUID

from callout.features.dispatch import offer_store, rivals, runs
from callout.features.dispatch.batch import joined
from callout.features.dispatch.contention import is_contended
from callout.features.dispatch.selection import decide
from callout.features.dispatch.send_wave import ATTEMPTS, Wave, choose_wave, held, look_around
from callout.features.dispatch.tables import DispatchRun
from callout.features.orders import store as order_store
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Waiting(NamedTuple):
    """An order in its matching window, locked."""

    order: Order
    run: DispatchRun


async def close_window(work: Work, order_id: UUID, number: int) -> None:
    """Decides the first waves of all orders that wait and compete with one whose window is over.

    The first window to end ends those of all: nobody waits longer than the own class demands. Offers of all of them
    are sent in this transaction. When nobody competes any more each order is decided by itself.

    Args:
        work: a transaction that holds no lock on an order yet.
        order_id: the order whose window is over.
        number: its run; one that has begun meanwhile, or ended, is left alone.
    """
    if not await rivals.window_is_over(work, order_id, number):
        return
    await rivals.one_at_a_time(work)
    run = await offer_store.newest_run(work, order_id)
    if run is None or run.contenders is None or not await rivals.window_is_over(work, order_id, number):
        return
    order = await order_store.find(work, order_id)
    searches = await rivals.searches_around(work, order, run.contenders)
    slots = await rivals.free_slots(work, run.contenders, searches)
    waiting = [search.order_id for search in searches if not search.started]
    members = await _members(work, [order_id, *sorted(waiting)[: rivals.MOST_TOGETHER - 1]])
    if is_contended(1 + len(searches), slots):
        await _match(work, members)
        return
    for member in members:
        await runs.launch(work, *member, await choose_wave(work, *member))


async def _members(work: Work, order_ids: list[UUID]) -> list[Waiting]:
    found = []
    for order in await rivals.lock_waiting(work, order_ids):
        run = await offer_store.newest_run(work, order.id)
        if run is not None and run.started_at is None and run.ended_at is None and run.contenders:
            found.append(Waiting(order, run))
    return found


async def _match(work: Work, members: list[Waiting]) -> None:
    """Matches orders and vendors and sends what came out; vendors who are blocked meanwhile make it start over."""
    batch_id = str(uuid7())
    for _ in range(ATTEMPTS):
        waves = await _matched(work, members, batch_id)
        if await held(work, waves):
            break
    else:
        waves = [await choose_wave(work, *member) for member in members]
    for (order, run), wave in zip(members, waves, strict=True):
        await runs.launch(work, order, run, wave)


async def _matched(work: Work, members: list[Waiting], batch_id: str) -> list[Wave]:
    seen = [await look_around(work, *member) for member in members]
    if not seen:
        return []
    policy = seen[0].policy
    cases = await asyncio.to_thread(joined, [wave.case for wave in seen], policy, batch_id)
    return [wave._replace(case=case, decision=decide(case, policy)) for wave, case in zip(seen, cases, strict=True)]
