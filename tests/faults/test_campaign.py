"""A campaign in six time zones with every outcome, its worker killed at random: nobody is called who may not be, or twice.

Half a minute goes by in a second, and hours in which nobody may be called at once. `CALLOUT_SEED` repeats a run;
`CALLOUT_SOAK=1` calls 500 people, `CALLOUT_PEOPLE` as many as it says.
"""

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from callout.run.embedded_postgres import EmbeddedPostgres
from tests.faults.calling_town import Town, calling_town

SOAK = os.environ.get("CALLOUT_SOAK") == "1"
PEOPLE = int(os.environ.get("CALLOUT_PEOPLE") or (500 if SOAK else 18))
SPEED = 30.0
WITHIN_S = 2400.0 if SOAK else 700.0
KILLS = 12 if SOAK else 5
KILLS_AFTER = (0.3, 2.0)
"""After it began to work, in times of what that beginning took."""
SWEEP_EVERY_S = 10.0
IDLE = timedelta(minutes=20)
"""A pause longer than this is jumped over."""
NEVER_CALLED = 5
CALLED_OFF = 4


@pytest.mark.timeout(2700 if SOAK else 800)
async def test_a_day_of_calls_with_a_worker_that_dies(postgres: EmbeddedPostgres, tmp_path: Path, seed: int) -> None:
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(seed)
    async with calling_town(postgres, tmp_path, people=PEOPLE, speed=SPEED) as town:
        phones = rng.sample(sorted(town.phones), NEVER_CALLED + CALLED_OFF)
        for phone in phones[:NEVER_CALLED]:
            await town.suppress(phone)
        town.start_worker()
        campaign_id = await town.start_campaign()
        kills = await run_to_the_end(town, campaign_id, phones[NEVER_CALLED:], rng)
        assert kills >= min(KILLS, 3)
        await check(town, campaign_id)


async def run_to_the_end(town: Town, campaign_id: UUID, called_off: list[str], rng: random.Random) -> int:
    """Kills the worker again and again until the campaign is over; how often."""
    kills, deadline, next_sweep = 0, time.monotonic() + WITHIN_S, 0.0
    next_kill: float | None = None
    while (campaign := campaign_of(town, campaign_id))["status"] != "completed":
        assert time.monotonic() < deadline, (campaign["status"], places(town, campaign_id), str(town.clock.now()))
        if campaign["status"] == "paused":
            await town.resume(campaign_id)
        if (opening := idle_until(town, campaign_id)) is not None:
            town.jump(opening)
            next_sweep = 0.0
        if next_kill is None and town.is_worked:
            next_kill = time.monotonic() + rng.uniform(*KILLS_AFTER) * (time.monotonic() - town.started_at)
        if next_kill is not None and time.monotonic() >= next_kill and kills < KILLS:
            town.kill_worker()
            kills, next_kill = kills + 1, None
            if called_off:
                await town.suppress(called_off.pop())
            town.start_worker()
        if time.monotonic() >= next_sweep:
            await town.sweep()
            next_sweep = time.monotonic() + SWEEP_EVERY_S
        await town.speak()
        await asyncio.sleep(0.5)
    return kills


def idle_until(town: Town, campaign_id: UUID) -> datetime | None:
    """Shortly before the next contact may be called, when nothing happens for long."""
    query = (
        "SELECT min(next_attempt_at) AS at, count(*) FILTER (WHERE status = 'dialing' OR next_attempt_at IS NULL) AS busy"
        " FROM campaign_contacts WHERE campaign_id = %s AND status IN ('waiting', 'retry_wait', 'dialing')"
    )
    row = town.rows(query, campaign_id)[0]
    if row["busy"] or row["at"] is None or row["at"] - town.clock.now() < IDLE:
        return None
    return row["at"] - timedelta(seconds=30)  # type: ignore[no-any-return]


def campaign_of(town: Town, campaign_id: UUID) -> dict[str, Any]:
    return town.rows("SELECT * FROM campaigns WHERE id = %s", campaign_id)[0]


def places(town: Town, campaign_id: UUID) -> dict[str, int]:
    """Contacts by where they stand."""
    query = "SELECT status, count(*) AS n FROM campaign_contacts WHERE campaign_id = %s GROUP BY status"
    return {row["status"]: row["n"] for row in town.rows(query, campaign_id)}


async def check(town: Town, campaign_id: UUID) -> None:
    """What must be true of every campaign, whatever happened."""
    calls = town.rows("SELECT * FROM calls WHERE campaign_id = %s ORDER BY dial_started_at, id", campaign_id)
    dialled = [call for call in calls if call["dial_started_at"] is not None]
    check_hours(town, dialled)
    check_suppressed(town, dialled)
    await check_once(town, dialled)
    check_answers_on_file(town, campaign_id, dialled)
    check_totals(town, campaign_id, calls, dialled)


def check_hours(town: Town, dialled: list[dict[str, Any]]) -> None:
    """Nobody was dialled outside the hours of their own time, too soon again, or too often."""
    by_phone = defaultdict(list)
    for call in dialled:
        local = call["dial_started_at"].astimezone(ZoneInfo(town.zones[call["to_number"]]))
        assert local.weekday() < 5, local
        assert 9 <= local.hour < 20, f"{call['to_number']} was dialled at {local}"
        by_phone[call["to_number"]].append(call["dial_started_at"])
    for phone, times in by_phone.items():
        assert all(later - earlier >= timedelta(minutes=15) for earlier, later in pairwise(sorted(times))), times
        days = Counter(at.astimezone(ZoneInfo(town.zones[phone])).date() for at in times)
        assert max(days.values()) <= 2, days


def check_suppressed(town: Town, dialled: list[dict[str, Any]]) -> None:
    """Nobody was dialled after they were suppressed."""
    entries = town.rows("SELECT phone, created_at FROM suppression_entries WHERE tenant_id = %s", town.tenant_id)
    since = {row["phone"]: row["created_at"] for row in entries}
    assert len(since) >= NEVER_CALLED
    late = [
        call for call in dialled if call["to_number"] in since and call["dial_started_at"] > since[call["to_number"]]
    ]
    assert not late, late


async def check_once(town: Town, dialled: list[dict[str, Any]]) -> None:
    """The provider was asked for each call once, and for none we do not know."""
    rung = await town.rung()
    assert len(rung) == len({call["sid"] for call in rung})
    known = {call["external_id"] for call in dialled if call["external_id"] is not None}
    assert {call["sid"] for call in rung} == known
    asked = Counter(call["to"] for call in rung)
    for phone, times in Counter(call["to_number"] for call in dialled).items():
        assert asked[phone] <= times, f"{phone} rang {asked[phone]} times for {times} attempts"
    keys = [(call["contact_id"], call["attempt"]) for call in dialled]
    assert len(keys) == len(set(keys))


def check_answers_on_file(town: Town, campaign_id: UUID, dialled: list[dict[str, Any]]) -> None:
    """Every dial has its two permissions on file, none was dialled without."""
    rows = town.rows("SELECT * FROM dial_decisions WHERE campaign_id = %s", campaign_id)
    permitted = Counter(row["call_id"] for row in rows if row["moment"] == "dial" and row["is_allowed"])
    assert permitted == Counter(call["id"] for call in dialled)
    lined_up = Counter(row["contact_id"] for row in rows if row["moment"] == "create" and row["is_allowed"])
    for contact_id, times in Counter(call["contact_id"] for call in dialled).items():
        assert lined_up[contact_id] >= times
    assert sum(row["moment"] == "start" for row in rows) == PEOPLE
    assert all(row["is_allowed"] or row["reason"] for row in rows)


def check_totals(town: Town, campaign_id: UUID, calls: list[dict[str, Any]], dialled: list[dict[str, Any]]) -> None:
    """Everybody is somewhere, and the counts are those of the calls."""
    entries = town.rows("SELECT * FROM campaign_contacts WHERE campaign_id = %s", campaign_id)
    assert len(entries) == PEOPLE
    assert {entry["status"] for entry in entries} <= {"done", "failed", "skipped"}
    attempts = Counter(call["contact_id"] for call in dialled)
    for entry in entries:
        assert entry["attempts"] == attempts[entry["contact_id"]], entry
        assert entry["status"] != "skipped" or entry["skip_reason"] == "suppressed"
        assert entry["status"] != "done" or entry["attempts"] >= 1
    assert all(call["settled_at"] is not None for call in calls)
    finished = town.rows("SELECT data FROM events WHERE type = 'campaign.finished' AND noun_id = %s", campaign_id)
    assert len(finished) == 1
    stats = finished[0]["data"]["stats"]
    assert stats["total"] == PEOPLE == stats["completed"] + stats["failed"] + stats["skipped"]
    assert stats["attempted"] == len(attempts)
    contacts = town.rows("SELECT id, call_attempts FROM contacts WHERE tenant_id = %s", town.tenant_id)
    assert {row["id"]: row["call_attempts"] for row in contacts if row["call_attempts"]} == dict(attempts)
    outcomes = Counter(call["status"] for call in dialled)
    assert len(outcomes) >= (4 if PEOPLE >= 36 else 3), outcomes
