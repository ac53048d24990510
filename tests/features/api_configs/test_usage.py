"""Uses of providers are counted, timed and added up by day."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.recording import UsageRecorder
from callout.features.api_configs.usage import usage_report
from callout.kit.db.database import Database
from tests.features.api_configs.conftest import CONFIGS


def key(provider: str = "openai", source: Any = "tenant") -> Credential:
    return Credential(
        provider=provider, values={}, options={}, base_url="", source=source, key_id=f"{provider}:0123456789ab"
    )


async def usage(business: Any, **query: str) -> list[dict[str, Any]]:
    answer = await business.owner.get(f"{CONFIGS}/usage", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


async def test_counts_latencies_and_cost_are_told_per_provider(
    business: Any, database: Database, providers: Any
) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    recorder = UsageRecorder(database)
    for number in range(100):
        recorder.record(business.tenant_id, key(), "chat", ms=40 if number < 90 else 2_500, ok=number != 3,
                        cost=Decimal("0.0015"), units=7)  # fmt: skip
    recorder.record(business.tenant_id, key(source="simulator"), "chat", ms=5)
    await recorder.close()
    live, sandbox = await usage(business)
    assert (live["provider"], live["mode"], live["requests"], live["errors"]) == ("openai", "live", 100, 1)
    assert (live["units"], live["cost"], live["currency"]) == (700, "0.1500", "USD")
    assert 35 <= live["p50_ms"] <= 50
    assert 2_000 <= live["p95_ms"] <= 3_000
    assert live["operations"]["chat"]["requests"] == 100
    assert (sandbox["mode"], sandbox["requests"], sandbox["quota"]) == ("sandbox", 1, None)
    shown = (await business.owner.get(f"{CONFIGS}/openai")).json()
    assert (shown["usage_count"], shown["last_used_at"] is not None) == (100, True)


async def test_processes_add_to_the_same_figures(business: Any, database: Database) -> None:
    recorders = [UsageRecorder(database) for _ in range(4)]
    for recorder in recorders:
        for ms in (5, 30, 200, 200):
            recorder.record(business.tenant_id, key("serpapi"), "search", ms=ms)
    await asyncio.gather(*(recorder.flush() for recorder in recorders))
    (row,) = await usage(business, provider="serpapi")
    assert (row["requests"], row["mean_ms"]) == (16, 109)


async def test_days_limit_the_report_and_nothing_is_no_row(business: Any, other_business: Any, clock: Any) -> None:
    database = business.system.database
    recorder = UsageRecorder(database)
    days = []
    for _ in range(2):
        recorder.record(business.tenant_id, key("twilio"), "call", ms=100)
        days.append(database.clock.now().date())
        clock.advance(timedelta(days=40))
    await recorder.close()

    async def requests(tenant: Any, first: date, last: date, provider: str | None = None) -> list[int]:
        async with tenant.work() as work:
            return [row["requests"] for row in await usage_report(work, first, last, provider)]

    first, second = days
    assert await requests(business, first, second) == [2]
    assert await requests(business, first + timedelta(days=1), second) == [1]
    assert await requests(business, first, second - timedelta(days=1)) == [1]
    assert await requests(business, first, second, "claude") == []
    assert await requests(other_business, first, second) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [({"from": "2026-03-02", "to": "2026-03-01"}, 422), ({"from": "2020-01-01", "to": "2026-03-01"}, 422),
     ({"provider": "acme"}, 404), ({"colour": "red"}, 400)],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(business: Any, query: dict[str, str], status: int) -> None:
    assert (await business.owner.get(f"{CONFIGS}/usage", params=query)).status_code == status


async def test_counts_wait_for_the_database_and_are_not_lost(business: Any, database: Database) -> None:
    class Away:
        """A database that cannot be reached."""

        clock = database.clock

        def transaction(self, principal: Any) -> Any:
            raise ConnectionError

    away: Any = Away()
    recorder = UsageRecorder(away, linger_s=60)
    recorder.record(business.tenant_id, key("grok"), "chat", ms=10)
    await recorder.flush()
    recorder.record(business.tenant_id, key("grok"), "chat", ms=10)
    recorder._database = database
    await recorder.close()
    (row,) = await usage(business, provider="grok")
    assert row["requests"] == 2


async def test_an_exception_counts_as_an_error_and_is_passed_on(business: Any, database: Database) -> None:
    recorder = UsageRecorder(database)
    with pytest.raises(ValueError, match="broken"):
        async with recorder.timed(business.tenant_id, key("gemini"), "chat"):
            raise ValueError("broken")
    async with recorder.timed(business.tenant_id, key("gemini"), "chat") as use:
        use.units = 3
    await recorder.close()
    (row,) = await usage(business, provider="gemini")
    assert (row["requests"], row["errors"], row["units"]) == (2, 1, 3)
