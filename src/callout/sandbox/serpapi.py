"""SerpApi over a made-up world: `google_maps`, `google_maps_reviews` and the account, with its cache of one hour.

Keys of 64 hexadecimal digits and keys beginning with `sandbox` work; those beginning with `spent` have no searches
left; all others are refused. `/_sandbox/faults` arranges faults, `/_sandbox/limits` what the plan still has and the
searches an hour, `/_sandbox/calls` tells what was asked and billed, `/_sandbox/reset` forgets everything.

Sources: https://serpapi.com/google-maps-api, https://serpapi.com/google-maps-reviews-api,
https://serpapi.com/account-api, https://serpapi.com/api-status-and-error-codes.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException

from callout.sandbox.faults import Fault, truncated
from callout.sandbox.serpapi_account import Account, Call, Memory, Search, page_key
from callout.sandbox.serpapi_search import Refused, answer, check, month_from, results_of

BAD_KEY = "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"
NO_SEARCHES = "Your account has run out of searches."
TOO_MANY = "You have exceeded the hourly throughput limit of your account."
BROKEN = "Something went wrong on SerpApi's end. Please contact support@serpapi.com for assistance."
PAGE_FOR_PEOPLE = b"<!DOCTYPE html><html><head><title>serpapi.com</title></head><body>Bad gateway</body></html>"
Asked = Request[Any, Any, State]
Answer = Response[bytes]


@get(["/search", "/search.json"])
async def search(request: Asked, state: State) -> Answer:
    """One search: Google Maps, a place of it, or reviews."""
    memory: Memory = state.memory
    asked = _parameters(request)
    call = memory.record("/search", asked)
    account = memory.account(asked.get("api_key", ""))
    if account is None:
        return _error(call, 401, BAD_KEY)
    fault = await _meet(memory, call)
    if fault is not None and fault.kind == "status":
        return _fault(call, fault.status)
    try:
        check(asked)
    except Refused as refused:
        return _error(call, 400, str(refused))
    done = _admitted(account, memory.clock(), asked, is_duplicate=fault is not None and fault.kind == "duplicate")
    if isinstance(done, str):
        return _error(call, 429, done)
    kept, call.cached = done
    call.page, call.billed = page_key(asked), not call.cached
    body = await asyncio.to_thread(answer, asked, kept.search_id, kept.at, is_duplicate=kept.is_duplicate)
    call.results = results_of(body)
    return _answer(call, body, fault)


@get(["/account", "/account.json"])
async def account(request: Asked, state: State) -> Answer:
    """What the key is good for; never billed."""
    memory: Memory = state.memory
    asked = _parameters(request)
    call = memory.record("/account", asked)
    key = asked.get("api_key", "")
    known = memory.account(key)
    if known is None:
        return _error(call, 401, BAD_KEY)
    fault = await _meet(memory, call)
    if fault is not None and fault.kind == "status":
        return _fault(call, fault.status)
    now = memory.clock()
    body = {
        "account_id": known.account_id,
        "api_key": key,
        "account_email": "sandbox@callout.example",
        "account_status": "Active",
        "plan_id": "bigdata",
        "plan_name": "Big Data Plan",
        "plan_monthly_price": 275.0,
        "plan_renewal_date": month_from(now),
        "searches_per_month": known.plan_searches,
        "plan_searches_left": known.left,
        "extra_credits": 0,
        "total_searches_left": known.left,
        "this_month_usage": known.used,
        "this_hour_searches": known.this_hour(now),
        "last_hour_searches": len(known.billed_at),
        "account_rate_limit_per_hour": known.hourly_limit,
    }
    return _answer(call, body, fault)


@post("/_sandbox/faults", status_code=200)
async def arrange_faults(data: dict[str, Any], state: State) -> dict[str, Any]:
    """What goes wrong from now on; see `faults`."""
    arranged: dict[str, Any] = state.memory.faults.arrange(data)
    return arranged


@post("/_sandbox/limits", status_code=200)
async def set_limits(data: dict[str, Any], state: State) -> dict[str, int]:
    """`searches_left`: what every plan still has; `per_hour`: searches an hour."""
    limits = {name: value for name, value in data.items() if name in ("searches_left", "per_hour")}
    if len(limits) != len(data) or not all(type(value) is int and value >= 0 for value in limits.values()):
        raise ClientException("searches_left and per_hour are whole numbers")
    state.memory.limit(limits)
    return limits


@get("/_sandbox/calls")
async def calls(state: State) -> Answer:
    """Every request in order with its parameters and whether it was billed, and their sums."""
    return Response(msgspec.json.encode(state.memory.told()), media_type="application/json; charset=utf-8")


@post("/_sandbox/reset", status_code=200)
async def reset(state: State) -> dict[str, bool]:
    """Forgets calls, faults, limits, accounts and the cache."""
    state.memory.reset()
    return {"reset": True}


def create_app(clock: Callable[[], datetime] | None = None) -> Litestar:
    """The simulator as an ASGI application.

    Args:
        clock: tells the time, with zone; the machine's own unless given.
    """
    return Litestar(
        route_handlers=[search, account, arrange_faults, set_limits, calls, reset],
        state=State({"memory": Memory(clock or (lambda: datetime.now(UTC)))}),
        openapi_config=None,
    )


def _parameters(request: Asked) -> dict[str, str]:
    return {str(name): value for name, value in request.query_params.items() if isinstance(value, str)}


async def _meet(memory: Memory, call: Call) -> Fault | None:
    fault = memory.faults.draw()
    if fault is not None:
        call.fault = str(fault.status) if fault.kind == "status" else fault.kind
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
    return fault


def _admitted(
    account: Account, now: datetime, asked: Mapping[str, str], *, is_duplicate: bool
) -> tuple[Search, bool] | str:
    """The search and whether it comes from the cache; or why the account may make none."""
    page = page_key(asked)
    known = account.cached(page, now) if asked.get("no_cache") != "true" else None
    if known is not None:
        return known, True
    if account.left < 1:
        return NO_SEARCHES
    if account.this_hour(now) >= account.hourly_limit:
        return TOO_MANY
    made = Search(secrets.token_hex(12), now, is_duplicate)
    account.bill(page, made)
    return made, False


def _fault(call: Call, status: int) -> Answer:
    """A failure on purpose: 429 and 500 in SerpApi's words, what proxies answer as a page for people."""
    if status in (502, 503, 504, 520, 522, 524):
        call.status = status
        return Response(PAGE_FOR_PEOPLE, status_code=status, media_type="text/html")
    words = {401: BAD_KEY, 429: TOO_MANY}.get(status, BROKEN)
    return _error(call, status, words, {"Retry-After": "1"} if status == 429 else None)


def _error(call: Call, status: int, words: str, headers: dict[str, str] | None = None) -> Answer:
    call.status = status
    content = msgspec.json.format(msgspec.json.encode({"error": words}), indent=2)
    return Response(content, status_code=status, headers=headers, media_type="application/json; charset=utf-8")


def _answer(call: Call, body: dict[str, Any], fault: Fault | None) -> Answer:
    call.status = 200
    if fault is not None and fault.kind == "html":
        return Response(PAGE_FOR_PEOPLE, media_type="text/html")
    content = msgspec.json.format(msgspec.json.encode(body), indent=2)
    if fault is not None and fault.kind == "truncated":
        content = truncated(content)
    return Response(content, media_type="application/json; charset=utf-8")
