"""The whole product in one process: its services and the simulators on loopback ports, and the worker.

With calls there are the gateway as well, and two voice services: `voice`, to which the gateway sends calls, and
`voice2`.
"""

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar
from sqlalchemy import text

from callout.features.dispatch import runs as dispatch_runs
from callout.features.vendors import standing
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.run import edge, simulators, wiring
from callout.run.assembly import Assembly
from callout.run.database_roles import ensure_database
from callout.run.embedded_postgres import APP_ROLE, OWNER_ROLE, SUPERUSER, EmbeddedPostgres
from callout.run.http_server import HttpServer
from callout.run.installation import Installation, installation
from callout.run.migrate import migrate
from callout.settings import PortSettings, ProviderSettings, SecuritySettings, Settings, VoiceSettings, load_settings

PASSWORD = "brackish-otter-42"
SERVICES = ("admin", "vendor")
SETTLED_S = 30.0
JOBS = """SELECT name FROM dbos.workflow_status
          WHERE status IN ('ENQUEUED', 'PENDING') AND name <> ALL (:waiting)"""
WAITING = [dispatch_runs.WORKFLOW, standing.END_SUSPENSION]
"""Workflows that wait for somebody's answer, or for a day to come."""


class Client(httpx.AsyncClient):
    """Speaks to one service as one principal; `expect` fails with what the service said."""

    async def expect(self, status: int, method: str, path: str, **given: Any) -> Any:
        answer = await self.request(method, path, **given)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json and answer.content else answer

    async def made(self, path: str, json: Any = None, **given: Any) -> Any:
        """The resource a POST creates."""
        return await self.expect(201, "POST", path, json=json, **given)

    async def done(self, path: str, json: Any = None, **given: Any) -> Any:
        """What a POST that creates nothing answers."""
        return await self.expect(200, "POST", path, json=json, **given)

    async def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET."""
        return await self.expect(200, "GET", path, params=query or None)

    async def changed(self, path: str, json: Any, method: str = "PATCH") -> Any:
        """The resource after a change under the version it has now."""
        tag = (await self.get(path)).headers.get("etag")
        return await self.expect(200, method, path, json=json, headers={"If-Match": tag} if tag else None)


@dataclass
class House:
    """Where everything listens."""

    made: Installation
    clock: OffsetClock
    apps: dict[str, Litestar]
    assembly: Assembly
    urls: dict[str, str]
    database: Database
    clients: AsyncExitStack

    async def client(self, service: str, token: str | None = None, **headers: str) -> Client:
        """A client of a service or of the simulators, with or without a token."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return await self.clients.enter_async_context(Client(base_url=self.urls[service], headers=headers, timeout=40))

    async def mail_to(self, address: str) -> list[dict[str, Any]]:
        """What arrived at an address, newest last."""
        simulators = await self.client("sandbox")
        return list((await simulators.read("/sendgrid/_sandbox/outbox", to=address))["items"])

    async def settle(self) -> None:
        """Waits until the worker has nothing to do but to wait for vendors."""

        async def idle() -> bool:
            async with self.database.lookup() as work:
                return not (await work.session.execute(text(JOBS), {"waiting": WAITING})).all()

        await eventually("the worker to be done", idle)


async def eventually(what: str, look: Callable[[], Awaitable[Any]], within_s: float = SETTLED_S) -> Any:
    """Looks until there is something."""
    deadline = time.monotonic() + within_s
    while not (found := await look()):
        assert time.monotonic() < deadline, f"waited for {what}"
        await asyncio.sleep(0.05)
    return found


def own_database(server: EmbeddedPostgres) -> tuple[str, str]:
    """A database nobody else uses: (services' URL, owner's URL)."""
    name = f"system_{uuid4().hex[:8]}"
    ensure_database(server.url(SUPERUSER, "postgres"), server.url(SUPERUSER, name), name, OWNER_ROLE, APP_ROLE)
    migrate(server.url(OWNER_ROLE, name), app_role=APP_ROLE)
    return server.url(APP_ROLE, name), server.url(OWNER_ROLE, name)


@asynccontextmanager
async def whole_house(
    server: EmbeddedPostgres, folder: Path, *, rate_limit_factor: float, has_calls: bool = False
) -> AsyncIterator[House]:
    """Everything running, on a database and ports of its own."""
    app_url, owner_url = await asyncio.to_thread(own_database, server)
    voices = ("voice", "voice2") if has_calls else ()
    names = (*SERVICES, "sandbox", *voices, *(["gateway"] if has_calls else []))
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    known: dict[str, Any] = {name: port for name, port in ports.items() if name != "voice2"}
    settings = load_settings(
        state_dir=folder,
        public_url=urls["gateway" if has_calls else "vendor"],
        log_level="ERROR",
        ports=PortSettings(**known),
        voice=VoiceSettings(is_on=has_calls, lag_budget_ms=10_000),
        providers=ProviderSettings(sandbox="always", sandbox_url=urls["sandbox"]),
        security=SecuritySettings(rate_limit_factor=rate_limit_factor),
    )
    made, clock = installation(settings, app_url=app_url, owner_url=owner_url), OffsetClock()
    apps = {name: wiring.SERVICES[name](wiring.parts_of(wiring.build(made, clock))) for name in SERVICES}
    carrying = {name: _voice_service(wiring.build(made, clock)) for name in voices}
    running = Running(made, clock, {**apps, **carrying, "sandbox": simulators.application(made.settings)}, ports)
    await asyncio.to_thread(running.start)
    own = wiring.build(made, clock)
    try:
        async with AsyncExitStack() as clients:
            if has_calls:
                await clients.enter_async_context(_gateway(settings))
            litestars = {name: app.litestar for name, app in apps.items()}  # type: ignore[attr-defined]
            yield House(made, clock, litestars, own, urls, own.database, clients)
    finally:
        await own.close()
        await asyncio.to_thread(running.stop)


def _voice_service(made: Assembly) -> Any:
    from callout.run import voice  # noqa: PLC0415 - its libraries take seconds to load

    return voice.application(made, wiring.parts_of(made))


@asynccontextmanager
async def _gateway(settings: Settings) -> AsyncIterator[None]:
    """Envoy before the services, until the end."""
    prepared = await asyncio.to_thread(edge.prepare, settings)
    with _running(prepared.command):
        async with httpx.AsyncClient(base_url=settings.base_url, timeout=5) as client:

            async def is_up() -> bool:
                try:
                    return (await client.get("/api/voice/stats")).status_code == 401
                except httpx.TransportError:
                    return False

            await eventually("the gateway", is_up)
        yield


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


class Running:
    """The house on a loop of its own, which never pauses: the worker needs that, and pytest's loops do pause."""

    def __init__(self, made: Installation, clock: OffsetClock, apps: dict[str, Any], ports: dict[str, int]) -> None:
        self._made, self._clock, self._apps, self._ports = made, clock, apps, ports
        self._ready: Future[None] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="house")

    def start(self) -> None:
        """Returns once everything serves."""
        self._thread.start()
        self._ready.result(60)

    def stop(self) -> None:
        """Returns once everything ended."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(60)
        assert not self._thread.is_alive(), "the house does not end"

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with AsyncExitStack() as stack:
                for name, app in self._apps.items():
                    serving = HttpServer(app, "127.0.0.1", self._ports[name])
                    await serving.start()
                    stack.push_async_callback(serving.stop, within_s=2)
                await stack.enter_async_context(wiring.worker(self._made, drain_s=2, clock=self._clock))
                self._ready.set_result(None)
                await self._ended.wait()
        except BaseException as problem:
            if self._ready.done():
                raise
            self._ready.set_exception(problem)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return numbers
