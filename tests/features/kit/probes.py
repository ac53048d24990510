"""Handlers that do one thing each with a unit of work."""

import asyncio
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf
from litestar.response import ServerSentEvent
from sqlalchemy import select, update

from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import Conflict, NotFound
from callout.kit.events import Event
from callout.kit.http.fields import Phone, Text
from callout.kit.http.limits import RateLimits
from callout.kit.http.listing import listed
from callout.kit.http.models import Body, Filtered, LooseBody, Query
from callout.kit.http.sse import LiveStreams
from callout.kit.http.writes import IfMatch, created, versioned


class Known:
    """A guard for signed-in people."""

    permission = "probe.use"

    async def __call__(self, connection: Any, _handler: Any) -> None:
        assert connection.scope["user"] is not None


class Open:
    """A guard that lets everybody in."""

    is_public = True

    async def __call__(self, _connection: Any, _handler: Any) -> None:
        return None


class Gates:
    """Lets a test hold a request where it stands."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()


class Stored(Event, frozen=True):
    type: ClassVar[str] = "thing.stored"
    name: str


class Removed(Event, frozen=True):
    type: ClassVar[str] = "other.removed"
    name: str


class KeptRefusal(Conflict):
    code = "kept"
    keeps_work = True


class Thing(Body):
    name: Annotated[str, Text(40)]
    phone: Phone


class LooseThing(LooseBody):
    name: Annotated[str, Text(40)]


class NewName(Body):
    name: Annotated[str, Text(40)]


class ThingQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "name")
    name: list[str] | None = None


async def store(work: Work, name: str, phone: str) -> Contact:
    contact = Contact(name=name, phone=phone, source="manual")
    work.session.add(contact)
    await work.publish(Stored(noun_id=work.tenant_id, name=name))
    return contact


@post("/things")
async def add_thing(work: Work, data: Thing) -> Response[Any]:
    contact = await store(work, data.name, data.phone)
    await work.session.flush()
    return created({"id": str(contact.id), "name": contact.name}, f"/api/admin/things/{contact.id}")


@post("/loose")
async def add_loosely(data: LooseThing) -> dict[str, str]:
    return {"name": data.name}


@get("/things", filters=ThingQuery)
async def list_things(request: Request[Any, Any, Any], work: Work, filters: Filtered[ThingQuery]) -> Response[Any]:
    query = select(Contact).where(Contact.tenant_id == work.tenant_id).order_by(Contact.name)
    rows = list((await work.session.execute(query)).scalars())
    shown = rows[filters.offset : filters.offset + filters.limit]
    return listed(filters, [{"id": str(row.id), "name": row.name} for row in shown], len(rows), request=request)


async def fetch(work: Work, thing_id: UUID) -> Contact:
    row = await work.session.get(Contact, thing_id)
    if row is None:
        raise NotFound
    return row


@get("/things/{thing_id:uuid}")
async def read_thing(work: Work, thing_id: UUID) -> Response[Any]:
    row = await fetch(work, thing_id)
    return versioned({"id": str(row.id), "name": row.name}, row.version)


@patch("/things/{thing_id:uuid}")
async def rename_thing(work: Work, thing_id: UUID, data: NewName, if_match: IfMatch) -> Response[Any]:
    row = await fetch(work, thing_id)
    if_match.check(row.version)
    row.name = data.name
    await work.session.flush()
    return versioned({"id": str(row.id), "name": row.name}, row.version)


@patch("/late/{thing_id:uuid}")
async def rename_late(work: Work, thing_id: UUID, data: NewName) -> dict[str, str]:
    """Changes a row that somebody else changed since; seen at the commit only."""
    row = await fetch(work, thing_id)
    await work.session.execute(
        update(Contact)
        .where(Contact.id == thing_id)
        .values(version=Contact.version + 1)
        .execution_options(synchronize_session=False)
    )
    row.name = data.name
    return {"name": data.name}


@post("/twins")
async def add_twins(work: Work, data: Thing) -> dict[str, str]:
    """Breaks a unique constraint, seen at the commit only."""
    await store(work, data.name, data.phone)
    await store(work, f"{data.name} again", data.phone)
    return {"name": data.name}


@post("/refused")
async def refuse(work: Work, data: Thing) -> None:
    await store(work, data.name, data.phone)
    await work.session.flush()
    raise Conflict


@post("/kept")
async def refuse_but_keep(work: Work, data: Thing) -> None:
    await store(work, data.name, data.phone)
    raise KeptRefusal


@post("/broken")
async def break_down(work: Work, data: Thing) -> None:
    await store(work, data.name, data.phone)
    raise RuntimeError("postgresql://callout:hunter2@db/callout is away")


@post("/slow")
async def wait(work: Work, data: Thing, gates: Gates) -> dict[str, str]:
    await store(work, data.name, data.phone)
    await work.session.flush()
    gates.entered.set()
    await gates.leave.wait()
    return {"name": data.name}


@post("/forgetful")
async def lose_a_cache(work: Work, data: Thing) -> dict[str, str]:
    async def fail() -> None:
        raise RuntimeError("the cache is away")

    work.after_commit(fail)
    await store(work, data.name, data.phone)
    return {"name": data.name}


@post("/nul")
async def look_for(work: Work, data: dict[str, str]) -> list[str]:
    return list((await work.session.execute(select(Contact.name).where(Contact.name == data["name"]))).scalars())


@post("/upload")
async def upload(
    work: Work, data: Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]
) -> dict[str, int]:
    file: UploadFile = data["file"]
    await store(work, file.filename, "+13055550142")
    return {"bytes": len(await file.read())}


@post("/limited")
async def limited(limits: RateLimits, data: dict[str, str]) -> dict[str, str]:
    await limits.hit("probe", data["key"], limit=2, window_s=60)
    return data


@get("/live")
async def live(
    request: Request[Any, Any, Any],
    work: Work,
    streams: LiveStreams,
    types: str | None = None,
    noun_id: UUID | None = None,
) -> ServerSentEvent:
    last = request.headers.get("last-event-id")
    return streams.stream(work.principal, types=types, noun_id=noun_id, last_event_id=last)


@get("/api/shared/open", guards=[Open()])
async def open_to_all(request: Request[Any, Any, Any]) -> dict[str, bool]:
    return {"known": request.scope["user"] is not None}


ROUTERS: list[Any] = [
    Router(
        "/api/admin",
        route_handlers=[
            add_thing, add_loosely, list_things, read_thing, rename_thing, rename_late, add_twins, refuse,
            refuse_but_keep, break_down, wait, lose_a_cache, look_for, upload, limited, live,
        ],
        guards=[Known()],
    ),
    open_to_all,
]  # fmt: skip
