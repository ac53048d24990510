"""A business in the house: its people, its machines, its field workers."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from tests.system.house import PASSWORD, Client, House, eventually

SPRINGFIELD = {"latitude": 39.7990, "longitude": -89.6440, "radius": 25}
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass
class Worker:
    """A vendor with the app."""

    id: str
    email: str
    token: str
    app: Client
    registered: dict[str, Any]


@dataclass
class Business:
    """A tenant; `mark` is in its texts, `phone` begins its numbers."""

    house: House
    mark: str
    phone: str
    tenant: dict[str, Any]
    owner: Client
    members: dict[str, Client]
    emails: dict[str, str]
    keys: dict[str, str]
    workers: list[Worker] = field(default_factory=list)

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.tenant["id"])

    def number(self, index: int) -> str:
        """A phone of somebody around this business."""
        return f"{self.phone[:-2]}{index:02d}"

    def mail(self, name: str) -> str:
        """An address of somebody around this business."""
        return f"{name}@{slug(self.mark)}.example"

    async def as_key(self, role: str, service: str = "admin") -> Client:
        """A machine's client."""
        return await self.house.client(service, self.keys[role])

    async def sign_in(self, email: str, service: str = "admin") -> Client:
        """A fresh session of somebody."""
        public = await self.house.client(service)
        body = {"email": email, "password": PASSWORD}
        return await self.house.client(service, (await public.done("/api/shared/auth/login", body))["access_token"])

    async def worker(
        self, name: str, *, standing: str = "verified", services: tuple[str, ...] = ("cleaning",)
    ) -> Worker:
        """Somebody registers with an invite code, and is verified or not."""
        (invite,) = await self.owner.made("/api/admin/vendors/invites", {"note": f"for {name} {self.mark}"})
        public, email = await self.house.client("vendor"), self.mail(f"{slug(name)}-{uuid4().hex[:4]}")
        body = {
            "code": invite["code"],
            "full_name": f"{name} {self.mark}",
            "email": email,
            "phone": self.number(30 + len(self.workers)),
            "password": PASSWORD,
            "services": list(services),
            "service_area": SPRINGFIELD,
            "working_hours": ALWAYS,
        }
        made = await public.made("/api/shared/auth/vendor-signup", body)
        app = await self.house.client("vendor", made["access_token"])
        path = f"/api/admin/vendors/{made['vendor']['id']}"
        if standing != "pending":
            await self.owner.done(f"{path}/verify", {"note": "seen"})
            await app.expect(200, "PUT", "/api/vendor/profile/availability", json={"is_online": True})
        if standing == "blocked":
            await self.owner.done(f"{path}/block", {"reason": f"no show at {self.mark}"})
        worker = Worker(made["vendor"]["id"], email, made["access_token"], app, made)
        self.workers.append(worker)
        return worker

    async def order(self, **changes: Any) -> dict[str, Any]:
        """A cleaning order."""
        body = {
            "customer_name": f"Anna {self.mark}",
            "customer_phone": self.number(60),
            "customer_address": "12 Oak Street, Springfield",
            "service_type": "cleaning",
            "description": f"House cleaning {self.mark}",
        }
        made: dict[str, Any] = await self.owner.made("/api/admin/orders", body | changes)
        return made


async def found_business(house: House, mark: str, phone: str) -> Business:
    """Signs up, invites a manager and a viewer, makes a key of each kind."""
    public, prefix = await house.client("admin"), uuid4().hex[:6]
    emails = {role: f"{role}-{prefix}@{slug(mark)}.example" for role in ("owner", "manager", "viewer")}
    body = {
        "email": emails["owner"],
        "password": PASSWORD,
        "full_name": f"Olive {mark}",
        "business_name": mark,
        "country": "US",
        "timezone": "America/Chicago",
        "currency": "USD",
        "phone": phone,
    }
    signed = await public.made("/api/shared/auth/signup", body)
    owner = await house.client("admin", signed["access_token"])
    members = {"owner": owner}
    for role in ("manager", "viewer"):
        await owner.made("/api/admin/invitations", {"email": emails[role], "role": role})
        token = token_in((await eventually("an invitation", lambda to=emails[role]: house.mail_to(to)))[-1])
        accepted = {"full_name": f"{role.title()} {mark}", "password": PASSWORD}
        joined = await public.made(f"/api/shared/auth/invitations/{token}/accept", accepted)
        members[role] = await house.client("admin", joined["access_token"])
    keys = {}
    for role in ("agent", "manager", "viewer"):
        made = await owner.made("/api/admin/api-configs/access-keys", {"name": f"{role} of {mark}", "role": role})
        keys[role] = made["key"]
    return Business(house, mark, phone, signed["tenant"], owner, members, emails, keys)


def token_in(letter: dict[str, Any]) -> str:
    """The secret of the link in a mail."""
    found = re.search(r"[?&/](?:token=)?([A-Za-z0-9_-]{30,})", letter["mail"]["content"][0]["value"])
    assert found, letter
    return found[1]


def slug(words: str) -> str:
    """Words as part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def picture(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """A small real JPEG."""
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()
