"""Rate limits count in the database all replicas share."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from callout.kit.db.database import Database
from callout.kit.errors import TooMany
from callout.kit.http.limits import SYNC_EVERY, RateCount, RateLimits
from tests.features.kit.conftest import Stand
from tests.features.kit.test_errors import members


async def test_one_too_many_is_refused_with_when_to_come_back(stand: Stand) -> None:
    key = {"key": str(uuid4())}
    for _ in range(2):
        assert (await stand.client.post("/api/admin/limited", json=key)).status_code == 201
    answer = await stand.client.post("/api/admin/limited", json=key)
    body = members(answer, 429, "rate_limited")
    assert 0 < body["retry_after_s"] <= 60
    assert answer.headers["retry-after"] == str(body["retry_after_s"])
    assert (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]) == ("2", "0")
    assert (await stand.client.post("/api/admin/limited", json={"key": str(uuid4())})).status_code == 201
    stand.clock.advance(timedelta(seconds=60))
    assert (await stand.client.post("/api/admin/limited", json=key)).status_code == 201


async def test_a_principal_sees_where_it_stands_and_is_stopped(stand: Stand) -> None:
    badge = {"authorization": f"Bearer viewer/{stand.tenant_id}/{uuid4()}"}
    left = []
    for _ in range(3):
        answer = await stand.client.get("/api/admin/things", headers=badge)
        left.append(answer.headers["ratelimit-remaining"])
    assert left == ["2", "1", "0"]
    members(await stand.client.get("/api/admin/things", headers=badge), 429, "rate_limited")
    assert (await stand.client.get("/api/admin/things")).status_code == 200


async def test_exact_limits_hold_over_replicas_at_once(database: Database) -> None:
    replicas, key = [RateLimits(database), RateLimits(database)], str(uuid4())
    hits = [replicas[n % 2].hit("login", key, limit=10, window_s=900) for n in range(15)]
    outcomes = await asyncio.gather(*hits, return_exceptions=True)
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 5


async def test_a_quick_count_is_shared_with_the_other_replicas_after_a_while(database: Database) -> None:
    one, two, key = RateLimits(database), RateLimits(database), str(uuid4())
    for _ in range(SYNC_EVERY):
        one.touch(key, limit=100, window_s=900)
    await asyncio.gather(*one._tasks)
    for _ in range(SYNC_EVERY):
        two.touch(key, limit=100, window_s=900)
    await asyncio.gather(*two._tasks)
    assert two.touch(key, limit=100, window_s=900).used == 2 * SYNC_EVERY + 1


async def test_a_quick_count_is_not_lost_while_the_database_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits, key = RateLimits(database), str(uuid4())

    async def away(*_: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as outage:
        outage.setattr(limits, "_add", away)
        for _ in range(SYNC_EVERY):
            limits.touch(key, limit=1000, window_s=900)
        await asyncio.gather(*limits._tasks)
    assert limits.touch(key, limit=1000, window_s=900).used == SYNC_EVERY + 1
    await asyncio.gather(*limits._tasks)
    async with database.lookup() as work:
        stored = select(RateCount.used).where(RateCount.key == key)
        assert (await work.session.execute(stored)).scalar_one() == SYNC_EVERY + 1


async def test_long_keys_that_begin_alike_are_counted_apart(database: Database) -> None:
    limits, start = RateLimits(database), str(uuid4()) * 10
    await limits.hit("login", f"{start}a", limit=1, window_s=900)
    await limits.hit("login", f"{start}b", limit=1, window_s=900)
    with pytest.raises(TooMany):
        await limits.hit("login", f"{start}a", limit=1, window_s=900)


async def test_counts_of_past_days_are_deleted(database: Database, clock: object) -> None:
    limits, key = RateLimits(database), str(uuid4())
    await limits.hit("login", key, limit=1, window_s=900)
    database.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    await limits.prune()
    async with database.lookup() as work:
        query = select(func.count()).select_from(RateCount).where(RateCount.key == f"login:{key}")
        assert (await work.session.execute(query)).scalar_one() == 0


async def test_a_factor_raises_every_limit(database: Database) -> None:
    limits, key = RateLimits(database, factor=3), str(uuid4())
    for _ in range(3):
        standing = await limits.hit("login", key, limit=1, window_s=900)
    assert (standing.limit, standing.used) == (3, 3)
