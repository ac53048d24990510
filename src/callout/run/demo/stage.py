"""What the steps of the demonstration share: the stage, what is told, and patience."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from callout.run.demo.client import Client
from callout.run.errors import RunError

WAIT_S = 90.0
POLL_S = 0.2


@dataclass(slots=True)
class Told:
    """What the story leaves behind for whoever compares or shows it."""

    order: dict[str, Any] = field(default_factory=dict)
    invoice: dict[str, Any] = field(default_factory=dict)
    pdf: bytes = b""
    conversations: list[dict[str, Any]] = field(default_factory=list)
    call: dict[str, Any] = field(default_factory=dict)
    recording: bytes = b""
    losers: list[str] = field(default_factory=list)
    revenue_before: Decimal = Decimal(0)
    revenue_after: Decimal = Decimal(0)
    collected_before: Decimal = Decimal(0)
    collected_after: Decimal = Decimal(0)


@dataclass(slots=True)
class Stage:
    """What every step works with.

    Attributes:
        gateway: Base URL of the public door.
        simulators: Base URL of the provider simulators.
        say: Shows a line of progress.
        data: Folder of real data, when there is one.
        seed: Makes the made-up town repeatable.
        run: Tells runs apart: part of names and provider ids.
        field_domain: Where the vendors have their mail.
    """

    gateway: str
    simulators: str
    owner_email: str
    owner_password: str
    say: Callable[[str], None]
    data: Path | None = None
    seed: int = 7
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    field_domain: str = "field.example"
    admin: Client = field(init=False)
    vendors: list[Client] = field(default_factory=list)
    holder: Client | None = None
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.admin = Client(self.gateway)

    async def close(self) -> None:
        """Closes every client."""
        for client in (self.admin, *self.vendors):
            await client.close()


Step = Callable[[Stage], Awaitable[None]]


async def wait_for(what: str, look: Callable[[], Awaitable[Any]], *, within_s: float = WAIT_S) -> Any:
    """Looks again and again until there is something.

    Raises:
        RunError: nothing came in time.
    """
    deadline = time.monotonic() + within_s
    while True:
        if found := await look():
            return found
        if time.monotonic() > deadline:
            raise RunError(f"waited {within_s:.0f} s for {what}")
        await asyncio.sleep(POLL_S)


async def is_offered(vendor: Client, order_id: str) -> bool:
    """Whether a vendor is asked to do an order."""
    offers = (await vendor.get("/api/vendor/orders/offers"))["items"]
    return any(offer["order"]["id"] == order_id for offer in offers)
