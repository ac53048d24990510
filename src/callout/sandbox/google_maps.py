"""Google Maps Platform over a made-up world: Places API (New) text search and details, and the Geocoding API.

Keys beginning with `AIza` work; `AIzaInvalid…`, `AIzaExpired…`, `AIzaDisabled…`, `AIzaUnpaid…`, `AIzaBlocked…`,
`AIzaAddress…` and `AIzaSpent…` are refused as their names say. `/_sandbox/faults` arranges faults, `/_sandbox/limits`
the quota by the minute and the life of page tokens, `/_sandbox/calls` tells what was asked and what it cost,
`/_sandbox/reset` forgets everything.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException

from callout.sandbox.faults import Fault, truncated
from callout.sandbox.google_maps_geocode import geocode
from callout.sandbox.google_maps_masks import UnknownField, bill, masked, paths_of
from callout.sandbox.google_maps_place import place_of
from callout.sandbox.google_maps_project import Call, Project
from callout.sandbox.google_maps_refusals import (
    NO_MASK,
    bad_field,
    geocoding_refusal,
    key_refusal,
    quota,
    status,
)
from callout.sandbox.google_maps_search import Page, Refused, page_of
from callout.sandbox.places_world import Shop, shop

GEOCODING_COST = Decimal("0.005")
Asked = Request[Any, Any, State]
Answer = Response[bytes]


@post("/v1/places:searchText", status_code=200)
async def search_text(request: Asked, state: State) -> Answer:
    """Text Search (New)."""
    project: Project = state.project
    call = project.record("SearchTextRequest")
    if (refusal := _refusal(project, request, call.method)) is not None:
        return _answer(call, refusal)
    if (fault := await _meet(project, call)) is not None and fault.kind == "status":
        return _answer(call, _fault_body(fault, call.method))
    try:
        body = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        paths = _paths(request, wrapped=True)
        page = page_of(body, project.clock(), token_life_s=project.token_life_s)
    except msgspec.MsgspecError:
        return _answer(call, status(400, "Invalid JSON payload received. Unexpected token."))
    except UnknownField as unknown:
        return _answer(call, bad_field(str(unknown)))
    except Refused as refused:
        return _answer(call, status(400, str(refused)))
    call.page = f"{page.search}/{page.number}"
    call.sku, call.cost = bill("Text Search", paths)
    found = _found(page, body, paths, project.clock(), is_doubled=fault is not None and fault.kind == "duplicate")
    call.places = len(found.get("places", []))
    return _answer(call, found, fault)


@get("/v1/places/{place_id:str}")
async def get_place(place_id: str, request: Asked, state: State) -> Answer:
    """Place Details (New)."""
    project: Project = state.project
    call = project.record("GetPlaceRequest")
    if (refusal := _refusal(project, request, call.method)) is not None:
        return _answer(call, refusal)
    if (fault := await _meet(project, call)) is not None and fault.kind == "status":
        return _answer(call, _fault_body(fault, call.method))
    try:
        paths = _paths(request, wrapped=False)
    except UnknownField as unknown:
        return _answer(call, bad_field(str(unknown)))
    except Refused as refused:
        return _answer(call, status(400, str(refused)))
    if not place_id.startswith("ChIJ"):
        return _answer(call, status(400, f"Not a valid Place ID: {place_id}"))
    known = shop(place_id)
    if known is None:
        return _answer(call, status(404, "The Place ID is no longer valid. Please refresh cached Place IDs."))
    call.sku, call.cost = bill("Place Details", paths)
    call.places = 1
    language = request.query_params.get("languageCode", "en")
    return _answer(call, masked(place_of(known, language, project.clock()), paths), fault)


@get("/maps/api/geocode/json")
async def geocode_json(request: Asked, state: State) -> Answer:
    """The Geocoding API; refusals come with status 200."""
    project: Project = state.project
    call = project.record("Geocoding")
    query = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    if (refusal := geocoding_refusal(query.get("key"))) is not None:
        return _answer(call, refusal)
    fault = await _meet(project, call)
    if fault is not None and fault.kind == "status":
        if fault.status == 429:
            over = {"error_message": "You have exceeded your rate-limit for this API.", "results": []}
            return _answer(call, over | {"status": "OVER_QUERY_LIMIT"})
        return _answer(call, {"results": [], "status": "UNKNOWN_ERROR"}, code=fault.status)
    answer = geocode(query)
    if answer["status"] in ("OK", "ZERO_RESULTS"):
        call.sku, call.cost = "Geocoding", GEOCODING_COST
    return _answer(call, answer, fault)


@post("/_sandbox/faults", status_code=200)
async def arrange_faults(data: dict[str, Any], state: State) -> dict[str, Any]:
    """What goes wrong from now on; see `faults`."""
    arranged: dict[str, Any] = state.project.faults.arrange(data)
    return arranged


@post("/_sandbox/limits", status_code=200)
async def set_limits(data: dict[str, Any], state: State) -> dict[str, Any]:
    """`per_minute`: quota of each key and method, null for none; `token_life_s`: how long a page token is good."""
    project: Project = state.project
    per_minute = data.get("per_minute", project.per_minute)
    if per_minute is not None and (not isinstance(per_minute, int) or per_minute < 1):
        raise ClientException("per_minute must be a positive number or null")
    project.limit(per_minute=per_minute, token_life_s=float(data.get("token_life_s", project.token_life_s)))
    return {"per_minute": project.per_minute, "token_life_s": project.token_life_s}


@get("/_sandbox/calls")
async def calls(state: State) -> Response[bytes]:
    """Every request in order, and their sum.

    `paid_twice` names pages that were billed again although they had already arrived whole.
    """
    return Response(msgspec.json.encode(state.project.account()), media_type="application/json; charset=utf-8")


@post("/_sandbox/reset", status_code=200)
async def reset(state: State) -> dict[str, bool]:
    """Forgets calls, faults and limits."""
    state.project.reset()
    return {"reset": True}


def create_app(clock: Callable[[], datetime] | None = None) -> Litestar:
    """The simulator as an ASGI application.

    Args:
        clock: tells the time, with zone; the machine's own unless given.
    """
    return Litestar(
        route_handlers=[search_text, get_place, geocode_json, arrange_faults, set_limits, calls, reset],
        state=State({"project": Project(clock or (lambda: datetime.now(UTC)))}),
        openapi_config=None,
    )


def _refusal(project: Project, request: Asked, method: str) -> dict[str, Any] | None:
    key = request.headers.get("X-Goog-Api-Key") or request.query_params.get("key")
    if (refusal := key_refusal(key, method)) is not None:
        return refusal
    return None if project.admits(str(key), method) else quota(method, "minute")


async def _meet(project: Project, call: Call) -> Fault | None:
    fault = project.faults.draw()
    if fault is not None:
        call.fault = str(fault.status) if fault.kind == "status" else fault.kind
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
    return fault


def _paths(request: Asked, *, wrapped: bool) -> list[list[str]]:
    query = request.query_params
    mask = request.headers.get("X-Goog-FieldMask") or query.get("$fields") or query.get("fields")
    if not mask:
        raise Refused(NO_MASK)
    return paths_of(mask, wrapped=wrapped)


def _found(
    page: Page, body: dict[str, Any], paths: list[list[str]], now: datetime, *, is_doubled: bool
) -> dict[str, Any]:
    """The answer of a search: `{}` when nothing was found."""
    language = str(body.get("languageCode") or "en")
    shops: list[Shop] = page.before + page.shops if is_doubled else page.shops
    inner = [path for path in paths if path[0] != "nextPageToken"]
    answer: dict[str, Any] = {}
    if shops and inner:
        answer["places"] = [masked(place_of(found, language, now), inner) for found in shops]
    if page.next_token and (["nextPageToken"] in paths or ["*"] in paths):
        answer["nextPageToken"] = page.next_token
    return answer


def _fault_body(fault: Fault, method: str) -> dict[str, Any]:
    if fault.status == 429:
        refusal = quota(method, "minute")
        refusal["error"]["details"].append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"})
        return refusal
    words = {500: "Internal error encountered.", 503: "The service is currently unavailable."}
    return status(fault.status, words.get(fault.status, "Request could not be served."))


def _answer(call: Call, body: dict[str, Any], fault: Fault | None = None, code: int | None = None) -> Answer:
    error = body.get("error")
    call.status = code or (int(error["code"]) if isinstance(error, dict) else 200)
    content = msgspec.json.format(msgspec.json.encode(body), indent=2)
    if fault is not None and fault.kind == "truncated":
        content = truncated(content)
    return Response(content, status_code=call.status, media_type="application/json; charset=UTF-8")
