"""Dialling one call: allowed at this very moment, asked of the provider once, looked up when the answer was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import lock_tenant, own_tenant
from callout.features.calling.agents.store import find as find_agent
from callout.features.calling.agents.tables import Agent
from callout.features.calling.calls import store
from callout.features.calling.calls.dialled import dialled, give_up
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.ports import Addresses, CallQuota, DialGate, DialPace, DialQuestion, Verdict
from callout.features.calling.calls.reporting import apply_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.calls.tokens import LIFETIME, new_token, token_hash
from callout.features.calling.managed.placing import CALLS_PER_SECOND, ManagedOrder, ManagedPlacing
from callout.features.calling.numbers.choosing import from_number as from_number_of
from callout.features.calling.ports import (
    Chosen,
    Mode,
    OutgoingCall,
    ProviderFailed,
    RateLimited,
    Stream,
    Telephony,
    TelephonyAccess,
)
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import PaymentRequired
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)
_LOOK_UP_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Pauses between looks at the provider for a call whose creation brought no answer."""
_BEFORE = timedelta(seconds=30)
"""How much the provider's clock may be behind ours."""
_MOST_WAITS = 5
_LONGEST_PAUSE_S = 20.0
_FULL_S = 3.0
"""Seconds between looks for room under the plan's limit of calls at once."""
_LONGEST_WAIT = timedelta(days=30)
_SPARE_S = 60
"""The provider ends a call this much later than we would."""


_PREPARING_S = 4.0
FirstWords = Callable[[UUID, UUID], Awaitable[None]]
"""Takes (tenant, call)."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to ask the provider, without a secret of ours."""

    outgoing: OutgoingCall
    telephony: Chosen[Telephony]
    provider: str


class Dialler:
    """Dials calls. Safe for concurrent use; each step may be repeated."""

    def __init__(
        self,
        database: Database,
        telephony: TelephonyAccess,
        *,
        gate: DialGate,
        pace: DialPace,
        quota: CallQuota,
        addresses: Addresses,
        warm: FirstWords | None = None,
        managed: ManagedPlacing | None = None,
    ) -> None:
        """Takes what carries calls, who allows and paces them, and where the provider reaches us.

        `managed` places the calls of agents the provider speaks for.
        `warm` gets the agent's first words ready while it rings; what it raises is only noted.
        """
        self._database = database
        self._telephony = telephony
        self._gate = gate
        self._pace = pace
        self._quota = quota
        self._addresses = addresses
        self._warm = warm
        self._managed = managed

    async def dial(self, tenant_id: UUID, call_id: UUID) -> float | None:
        """Dials a call that waits; one that was begun before is looked up, never dialled again.

        Returns:
            Seconds after which to ask again, while as many calls run as the plan allows; None when it is done.
        """
        principal = Principal.system(tenant_id)
        await asyncio.sleep(await self._pause(principal, call_id))
        async with self._database.transaction(principal) as work:
            call = await store.lock(work, call_id)
            begun = call.dial_started_at is not None
            waits = call.status == "pending" and not begun
            if waits and not await has_room(work, self._quota):
                return _FULL_S
            order = await self._begin(work, call) if waits else None
            if isinstance(order, float):
                return order
        if begun:
            await self._look_for(principal, call)
        elif isinstance(order, ManagedOrder) and self._managed is not None:
            await self._managed.ask(principal, call_id, order)
        elif isinstance(order, Order):
            await self._prepare(tenant_id, call_id)
            await self._ask(principal, call_id, order)
        return None

    async def _look_for(self, principal: Principal, call: Call) -> None:
        if call.is_managed and self._managed is not None:
            await self._managed.find_again(principal, call.id)
        else:
            await self._find_again(principal, call.id)

    async def _prepare(self, tenant_id: UUID, call_id: UUID) -> None:
        if self._warm is None:
            return
        try:
            async with asyncio.timeout(_PREPARING_S):
                await self._warm(tenant_id, call_id)
        except Exception as error:  # noqa: BLE001 - the call is made all the same; its first words come later
            _log.warning("first_words_not_ready", call=str(call_id), reason=type(error).__name__)

    async def _pause(self, principal: Principal, call_id: UUID) -> float:
        """Seconds until the provider's account may start this call."""
        async with self._database.transaction(principal) as work:
            call = await store.find(work, call_id)
            if call.status != "pending" or call.dial_started_at is not None:
                return 0
            agent = await find_agent(work, call.agent_id)
            if self._managed is not None and agent is not None and agent.engine == "managed":
                speaker = await self._managed.chosen(work)
                return await self._pace.slot(work, speaker.key_id, CALLS_PER_SECOND) if speaker else 0
            chosen = await self._telephony.telephony_of(work)
            return await self._pace.slot(work, chosen.key_id, chosen.adapter.calls_per_second) if chosen else 0

    async def _begin(self, work: Work, call: Call) -> Order | ManagedOrder | float | None:
        """Asks the rules again, and writes down that the provider is asked now.

        Returns:
            None when the call is not made; seconds to wait when a single call only came at the wrong hour.
        """
        question = DialQuestion(
            phone=call.to_number,
            agent_id=call.agent_id,
            contact_id=call.contact_id,
            campaign_id=call.campaign_id,
            call_id=call.id,
            moment="dial",
        )
        verdict = await self._gate.may_dial(work, question)
        if not verdict.allowed:
            call.retry_at = verdict.retry_at
            if _comes_later(work, call, verdict):
                call.scheduled_at = verdict.retry_at
                return max(1.0, (verdict.retry_at - work.now).total_seconds()) if verdict.retry_at else _FULL_S
            await self._refuse(work, call, verdict.reason or "not_allowed", verdict.detail)
            return None
        agent = await find_agent(work, call.agent_id)
        if agent is None:
            await self._refuse(work, call, "agent_missing", None)
            return None
        if agent.engine == "managed":
            return await self._begin_managed(work, call, agent)
        chosen = await self._telephony.telephony_of(work)
        if chosen is None:
            await self._refuse(work, call, "no_credentials", None)
            return None
        from_number = call.from_number or await from_number_of(work, agent, chosen.options)
        if from_number is None:
            await self._refuse(work, call, "no_from_number", "Add a phone number to call from.")
            return None
        if not await self._mark(work, call, chosen.mode, chosen.adapter.provider):
            return None
        call.from_number = from_number
        outgoing = await self._outgoing(work, call, agent, from_number)
        await apply_fact(work, call, Fact(kind="dialing", at=work.now, source="platform"))
        return Order(outgoing=outgoing, telephony=chosen, provider=chosen.adapter.provider)

    async def _begin_managed(self, work: Work, call: Call, agent: Agent) -> ManagedOrder | None:
        """The same for a call the provider places and speaks by itself."""
        chosen = await self._managed.chosen(work) if self._managed is not None else None
        if self._managed is None or chosen is None:
            await self._refuse(work, call, "no_credentials", None)
            return None
        from_number = call.from_number or await from_number_of(work, agent, {})
        order = await self._managed.order(work, call, agent, chosen, from_number)
        if order is None:
            await self._refuse(work, call, "agent_not_ready", "The provider does not have the agent's voice.")
            return None
        if not await self._mark(work, call, chosen.mode, chosen.adapter.provider):
            return None
        call.engine = "managed"
        await apply_fact(work, call, Fact(kind="dialing", at=work.now, source="platform"))
        return order

    async def _mark(self, work: Work, call: Call, mode: Mode, provider: str) -> bool:
        """Counts the call and writes down that the provider is asked from now on; False when the plan has none left."""
        try:
            async with work.nested():
                # simulated calls count on the trial plan only (product specification §6.17)
                if mode == "live" or (await own_tenant(work)).plan_code == "trial":
                    await self._quota.use(work, "calls")
        except PaymentRequired as problem:
            await self._refuse(work, call, "over_plan_limit", problem.detail)
            return False
        call.mode, call.provider, call.dial_started_at = mode, provider, work.now
        return True

    async def _refuse(self, work: Work, call: Call, reason: str, detail: str | None) -> None:
        fact = Fact(kind="cancelled", at=work.now, source="platform", error_code=reason, error_detail=detail)
        await apply_fact(work, call, fact)

    async def _outgoing(self, work: Work, call: Call, agent: Agent, from_number: str) -> OutgoingCall:
        settings = await tenant_settings(work)
        hook_token = (await own_tenant(work)).webhook_token
        provider = call.provider or ""

        def hook(kind: str) -> str:
            return self._addresses.hook(provider, hook_token, kind, call.id)

        return OutgoingCall(
            to=call.to_number,
            from_number=from_number,
            instruction=media_instruction(work, call, self._addresses, hook("stream")),
            status_url=hook("status"),
            amd_url=hook("amd") if settings["calling.machine_detection"] else None,
            wants_message_end=agent.voicemail_action == "leave_message",
            ring_timeout_s=int(settings["calling.ring_timeout_s"]),
            time_limit_s=(call.max_duration_s or agent.max_call_duration_s) + _SPARE_S,
        )

    async def _ask(self, principal: Principal, call_id: UUID, order: Order) -> None:
        """Asks the provider once; only a refusal that surely did nothing is followed by another try."""
        for waited in range(_MOST_WAITS):
            try:
                made = await order.telephony.adapter.create_call(order.outgoing)
            except RateLimited as failure:
                if failure.may_have_happened or waited == _MOST_WAITS - 1:
                    await self._failed(principal, call_id, failure)
                    return
                pause_s = min(failure.retry_after_s or 1.0, _LONGEST_PAUSE_S)
                async with self._database.transaction(principal) as work:
                    await self._pace.hold(work, order.telephony.key_id, pause_s)
                await asyncio.sleep(pause_s)
            except ProviderFailed as failure:
                await self._failed(principal, call_id, failure)
                return
            else:
                await dialled(self._database, principal, call_id, made.external_id)
                return

    async def _failed(self, principal: Principal, call_id: UUID, failure: ProviderFailed) -> None:
        if failure.may_have_happened:
            await self._find_again(principal, call_id)
            return
        await give_up(self._database, principal, call_id, failure.detail or failure.code, failure.message)

    async def _find_again(self, principal: Principal, call_id: UUID) -> None:
        """Looks for a call that may have been made. One the provider does not have is given up, not dialled again."""
        for pause_s in (0.0, *_LOOK_UP_S):
            await asyncio.sleep(pause_s)
            async with self._database.transaction(principal) as work:
                call = await store.find(work, call_id)
                if call.external_id is not None or call.settled_at is not None or call.dial_started_at is None:
                    return
                to, from_number, since = call.to_number, call.from_number, call.dial_started_at - _BEFORE
                chosen = await self._telephony.telephony_of(work)
            if chosen is None:
                break
            try:
                found = await chosen.adapter.calls_to(to, since=since, from_number=from_number)
            except ProviderFailed as failure:
                _log.warning("call_lookup_failed", call=str(call_id), reason=failure.code)
                continue
            async with self._database.transaction(principal) as work:
                known = await store.known_external_ids(
                    work, chosen.adapter.provider, [one.external_id for one in found]
                )
            unknown = [one for one in found if one.external_id not in known]
            if unknown:
                await dialled(self._database, principal, call_id, unknown[-1].external_id)
                return
        await give_up(
            self._database, principal, call_id, "provider_error", "The provider never told whether it dialled."
        )


def media_instruction(work: Work, call: Call, addresses: Addresses, status_url: str | None = None) -> Stream:
    """Connects the call's audio to the voice service with a fresh token; an earlier one is void."""
    token = new_token(work.tenant_id, call.id)
    call.media_token_hash, call.media_token_until = token_hash(token), work.now + LIFETIME
    way = "sandbox" if call.mode == "sandbox" else call.provider or "twilio"
    return Stream(url=addresses.media(way), parameters={"token": token}, status_url=status_url)


def _comes_later(work: Work, call: Call, verdict: Verdict) -> bool:
    """Whether a call waits for the next hour at which it is allowed; campaigns plan for themselves."""
    waits = verdict.reason == "outside_window" and verdict.retry_at is not None and call.campaign_id is None
    return waits and verdict.retry_at is not None and verdict.retry_at - work.now <= _LONGEST_WAIT


async def has_room(work: Work, quota: CallQuota) -> bool:
    """Whether the plan allows one more running call; the tenant is locked, so that rivals count one another.

    Raises:
        PaymentRequired: the subscription has ended.
    """
    most = await quota.limit(work, "concurrent_calls")
    if most is None:
        return True
    await lock_tenant(work)
    return await store.live_count(work) < most
