"""A campaign in six time zones with every outcome, its worker killed at random: nobody is called who may not be, or twice.

Half a minute goes by in a second, and hours in which nobody may be called at once. `CALLOUT_SEED` repeats a run.
`CALLOUT_SOAK=1` calls 500 people, `CALLOUT_PEOPLE` as many as it says, and they talk: in text, twenty of them aloud
with the voice service, on a clock that goes as clocks do meanwhile; the voice process is killed like the worker.
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
from tests.faults.calling_town import LINE, Town, calling_town

SOAK = os.environ.get("CALLOUT_SOAK") == "1"
PEOPLE = int(os.environ.get("CALLOUT_PEOPLE") or (500 if SOAK else 18))
ALOUD = min(20, PEOPLE // 6) if SOAK else 0
SPEED = 30.0
WITHIN_S = 3300.0 if SOAK else 700.0
ROLES = ("worker", "voice") if SOAK else ("worker",)
KILLS = 12 if SOAK else 5
"""Of each role."""
KILLS_AFTER = {"worker": (0.5, 60.0) if SOAK else (0.2, 4.0), "voice": (45.0, 150.0)}
"""Seconds after it began to work."""
SWEEP_EVERY_S = 3.0
LOOKS_EVERY_S = 0.25
IDLE = timedelta(minutes=2)
"""A pause longer than this is jumped over."""
OUTCOMES_WANTED = {
    "converted", "callback", "not_interested", "do_not_call", "wrong_number", "information", "scam", "voicemail",
    "no_decision",
}  # fmt: skip
NEVER_CALLED = 5
CALLED_OFF = 4


@pytest.mark.timeout(3600 if SOAK else 800)
async def test_a_day_of_calls_with_a_worker_that_dies(postgres: EmbeddedPostgres, tmp_path: Path, seed: int) -> None:
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(seed)
    async with calling_town(postgres, tmp_path, people=PEOPLE, speed=SPEED, talks=SOAK, aloud=ALOUD) as town:
        phones = rng.sample(sorted(town.phones.keys() - set(town.aloud)), NEVER_CALLED + CALLED_OFF)
        for phone in phones[:NEVER_CALLED]:
            await town.suppress(phone)
        for role in ROLES:
            town.start(role)
        campaign_id = await town.start_campaign()
        killer = Killer(town, rng, phones[NEVER_CALLED:])
        await run_to_the_end(town, campaign_id, killer)
        assert all(killer.kills[role] >= (3 if PEOPLE >= 300 or role == "worker" else 1) for role in ROLES)
        await check(town, campaign_id)


class Killer:
    """kill -9 of each role again and again; with each death of a worker somebody is called off."""

    def __init__(self, town: Town, rng: random.Random, called_off: list[str]) -> None:
        self._town, self._rng, self._called_off = town, rng, called_off
        self._next: dict[str, float] = {}
        self.kills: Counter[str] = Counter()

    async def look(self) -> None:
        """Kills whose time has come, and starts another."""
        now = time.monotonic()
        for role in ROLES:
            if role not in self._next and self._town.is_up(role):
                self._next[role] = now + self._rng.uniform(*KILLS_AFTER[role])
            if now >= self._next.get(role, now + 1) and self.kills[role] < KILLS:
                del self._next[role]
                self.kills[role] += 1
                self._town.kill(role)
                if role == "worker" and self._called_off:
                    await self._town.suppress(self._called_off.pop())
                self._town.start(role)


async def run_to_the_end(town: Town, campaign_id: UUID, killer: Killer) -> None:
    """Kills until the campaign is over, and does meanwhile what people and time do."""
    deadline, next_sweep = time.monotonic() + WITHIN_S, 0.0
    while (campaign := campaign_of(town, campaign_id))["status"] != "completed":
        assert time.monotonic() < deadline, (campaign["status"], places(town, campaign_id), str(town.clock.now()))
        if campaign["status"] == "paused":
            await town.resume(campaign_id)
        if (opening := idle_until(town, campaign_id)) is not None:
            await town.jump(opening, campaign_id)
            next_sweep = 0.0
        await town.keep_pace(campaign_id)
        await killer.look()
        if time.monotonic() >= next_sweep:
            await town.sweep()
            next_sweep = time.monotonic() + SWEEP_EVERY_S
        await town.speak()
        await asyncio.sleep(LOOKS_EVERY_S)


def idle_until(town: Town, campaign_id: UUID) -> datetime | None:
    """Shortly before the next contact may be called, when nothing happens for long."""
    query = (
        "SELECT min(next_attempt_at) AS at, count(*) FILTER (WHERE status = 'dialing' OR next_attempt_at IS NULL) AS busy"
        " FROM campaign_contacts WHERE campaign_id = %s AND status IN ('waiting', 'retry_wait', 'dialing')"
    )
    row = town.rows(query, campaign_id)[0]
    if row["busy"] or row["at"] is None or row["at"] - town.clock.now() < IDLE:
        return None
    return row["at"] - timedelta(seconds=5)  # type: ignore[no-any-return]


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
    if SOAK:
        await check_talks(town, dialled)


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
    statuses = Counter(call["status"] for call in dialled)
    assert len(statuses) >= (4 if PEOPLE >= 36 else 3), statuses
    print(f"{len(calls)} calls, {len(dialled)} dialled: {dict(statuses)}")  # noqa: T201 - the figures of the long run


async def check_talks(town: Town, dialled: list[dict[str, Any]]) -> None:
    """Whoever heard the agent heard first who calls; those killed while they spoke were cut short, nothing worse."""
    line = LINE.format(agent_name="Mia", business_name="Bright Homes")
    words = {}
    for call in await town.rung():
        heard = words[call["sid"]] = " ".join(one["text"] for one in call["said"] if one["speaker"] == "agent")
        assert heard.startswith(line) or line.startswith(heard), heard
    aloud = [call for call in dialled if call["to_number"] in town.aloud]
    whole = [call for call in aloud if call["result"] is not None and words[call["external_id"]].startswith(line)]
    results = Counter(call["outcome"] for call in dialled)
    print(f"{len(aloud)} calls aloud, {len(whole)} of them to the end; {dict(results)}")  # noqa: T201 - the same
    assert {call["to_number"] for call in aloud} == set(town.aloud)
    assert len(whole) >= len(town.aloud) / 4
    for call in dialled:
        if call["opted_out"]:
            assert town.rows("SELECT 1 AS yes FROM suppression_entries WHERE phone = %s", call["to_number"])
    orders = town.rows("SELECT conversation_id, count(*) AS n FROM orders GROUP BY conversation_id")
    assert all(row["n"] == 1 for row in orders), orders
    missing = OUTCOMES_WANTED - results.keys()
    assert not missing or PEOPLE < 300, missing
