"""A business as it runs in production: its services in processes of their own, its vendors signed in."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import make_url

from callout.features.accounts.tables import Session, Tenant, User
from callout.features.dispatch.start import start
from callout.features.orders import store as order_store
from callout.features.orders.tables import Order
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.features.vendors.store import reindex
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work
from callout.kit.events.hub import driver_arguments
from callout.kit.ids import uuid7
from callout.kit.observe.logs import configure_logs
from callout.kit.principal import Principal
from callout.run import embedded_postgres, wiring
from callout.run.assembly import Assembly
from callout.run.child_process import dying_with_parent
from callout.run.installation import installation
from callout.run.migrate import migrate
from callout.settings import load_settings

PLACE = (39.7990, -89.6440)
KM_PER_DEGREE = 111.2
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
READY_WITHIN_S = 120.0
PORTS = ("GATEWAY_PORT", "ADMIN_PORT", "VENDOR_PORT", "VOICE_PORT", "SANDBOX_PORT")


class Someone(NamedTuple):
    """A signed-in person: the vendor (or user) and its access token."""

    id: UUID
    token: str


@dataclass
class House:
    """A business and its services; `made` is the same product in this process, bound in the same way."""

    made: Assembly
    tenant_id: UUID
    owner: Someone
    vendors: list[Someone]
    ports: dict[str, int]
    pids: dict[str, int]

    async def look_around(self) -> None:
        """Lets the database count its rows, as it does by itself within a minute."""
        connection = await asyncpg.connect(**driver_arguments(make_url(self.made.installation.owner_url)))
        await connection.execute("ANALYZE")
        await connection.close()

    async def order(self) -> UUID:
        """A new cleaning order at the vendors' place, not dispatched."""
        order_id = uuid7()
        async with self.system() as work:
            work.session.add(
                Order(
                    id=order_id, order_number=f"ORD-{order_id.hex[-10:].upper()}", customer_name="Anna Reyes",
                    customer_phone="+13055550199", customer_address="12 Oak Street", customer_lat=PLACE[0],
                    customer_lng=PLACE[1], location_precision="rooftop", business_name="Anna Reyes",
                    service_type="cleaning", description="House cleaning", currency="USD",
                    estimated_value=Decimal(180), fill_deadline=work.now + timedelta(hours=4),
                )
            )  # fmt: skip
        return order_id

    async def offer_to(self, order_id: UUID, vendors: Sequence[Someone]) -> None:
        """Offers an order to vendors by name."""
        async with self.system() as work:
            order = await order_store.lock(work, order_id)
            await start(work, order, mode="manual", vendor_ids=[vendor.id for vendor in vendors])

    def system(self) -> Any:
        """A transaction of the product itself."""
        return self.made.database.transaction(Principal.system(self.tenant_id))


@asynccontextmanager
async def house(*, vendors: int, parts: Sequence[str], pool_size: int = 10) -> AsyncIterator[House]:
    """Everything up.

    Args:
        vendors: how many, verified, online and within some km of the place; their inboxes are their only channel.
        parts: of admin, vendor, worker, sandbox: each in a process of its own.
        pool_size: database connections of each process.
    """
    with tempfile.TemporaryDirectory(prefix="callout-bench-") as folder, embedded_postgres.throw_away() as server:
        migrate(server.url_owner, app_role=embedded_postgres.APP_ROLE)
        ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        settings = {
            "CALLOUT_STATE_DIR": folder, "DATABASE_URL": server.url_app, "DATABASE_OWNER_URL": server.url_owner,
            "DATABASE_POOL_SIZE": str(pool_size), "CALLOUT_SANDBOX": "always", "CALLOUT_RATE_LIMIT_FACTOR": "100000",
            "CALLOUT_LOG_LEVEL": "ERROR", **{name: str(port) for name, port in ports.items()},
        }  # fmt: skip
        os.environ.update(settings)
        configure_logs("bench", level="ERROR", json=False)
        made = wiring.build(installation(load_settings(), app_url=server.url_app, owner_url=server.url_owner))
        try:
            tenant_id, owner, people = await _move_in(made, vendors)
            with _running(parts, Path(folder)) as pids:
                pids |= {"database": server.pid, "bench": os.getpid()}
                yield House(made, tenant_id, owner, people, ports, pids)
        finally:
            await made.close()


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def _running(parts: Sequence[str], folder: Path) -> Iterator[dict[str, int]]:
    ready = [folder / f"{part}.ready" for part in parts]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "callout", "serve", part, "--ready-file", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=(folder / f"{part}.log").open("wb"),
            preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one prctl call
        )
        for part, file in zip(parts, ready, strict=True)
    ]
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not all(file.exists() for file in ready):
            ended = [part for part, process in zip(parts, processes, strict=True) if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                logs = "\n".join((folder / f"{part}.log").read_text()[-2000:] for part in ended or parts)
                raise RuntimeError(f"a part did not start: {logs}")
            time.sleep(0.1)
        yield {part: process.pid for part, process in zip(parts, processes, strict=True)}
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


async def _move_in(made: Assembly, vendors: int) -> tuple[UUID, Someone, list[Someone]]:
    tenant_id = uuid7()
    async with made.database.lookup() as work:
        work.session.add(
            Tenant(
                id=tenant_id, name="Bench", slug=tenant_id.hex[-20:], country="US", timezone="UTC", currency="USD",
                email="bench@bench.example", business_hours=ALWAYS, app_id=tenant_id.hex[-24:], status="active",
                plan_code="self_hosted", webhook_token=tenant_id.hex,
            )
        )  # fmt: skip
    async with made.database.transaction(Principal.system(tenant_id)) as work:
        await seed_catalogue(work)
        owner = await _sign_in(made, work, uuid7(), "owner")
        people = [await _vendor(made, work, number) for number in range(vendors)]
    return tenant_id, owner, people


async def _vendor(made: Assembly, work: Work, number: int) -> Someone:
    vendor_id = uuid7()
    login = await _sign_in(made, work, vendor_id, "vendor")
    vendor = Vendor(
        id=vendor_id, user_id=vendor_id, vendor_code=f"VND-{number:06d}", email=f"{vendor_id}@bench.example",
        full_name="Ana Diaz", phone="+13055550100", services=["cleaning", "plumbing"],
        area_lat=PLACE[0] + (1 + number % 40 / 10) / KM_PER_DEGREE, area_lng=PLACE[1], area_radius_km=50.0,
        timezone="UTC", status="verified", status_changed_at=work.now, registered_at=work.now, verified_at=work.now,
        member_since=work.now.date(), is_online=True, last_seen_at=work.now, max_open_jobs=20, daily_cap=50,
        notification_preferences={"email_notifications": False, "push_notifications": False},
    )  # fmt: skip
    work.session.add(vendor)
    await reindex(work, vendor)
    return login


async def _sign_in(made: Assembly, work: Work, user_id: UUID, role: str) -> Someone:
    """A user with a session; the token is the one a sign-in would give."""
    session_id, tenant_id = uuid7(), work.tenant_id
    until = work.now + timedelta(days=1)
    work.session.add(
        User(
            id=user_id, email=f"{user_id}@bench.example", full_name="Ana Diaz", role=role,
            password_changed_at=work.now, email_verified_at=work.now,
        )
    )  # fmt: skip
    await work.session.flush()
    work.session.add(
        Session(
            id=session_id, user_id=user_id, family_id=uuid7(), family_hash=session_id.hex, rotation_salt="-",
            refresh_hash="-", ip="127.0.0.1", user_agent="bench", last_used_at=work.now, expires_at=until,
            absolute_expires_at=until,
        )
    )  # fmt: skip
    token = made.accounts.tokens.issue(
        user_id=user_id, tenant_id=tenant_id, role=role, session_id=session_id, now=_whole(work.now),
        lifetime=timedelta(hours=12),
    )  # fmt: skip
    return Someone(user_id, token)


def _whole(now: datetime) -> datetime:
    """The second before: a token must not come from the future."""
    return now.replace(microsecond=0) - timedelta(seconds=1)


class Line:
    """One kept connection of one person, with as little HTTP as it takes: the asking costs next to nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._token = token

    @classmethod
    async def open(cls, port: int, someone: Someone) -> Line:
        """Connects."""
        return cls(*await asyncio.open_connection("127.0.0.1", port), someone.token)

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """The status and body of the answer."""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {self._token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(int(line.split(":")[1]) for line in answer.split("\r\n") if line.startswith("content-length:"))
        return int(answer.split()[1]), await self._reader.readexactly(length)

    async def close(self) -> None:
        """Hangs up."""
        self._writer.close()
        await self._writer.wait_closed()
