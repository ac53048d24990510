"""Placing a managed call: asked of the provider once, looked for by its own mark when the answer was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.agents.store import find as find_agent
from callout.features.calling.agents.tables import Agent
from callout.features.calling.briefing import Occasion, brief_of
from callout.features.calling.calls import store
from callout.features.calling.calls.dialled import dialled, give_up
from callout.features.calling.calls.tables import Call
from callout.features.calling.managed.describing import managed_agent_of, values_of
from callout.features.calling.managed.housing import forget, house
from callout.features.calling.managed.ports import ManagedAccess, ManagedAgent, ManagedCall, ManagedCalls
from callout.features.calling.managed.store import find as find_copy
from callout.features.calling.ports import Chosen, NotThere, ProviderFailed, ProviderNumber, RateLimited
from callout.features.calling.voices.store import find as find_voice
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)
MARK: Final = "callout_call_id"
"""The variable of a call by which it is found again at the provider."""
CALLS_PER_SECOND: Final = 1.0
"""A telephone account's usual pace; the provider tells none of its own."""
_LOOK_UP_S = (0.5, 1.0, 2.0, 4.0, 8.0)
_BEFORE = timedelta(seconds=30)
_MOST_TRIES = 5
_LONGEST_PAUSE_S = 20.0

Hold = Callable[[Work, str, float], Awaitable[None]]


class ManagedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to have a call placed.

    Attributes:
        from_number: the number that ought to call, E.164; another one of the provider's calls where it has not got it.
    """

    chosen: Chosen[ManagedCalls]
    agent_id: UUID
    agent: ManagedAgent
    to: str
    from_number: str | None
    values: dict[str, str]
    ring_timeout_s: int


class ManagedPlacing:
    """Has calls placed by providers that speak by themselves. Safe for concurrent use; each step may be repeated."""

    def __init__(self, database: Database, access: ManagedAccess, *, hold: Hold) -> None:
        """Takes who places calls for a tenant, and what slows an account down after it was asked too often."""
        self._database = database
        self._access = access
        self._hold = hold

    async def chosen(self, work: Work) -> Chosen[ManagedCalls] | None:
        """Who places the tenant's managed calls; None when nobody can."""
        return await self._access.managed_of(work)

    async def order(
        self, work: Work, call: Call, agent: Agent, chosen: Chosen[ManagedCalls], from_number: str | None
    ) -> ManagedOrder | None:
        """What the provider is asked for; None when it has no voice to speak with."""
        voice = await find_voice(work, agent.voice_id)
        if voice is None or voice.external_id is None:
            return None
        occasion = Occasion(call_id=str(call.id), phone=call.to_number, script=call.script, variables=call.variables)
        brief = await brief_of(work, agent, occasion)
        settings = await tenant_settings(work)
        return ManagedOrder(
            chosen=chosen,
            agent_id=agent.id,
            agent=managed_agent_of(agent, voice=voice.external_id, records=False),
            to=call.to_number,
            from_number=from_number,
            values={**values_of(brief, script=call.script), MARK: str(call.id)},
            ring_timeout_s=int(settings["calling.ring_timeout_s"]),
        )

    async def ask(self, principal: Principal, call_id: UUID, order: ManagedOrder) -> None:
        """Asks the provider once; only a refusal that surely did nothing is followed by another try."""
        try:
            number = await self._number(order)
        except ProviderFailed as failure:
            await self._failed(principal, call_id, failure)
            return
        if number is None:
            words = f"Give {order.chosen.adapter.provider} a number to call from."
            await give_up(self._database, principal, call_id, "no_from_number", words)
            return
        for tried in range(1, _MOST_TRIES + 1):
            try:
                external_id = await self._place(principal, order, number)
            except RateLimited as failure:
                if failure.may_have_happened or tried == _MOST_TRIES:
                    await self._failed(principal, call_id, failure)
                    return
                await self._rest(principal, order, failure)
            except NotThere as failure:
                if tried > 1:
                    await self._failed(principal, call_id, failure)
                    return
                await forget(self._database, principal, order.chosen, order.agent_id)
            except ProviderFailed as failure:
                await self._failed(principal, call_id, failure)
                return
            else:
                await dialled(self._database, principal, call_id, external_id, from_number=number.phone)
                return

    async def find_again(self, principal: Principal, call_id: UUID) -> None:
        """Looks for a call that may have been placed. One the provider does not have is given up, not placed again."""
        for pause_s in (0.0, *_LOOK_UP_S):
            await asyncio.sleep(pause_s)
            async with self._database.transaction(principal) as work:
                call = await store.find(work, call_id)
                if call.external_id is not None or call.settled_at is not None or call.dial_started_at is None:
                    return
                to, since = call.to_number, call.dial_started_at - _BEFORE
                chosen = await self._access.managed_of(work)
                agent = await find_agent(work, call.agent_id)
                copy = await find_copy(work, agent.id, chosen.key_id) if chosen and agent else None
            if chosen is None or copy is None:
                break
            try:
                found = await chosen.adapter.placed(copy.external_id, since=since, to=to)
            except ProviderFailed as failure:
                _log.warning("managed_call_lookup_failed", call=str(call_id), reason=failure.code)
                continue
            own = next((one for one in found if one.variables.get(MARK) == str(call_id)), None)
            if own is not None:
                await dialled(self._database, principal, call_id, own.external_id)
                return
        words = "The provider never told whether it dialled."
        await give_up(self._database, principal, call_id, "provider_error", words)

    async def _place(self, principal: Principal, order: ManagedOrder, number: ProviderNumber) -> str:
        agent = await house(self._database, principal, order.chosen, order.agent_id, order.agent)
        call = ManagedCall(
            to=order.to,
            agent_id=agent,
            number_id=number.external_id,
            variables=order.values,
            ring_timeout_s=order.ring_timeout_s,
        )
        return (await order.chosen.adapter.place(call)).external_id

    async def _number(self, order: ManagedOrder) -> ProviderNumber | None:
        numbers = await order.chosen.adapter.numbers()
        wanted = [number for number in numbers if number.phone == order.from_number]
        return next(iter(wanted or numbers), None)

    async def _rest(self, principal: Principal, order: ManagedOrder, failure: RateLimited) -> None:
        pause_s = min(failure.retry_after_s or 1.0, _LONGEST_PAUSE_S)
        async with self._database.transaction(principal) as work:
            await self._hold(work, order.chosen.key_id, pause_s)
        await asyncio.sleep(pause_s)

    async def _failed(self, principal: Principal, call_id: UUID, failure: ProviderFailed) -> None:
        if failure.may_have_happened:
            await self.find_again(principal, call_id)
            return
        await give_up(self._database, principal, call_id, failure.detail or failure.code, failure.message)
