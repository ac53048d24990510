"""Which language models think for a tenant: by its keys, its order and its token cap, metered."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from uuid import UUID

import httpx
import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.usage_store import units_since
from callout.features.calling.ports import KeyRefused, ProviderFailed
from callout.features.calling.thought.answering import Answering
from callout.features.calling.thought.breaker import Breakers
from callout.features.calling.thought.choosing import Candidate, Wishes, ranked
from callout.features.calling.thought.failover import Failover, Patience
from callout.features.calling.thought.ports import (
    Answer,
    AnswerT,
    Ended,
    LanguageModel,
    Part,
    Question,
    Spent,
    TypedAnswers,
    Words,
)
from callout.features.calling.thought.thinker import CallThinker, Temper
from callout.kit.clock import Clock
from callout.kit.db.work import Work
from callout.run.metering import Metering
from callout.run.outbound import Outbound

if TYPE_CHECKING:
    from callout.adapters.llm import PydanticAiModel

OPERATIONS = ("think", "answer")
_KEPT = 64


class TenantThoughts:
    """Makes a tenant's language models of its keys."""

    def __init__(self, access: ProviderAccess, outbound: Outbound, metering: Metering, clock: Clock) -> None:
        """Takes what finds keys, the ways out, what counts, and the clock."""
        self._access, self._outbound, self._metering = access, outbound, metering
        self.breakers = Breakers(clock.now)
        self._made: OrderedDict[tuple[str, str, str], PydanticAiModel] = OrderedDict()

    async def warm(self) -> None:
        """Loads the libraries of all families, which takes seconds; to be called before somebody is on the line."""
        await asyncio.to_thread(_load)

    async def thinker_of(self, work: Work, wishes: Wishes, *, only: str | None = None) -> CallThinker | None:
        """What thinks in a call; None where there is no key, no simulator may stand in, or the tokens are used up.

        Args:
            work: of the tenant; reads only.
            wishes: of the agent.
            only: a provider no other stands in for.
        """
        models = await self.models_of(work, wishes, only=only)
        if not models:
            return None
        total_s = float((await tenant_settings(work))["llm.live_timeout_s"])
        patience = Patience(first_part_s=min(2.5, total_s / 2), next_part_s=min(4.0, total_s), total_s=total_s)
        temper = Temper(temperature=wishes.temperature, max_tokens=wishes.max_tokens)
        return CallThinker(Failover(models, self.breakers, patience), temper)

    async def answers_of(self, work: Work) -> TypedAnswers | None:
        """What answers in a given shape; None as for `thinker_of`."""
        models = await self.models_of(work, Wishes())
        return Answering(models, self.breakers) if models else None

    async def models_of(self, work: Work, wishes: Wishes, *, only: str | None = None) -> list[LanguageModel]:
        """The tenant's models in the order they are asked; none once its monthly tokens are used up."""
        settings = await tenant_settings(work)
        cap = settings["llm.monthly_token_cap"]
        if cap is not None and await units_since(work, work.now.date().replace(day=1), OPERATIONS) >= cap:
            return []
        keys = await self._keys(work, [only] if only else list(settings["llm.order"]))
        candidates = [
            Candidate(provider=key.provider, mode=key.mode, model=str(key.options.get("model") or "") or None)
            for key in keys.values()
        ]
        if candidates:
            await self.warm()
        return [
            _Metered(self._model(keys[provider], model), self._metering, work.tenant_id, keys[provider])
            for provider, model in ranked(candidates, settings["llm.order"], wishes)
        ]

    async def _keys(self, work: Work, providers: list[str]) -> dict[str, Credential]:
        found = {name: await self._access.credential_of(work, name) for name in providers}
        return {name: key for name, key in found.items() if key is not None and key.base_url and not key.is_refused}

    def _model(self, key: Credential, model: str) -> "PydanticAiModel":
        place = (key.key_id, key.base_url, model)
        if place not in self._made:
            self._made[place] = made_of(key, model, self._outbound.client_of(key))
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(place)
        return self._made[place]


def made_of(key: Credential, model: str, client: httpx.AsyncClient) -> "PydanticAiModel":
    """A model by a key."""
    from callout.adapters.llm import PydanticAiModel  # noqa: PLC0415 - loads four SDKs; only who thinks waits for that

    return PydanticAiModel(
        key.provider,
        model,
        api_key=key.values.get("api_key", ""),
        base_url=key.base_url,
        client=client,
        key_id=key.key_id,
        mode=key.mode,
    )


def _load() -> None:
    import callout.adapters.llm.prices  # noqa: PLC0415 - see `warm`

    callout.adapters.llm.prices.priced(Spent(provider="openai", model="gpt-4o-mini"), "gpt-4o-mini")


class _Metered:
    """The same model, counted: tokens and cost of every reply, also of those nobody listened to till the end."""

    def __init__(self, model: LanguageModel, metering: Metering, tenant_id: UUID, key: Credential) -> None:
        self._model, self._metering, self._tenant_id, self._key = model, metering, tenant_id, key
        self.provider, self.model, self.key_id = model.provider, model.model, model.key_id

    async def stream(self, question: Question) -> AsyncIterator[Part]:
        started, ok, has_begun = time.monotonic(), True, False
        spent = _guess(self.provider, self.model, question)
        parts = cast("AsyncGenerator[Part, None]", self._model.stream(question))
        try:
            async with contextlib.aclosing(parts):
                async for part in parts:
                    has_begun = True
                    match part:
                        case Ended():
                            spent = part.spent
                        case Words(text=text):
                            more = spent.output_tokens + len(text) // 4 + 1
                            spent = msgspec.structs.replace(spent, output_tokens=more)
                    yield part
        except ProviderFailed as failure:
            ok = False
            await self._refused(failure)
            raise
        finally:
            self._note("think", started, spent if has_begun else None, ok=ok)

    async def answer(
        self, question: Question, shape: type[AnswerT], *, timeout_s: float, token_budget: int | None = None
    ) -> Answer[AnswerT]:
        started = time.monotonic()
        try:
            found = await self._model.answer(question, shape, timeout_s=timeout_s, token_budget=token_budget)
        except ProviderFailed as failure:
            self._note("answer", started, None, ok=False)
            await self._refused(failure)
            raise
        self._note("answer", started, found.spent, ok=True)
        return found

    def _note(self, operation: str, started: float, spent: Spent | None, *, ok: bool) -> None:
        self._metering.recorder.record(
            self._tenant_id,
            self._key,
            operation,
            ms=(time.monotonic() - started) * 1000,
            ok=ok,
            cost=(spent.cost if spent else None) or Decimal(0),
            units=spent.tokens if spent else 0,
        )

    async def _refused(self, failure: ProviderFailed) -> None:
        if isinstance(failure, KeyRefused):
            await self._metering.refused(self._tenant_id, self._key, failure.message)


def _guess(provider: str, model: str, question: Question) -> Spent:
    """What was read so far of a reply that is not complete, by rule of thumb."""
    read = sum(len(message.content) for message in question.messages) // 4
    return Spent(provider=provider, model=model, input_tokens=read)
