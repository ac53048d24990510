"""The language model of a rehearsal: a key there is, else the simulated one, which needs no process of its own."""

from collections.abc import Sequence
from uuid import UUID

import httpx

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.rehearsing import values_for
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.calling.agents.store import fetch
from callout.features.calling.brain.actions import Message
from callout.features.calling.rehearsal.caller import Reply
from callout.features.calling.rehearsal.play import Thinker
from callout.features.calling.thought.breaker import Breakers
from callout.features.calling.thought.choosing import DEFAULT_MODELS, Candidate, Wishes, ranked
from callout.features.calling.thought.failover import Failover, Patience
from callout.features.calling.thought.ports import LanguageModel, Question, Words
from callout.features.calling.thought.thinker import CallThinker, Temper
from callout.kit.clock import SystemClock
from callout.kit.db.work import Work
from callout.run.assembly import Assembly
from callout.run.errors import RunError
from callout.run.provider_defaults import provider_defaults
from callout.run.thinking import made_of
from callout.sandbox.server import SIMULATORS
from callout.settings import Settings

FAMILIES = tuple(DEFAULT_MODELS)
PATIENCE = Patience(first_part_s=20, next_part_s=20, total_s=60)


class RehearsalModel:
    """One family, asked without hurry; its own model plays the customers too where it is real."""

    def __init__(self, model: LanguageModel, client: httpx.AsyncClient, *, is_real: bool, wishes: Wishes) -> None:
        """Takes the model and the client to close."""
        temper = Temper(temperature=wishes.temperature, max_tokens=wishes.max_tokens)
        self._model, self._client = model, client
        self.thinker: Thinker = CallThinker(Failover([model], Breakers(SystemClock().now), PATIENCE), temper).think
        self.caller: Reply | None = self._line if is_real else None

    async def _line(self, messages: Sequence[Message]) -> str:
        question = Question(messages=tuple(messages), max_tokens=200)
        return "".join([part.text async for part in self._model.stream(question) if isinstance(part, Words)])

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def of_settings(settings: Settings, family: str) -> RehearsalModel:
    """The model of a family by the installation's own key.

    Raises:
        RunError: there is neither a key nor leave to simulate.
    """
    registry = ProviderRegistry.of(PROVIDERS)
    spec, default = registry.specs[family], provider_defaults(settings.keys, registry).get(family)
    if default is not None and default.is_key and settings.simulation != "always":
        address = str(default.options.get("base_url") or spec.address(default.options))
        key = Credential(
            provider=family,
            values=default.values,
            options=default.options,
            base_url=address.rstrip("/"),
            source="installation",
            key_id=family,
        )
        return _made(key, Wishes())
    if settings.simulation == "never":
        raise RunError(f"There is no key for {spec.label}.")
    return _made(_simulated(family), Wishes())


async def of_tenant(work: Work, made: Assembly, agent_id: UUID, family: str) -> RehearsalModel:
    """The model of a family by the tenant's key, with what its agent wishes.

    Raises:
        RunError: there is no key.
    """
    key = await made.provider_access.credential_of(work, family)
    if key is None:
        raise RunError(f"There is no key for {family}.")
    agent = await fetch(work, agent_id)
    wishes = Wishes(
        provider=agent.llm_provider,
        model=agent.llm_model,
        temperature=float(agent.temperature),
        max_tokens=agent.max_tokens,
    )
    return _made(_simulated(family) if key.mode == "sandbox" else key, wishes)


def _simulated(family: str) -> Credential:
    spec = ProviderRegistry.of(PROVIDERS).specs[family]
    return Credential(
        provider=family,
        values=values_for(spec),
        options={},
        base_url=f"http://{family}.sandbox",
        source="simulator",
        key_id=family,
    )


def _made(key: Credential, wishes: Wishes) -> RehearsalModel:
    is_real = key.mode == "live"
    transport = None if is_real else httpx.ASGITransport(app=SIMULATORS[key.provider]())
    client = httpx.AsyncClient(transport=transport, timeout=60, trust_env=False)
    named = str(key.options.get("model") or "") or None
    [(_, model)] = ranked([Candidate(provider=key.provider, mode=key.mode, model=named)], (), wishes)
    return RehearsalModel(made_of(key, model, client), client, is_real=is_real, wishes=wishes)
