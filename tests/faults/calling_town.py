"""A town to be called on a fast clock: simulators and webhooks here, the worker in a process that may be killed."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import dict_row

from callout.features.accounts.tables import Tenant
from callout.features.calling.agents.tables import Agent
from callout.features.calling.calls import ending
from callout.features.calling.campaigns import steering, workflows, writing
from callout.features.calling.campaigns.schemas import NewCampaign
from callout.features.calling.campaigns.workflows import LOST_AFTER
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.voices.tables import Voice
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.contacts import zone_of
from callout.features.prospecting.suppression import suppress
from callout.features.prospecting.tables import CallList, CallListItem, Contact
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.kit.clock import RunningClock
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.run import simulators, wiring
from callout.run.assembly import Assembly
from callout.run.embedded_postgres import EmbeddedPostgres
from callout.run.http_server import HttpServer
from tests.faults.campaign_worker import CLOCK, READY, clock_of, installation_of
from tests.system.house import free_ports, own_database

ZONES = {
    "305": "America/New_York",
    "312": "America/Chicago",
    "303": "America/Denver",
    "213": "America/Los_Angeles",
    "907": "America/Anchorage",
    "808": "Pacific/Honolulu",
}
"""Area code → zone of the callees."""
OUTCOMES = (
    "human", "busy", "human", "no_answer", "machine", "human", "rejected", "screening", "human", "fax", "never_reports",
    "ivr",
)  # fmt: skip
"""What the callees do, in turn; two numbers cannot be reached at all."""
MONDAY = datetime(2027, 3, 1, 13, 30, tzinfo=UTC)
"""08:30 in New York, half an hour before anybody may be called."""
LINE = "Hello, this is {agent_name}, an AI assistant calling for {business_name}."
SPOKEN = "UPDATE calls SET first_speech_at = answered_at WHERE answered_at IS NOT NULL AND first_speech_at IS NULL"


@dataclass
class Town:
    """Everything but the worker, which comes and goes."""

    given: dict[str, Any]
    clock: RunningClock
    assembly: Assembly
    owner_url: str
    tenant_id: UUID = field(default_factory=uuid7)
    agent_id: UUID = field(default_factory=uuid7)
    list_id: UUID = field(default_factory=uuid7)
    phones: dict[str, UUID] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def work(self) -> Any:
        """A transaction of the system in the tenant."""
        return self.assembly.database.transaction(Principal.system(self.tenant_id))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database."""
        with psycopg.connect(self.owner_url, autocommit=True, row_factory=dict_row) as connection:
            connection.execute("SELECT set_config('callout.tenant', '*', false)")
            found = connection.execute(query, values)  # type: ignore[arg-type]
            return list(found.fetchall()) if found.description else []

    async def settle_in(self, people: int) -> None:
        """A business with an agent, a number and a list of people in six zones."""
        tenant_id = self.tenant_id
        week: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        row = {
            "id": tenant_id, "name": "Bright Homes", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": week,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": "self_hosted",
            "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.assembly.database.lookup() as work:
            work.session.add(Tenant(**row))
        async with self.work() as work:
            await PlanLimits(default_plan="self_hosted", upgrade_url="").start(work)
            await seed_catalogue(work)
            voice_id = uuid7()
            number = PhoneNumber(phone=f"+1212555{tenant_id.int % 10_000:04}", is_default=True, is_active=True)
            voice = Voice(id=voice_id, name="Rachel", kind="stock", status="ready", external_id=f"v-{voice_id.hex}")
            agent = Agent(
                id=self.agent_id, name="Mia", status="active", voice_id=voice_id, welcome_message="A minute?",
                disclosure_line=LINE, system_prompt="Be brief.", language="en",
            )  # fmt: skip
            work.session.add_all([number, voice, agent, CallList(id=self.list_id, name="Homes")])
            for position in range(people):
                self._person(work, position)

    def _person(self, work: Any, position: int) -> None:
        area = list(ZONES)[position % len(ZONES)]
        phone = f"+1{area}555{2000 + position:04}"
        contact_id = self.phones[phone] = uuid7()
        self.zones[phone] = ZONES[area]
        zone, source = zone_of(phone, None, None, None)
        priority = ("high", "medium", "low")[position % 3]
        work.session.add_all(
            [
                Contact(
                    id=contact_id, name=f"Person {position}", phone=phone, source="manual", timezone=zone,
                    timezone_source=source, priority=priority,
                ),
                CallListItem(
                    call_list_id=self.list_id, contact_id=contact_id, position=position + 1, added_at=work.now
                ),
            ]
        )  # fmt: skip

    def behaviours(self) -> dict[str, Any]:
        """What each phone does when it rings; no audio: the talk is left out."""
        told: dict[str, Any] = {}
        for position, phone in enumerate(self.phones):
            answers = "failed" if position in (7, 31) else OUTCOMES[position // len(ZONES) % len(OUTCOMES)]
            after_s = 2.0 + position % 5
            told[phone] = {"answers": answers, "after_s": after_s, "media": "none", "hangs_up_after_s": 30.0}
        return told

    async def arrange(self, what: str, body: dict[str, Any]) -> None:
        """Arranges something at the simulated Twilio."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.given['sandbox_url']}/twilio/_sandbox/{what}", json=body)
            assert answer.status_code == 200, answer.text

    async def rung(self) -> list[dict[str, Any]]:
        """Every call the simulated Twilio was asked for."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.given['sandbox_url']}/twilio/_sandbox/calls")
            return list(answer.json()["items"])

    async def start_campaign(self) -> UUID:
        """A campaign over the whole list that begins now."""
        async with self.work() as work:
            data = NewCampaign(
                name="March", agent_id=self.agent_id, call_list_id=self.list_id, call_interval_s=5,
                max_concurrent_calls=10, max_retries=1,
            )  # fmt: skip
            campaign = await writing.create_campaign(work, data, self.assembly.campaigns)
            await steering.start_campaign(work, campaign.id, None, self.assembly.campaigns)
            return campaign.id

    async def resume(self, campaign_id: UUID) -> None:
        """What an operator does when the provider failed too often."""
        async with self.work() as work:
            await steering.resume_campaign(work, campaign_id, self.assembly.campaigns)

    async def suppress(self, phone: str) -> None:
        """Nobody may call this phone from now on."""
        async with self.work() as work:
            await suppress(work, phone=phone, reason="admin")

    async def speak(self) -> None:
        """What the voice service would report: the agent speaks at once."""
        await asyncio.to_thread(self.rows, SPOKEN)

    async def sweep(self) -> None:
        """What every worker does from time to time."""
        async with self.work() as work:
            await ending.look_after(work)
        async with self.work() as work:
            await workflows.rescue(work, LOST_AFTER * self.clock.speed)

    def jump(self, to: datetime) -> None:
        """Makes it another time, here and for the workers."""
        self.clock.jump(to)
        self.given |= {"real": datetime.now(UTC).isoformat(), "told": to.isoformat()}
        self.write_clock()

    def write_clock(self) -> None:
        """Writes down the time where workers look."""
        path = Path(self.given["folder"]) / CLOCK
        path.with_suffix(".new").write_text(json.dumps(self.given))
        path.with_suffix(".new").replace(path)

    @property
    def is_worked(self) -> bool:
        """Whether a worker is at work; one needs some time to begin."""
        return self.process is not None and (Path(self.given["folder"]) / READY).exists()

    def start_worker(self) -> None:
        """Starts a worker; what an earlier one left is taken up."""
        (Path(self.given["folder"]) / READY).unlink(missing_ok=True)
        self.started_at = time.monotonic()
        self.process = subprocess.Popen([sys.executable, "-m", "tests.faults.campaign_worker", json.dumps(self.given)])

    def kill_worker(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@asynccontextmanager
async def calling_town(server: EmbeddedPostgres, folder: Path, *, people: int, speed: float) -> AsyncIterator[Town]:
    """A town with everybody in it; the clock begins to run now."""
    app_url, owner_url = await asyncio.to_thread(own_database, server)
    ports = dict(zip(("admin", "sandbox"), free_ports(2), strict=True))
    given = {
        "folder": str(folder), "app_url": app_url, "owner_url": owner_url, "ports": ports, "speed": speed,
        "public_url": f"http://127.0.0.1:{ports['admin']}", "sandbox_url": f"http://127.0.0.1:{ports['sandbox']}",
        "real": datetime.now(UTC).isoformat(), "told": MONDAY.isoformat(),
    }  # fmt: skip
    made, clock = installation_of(given), clock_of(given)
    assembly = wiring.build(made, clock)
    apps = {
        "admin": wiring.SERVICES["admin"](wiring.parts_of(wiring.build(made, clock))),
        "sandbox": simulators.application(made.settings),
    }
    town = Town(given, clock, assembly, owner_url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(assembly.close)
        for name, app in apps.items():
            serving = HttpServer(app, "127.0.0.1", ports[name])
            await serving.start()
            stack.push_async_callback(serving.stop, within_s=2)
        stack.callback(town.kill_worker)
        town.write_clock()
        await town.settle_in(people)
        await town.arrange("clock", {"speed": speed})
        await town.arrange("callees", town.behaviours())
        await town.arrange("webhooks", {"duplicate": 0.2, "shuffle": 0.3})
        yield town
