"""Every provider's check against its simulator, in process."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from callout.features.api_configs.checking import Checker, Verdict
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.rehearsing import values_for
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.kit.secrets import Sealer
from callout.run.outbound import Outbound
from callout.run.provider_checks import provider_checks
from callout.sandbox import server

REGISTRY = ProviderRegistry.of(PROVIDERS)


@dataclass
class Bench:
    """Checks keys of simulated accounts."""

    client: httpx.AsyncClient
    access: ProviderAccess
    checker: Checker
    late: timedelta = field(default_factory=timedelta)

    async def check(
        self, provider: str, changes: Mapping[str, str] | None = None, options: Mapping[str, Any] | None = None
    ) -> Verdict:
        """The verdict about what the simulator accepts, with some values changed."""
        spec = REGISTRY.specs[provider]
        values = {**values_for(spec), **(changes or {})}
        credential = self.access.proposed(spec, values, options or {})
        verdict = await self.checker.verdict(credential, datetime.now(UTC) + self.late)
        shown = repr(verdict)
        secrets = {name.name for name in spec.fields if name.secret}
        assert not any(value in shown for name, value in values.items() if name in secrets), "a credential is shown"
        return verdict

    async def arrange(self, provider: str, *faults: str) -> None:
        body = {"statuses": list(faults)} if provider == "sendgrid" else {"next": list(faults)}
        answer = await self.client.post(f"/{provider}/_sandbox/faults", json=body)
        assert answer.status_code < 300, answer.text


@pytest.fixture(scope="session")
def simulators() -> Any:
    return server.create_app()


@pytest.fixture
async def bench(simulators: Any) -> AsyncIterator[Bench]:
    simulators = httpx.ASGITransport(app=simulators)
    async with httpx.AsyncClient(transport=simulators, base_url="http://sandbox.test") as client:
        outbound = Outbound(client, AddressRules(), user_agent="tests", check_timeout_s=0.5)
        everything = Rehearsal(is_allowed=True, is_forced=True, providers=frozenset(REGISTRY.specs))
        sealer = Sealer({"a": b"0123456789abcdef"}, "a")
        access = ProviderAccess(REGISTRY, sealer, everything, simulators_url="http://sandbox.test")
        yield Bench(client, access, Checker(provider_checks(outbound), outbound))
        await outbound.aclose()
