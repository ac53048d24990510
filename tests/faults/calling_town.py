"""A town to be called on a fast clock: simulators and webhooks here, worker and voice in processes that may be killed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
from callout.features.calling.campaigns import store as campaign_store
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
from callout.run import wiring
from callout.run.assembly import Assembly
from callout.run.embedded_postgres import EmbeddedPostgres
from callout.run.http_server import HttpServer
from callout.sandbox import server as simulated
from callout.sandbox import twilio
from callout.sandbox.twilio_behaviour import PEOPLE
from callout.sandbox.twilio_stream import connect
from tests.faults.campaign_worker import CLOCK, READY, VOICE_READY, clock_of, installation_of
from tests.faults.nursery import Nursery
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
TELL_NOTHING = ("fax", "never_reports")
MONDAY = datetime(2027, 3, 1, 13, 30, tzinfo=UTC)
"""08:30 in New York, half an hour before anybody may be called."""
RACHEL = "21m00Tcm4TlvDq8ikWAM"
SIGNS = {"worker": READY, "voice": VOICE_READY}
LINE = "Hello, this is {agent_name}, an AI assistant calling for {business_name}."
SPOKEN = """UPDATE calls SET first_speech_at = answered_at
    WHERE answered_at IS NOT NULL AND first_speech_at IS NULL AND (settled_at IS NOT NULL OR NOT to_number = ANY(%s))"""
"""What the voice service would report. On the fast clock, and where it was killed, calls would count as abandoned."""
ALOUD = """SELECT count(*) AS n FROM campaign_contacts e JOIN contacts c ON c.id = e.contact_id
    WHERE e.campaign_id = %s AND c.phone = ANY(%s) AND (e.status = 'dialing'
        OR (e.status IN ('waiting', 'retry_wait') AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= %s)))"""
SOON = timedelta(seconds=6)
FOLLOWED_S = 0.3
"""After this all processes go by the new time."""


@dataclass
class Town:
    """Everything but the worker and the voice process, which come and go.

    Attributes:
        talks: calls are talked: in text, and by voice with as many people as `aloud` has.
        aloud: phones of those.
        pids: role → process.
    """

    given: dict[str, Any]
    clock: RunningClock
    assembly: Assembly
    owner_url: str
    speed: float
    tenant_id: UUID = field(default_factory=uuid7)
    agent_id: UUID = field(default_factory=uuid7)
    list_id: UUID = field(default_factory=uuid7)
    phones: dict[str, UUID] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    interval_s: int = 5
    talks: bool = False
    aloud: list[str] = field(default_factory=list)
    nursery: Nursery | None = None
    connection: psycopg.Connection[dict[str, Any]] | None = None
    pids: dict[str, int] = field(default_factory=dict)
    started_at: dict[str, float] = field(default_factory=dict)

    def work(self) -> Any:
        """A transaction of the system in the tenant."""
        return self.assembly.database.transaction(Principal.system(self.tenant_id))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database."""
        if self.connection is None:
            self.connection = psycopg.connect(self.owner_url, autocommit=True, row_factory=dict_row)
            self.connection.execute("SELECT set_config('callout.tenant', '*', false)")
        found = self.connection.execute(query, values)
        return list(found.fetchall()) if found.description else []

    def close(self) -> None:
        """Ends all there is."""
        assert self.nursery is not None
        self.nursery.close()
        if self.connection is not None:
            self.connection.close()

    async def settle_in(self, people: int, aloud: int = 0) -> None:
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
            voice = Voice(id=voice_id, name="Rachel", kind="stock", status="ready", external_id=RACHEL)
            agent = Agent(
                id=self.agent_id, name="Mia", status="active", voice_id=voice_id, welcome_message="A minute?",
                disclosure_line=LINE, system_prompt="Be brief.", language="en",
            )  # fmt: skip
            work.session.add_all([number, voice, agent, CallList(id=self.list_id, name="Homes")])
            for position in range(people):
                self._person(work, position)
        zone = next(iter(ZONES.values()))
        self.aloud = [phone for phone in self.phones if self.zones[phone] == zone][:aloud]

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
        """What each phone does when it rings. Where nobody talks, the call lasts half a minute."""
        told: dict[str, Any] = {}
        for position, phone in enumerate(self.phones):
            answers = "failed" if position in (7, 31) else OUTCOMES[position // len(ZONES) % len(OUTCOMES)]
            behaviour = {"answers": answers, "after_s": 2.0 + position % 5, "seed": position}
            if phone in self.aloud:
                told[phone] = behaviour | self._aloud(self.aloud.index(phone))
            elif self.talks and answers not in TELL_NOTHING:
                told[phone] = behaviour | {"media": "text", "persona": self._persona(position, answers)}
            else:
                told[phone] = behaviour | {"media": "none", "hangs_up_after_s": 30.0}
        return told

    def _aloud(self, number: int) -> dict[str, Any]:
        """Each invented person in turn; two of the twenty are a machine and a screening service."""
        special = {9: ("machine", "voicemail"), 15: ("screening", "screening_bot")}
        answers, persona = special.get(number, ("human", PEOPLE[number % len(PEOPLE)]))
        return {"answers": answers, "persona": persona, "media": "marker", "seed": number}

    def _persona(self, position: int, answers: str) -> str | None:
        return PEOPLE[position % 97 % len(PEOPLE)] if answers == "human" else None

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
                name="March", agent_id=self.agent_id, call_list_id=self.list_id, call_interval_s=self.interval_s,
                max_concurrent_calls=30 if self.talks else 10, max_retries=1,
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
        await asyncio.to_thread(self.rows, SPOKEN, self.aloud)

    async def keep_pace(self, campaign_id: UUID) -> None:
        """The clock goes as clocks do while somebody is called who talks aloud."""
        if not self.aloud:
            return
        [row] = await asyncio.to_thread(self.rows, ALOUD, campaign_id, self.aloud, self.clock.now() + SOON)
        speed = 1.0 if row["n"] else self.speed
        if speed != self.clock.speed:
            self.clock.jump(self.clock.now(), speed=speed)
            self._tell_time()
            await self.arrange("clock", {"speed": speed, "media_speed": 1})

    async def sweep(self) -> None:
        """What every worker does from time to time."""
        async with self.work() as work:
            await ending.look_after(work)
        async with self.work() as work:
            await workflows.rescue(work, LOST_AFTER * self.clock.speed)

    async def jump(self, to: datetime, campaign_id: UUID) -> None:
        """Makes it another time, here and for the others; who sleeps is woken, for it has slept that long."""
        self.clock.jump(to)
        self._tell_time()
        await asyncio.sleep(FOLLOWED_S)
        async with self.work() as work:
            await steering.wake(work, await campaign_store.lock(work, campaign_id))

    def _tell_time(self) -> None:
        self.given |= {
            "real": datetime.now(UTC).isoformat(),
            "told": self.clock.now().isoformat(),
            "speed": self.clock.speed,
        }
        self.write_clock()

    def write_clock(self) -> None:
        """Writes down the time where workers look."""
        path = Path(self.given["folder"]) / CLOCK
        path.with_suffix(".new").write_text(json.dumps(self.given))
        path.with_suffix(".new").replace(path)

    def is_up(self, role: str) -> bool:
        """Whether a process of a role is at work; it needs some time to begin."""
        return role in self.pids and (Path(self.given["folder"]) / SIGNS[role]).exists()

    def start(self, role: str) -> None:
        """Starts a worker or a voice process; what an earlier one left is taken up."""
        assert self.nursery is not None
        (Path(self.given["folder"]) / SIGNS[role]).unlink(missing_ok=True)
        self.started_at[role] = time.monotonic()
        self.pids[role] = self.nursery.start(role, self.given | {"speed": self.speed})

    def kill(self, role: str) -> None:
        """kill -9."""
        assert self.nursery is not None
        self.nursery.kill(self.pids.pop(role))


@asynccontextmanager
async def calling_town(
    server: EmbeddedPostgres, folder: Path, *, people: int, speed: float, talks: bool = False, aloud: int = 0
) -> AsyncIterator[Town]:
    """A town with everybody in it; the clock begins to run now."""
    nursery = Nursery("worker", *(["voice"] if talks else []))
    app_url, owner_url = await asyncio.to_thread(own_database, server)
    ports = dict(zip(("admin", "sandbox", "voice"), free_ports(3), strict=True))
    given = {
        "folder": str(folder), "app_url": app_url, "owner_url": owner_url, "ports": ports, "speed": speed,
        "public_url": f"http://127.0.0.1:{ports['admin']}", "sandbox_url": f"http://127.0.0.1:{ports['sandbox']}",
        "real": datetime.now(UTC).isoformat(), "told": MONDAY.isoformat(),
    }  # fmt: skip
    made, clock = installation_of(given), clock_of(given)
    assembly = wiring.build(made, clock)

    def to_voice(url: str) -> Any:
        """What the gateway does: media sockets go to the voice process."""
        return connect(url.replace(f":{ports['admin']}/", f":{ports['voice']}/"))

    simulators = {name: make() for name, make in simulated.SIMULATORS.items()}
    apps = {
        "admin": wiring.SERVICES["admin"](wiring.parts_of(wiring.build(made, clock))),
        "sandbox": simulated.create_app(simulators | {"twilio": twilio.create_app(open_socket=to_voice)}),
    }
    town = Town(given, clock, assembly, owner_url, speed, talks=talks, nursery=nursery)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(assembly.close)
        for name, app in apps.items():
            serving = HttpServer(app, "127.0.0.1", ports[name])
            await serving.start()
            stack.push_async_callback(serving.stop, within_s=2)
        stack.callback(town.close)
        town.write_clock()
        await town.settle_in(people, aloud)
        await town.arrange("clock", {"speed": speed, "media_speed": 1})
        await town.arrange("callees", town.behaviours())
        await town.arrange("webhooks", {"duplicate": 0.2, "shuffle": 0.3})
        yield town
