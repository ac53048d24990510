"""A Twilio in this process: accounts and balance, calls, recordings, conferences, numbers; webhooks and media streams.

`/_sandbox/callees`, `voice`, `clock`, `limits`, `webhooks`, `numbers`, `inbound`, `hang_up` arrange what happens, see
`twilio_control`; `GET /_sandbox/calls` tells what happened, `POST /_sandbox/reset` forgets everything. A query
`account=AC…` names the account, else it is the one every rehearsal uses. An auth token that holds the word `trial`
belongs to a trial account.
"""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
from litestar import HttpMethod, Request, Response, get, post, route
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import Standing, answer, bearer, simulator, standing_of
from callout.sandbox.posting import webhook_client
from callout.sandbox.twilio_control import Unusable, arrange, told_of
from callout.sandbox.twilio_exchange import Exchange, Form
from callout.sandbox.twilio_requests import Asked, File, Refused
from callout.sandbox.twilio_rest import serve
from callout.sandbox.twilio_stream import Connect, connect
from callout.sandbox.twilio_switch import Switch

USUAL_ACCOUNT = "AC00000000000000000000000000000001"
USUAL_TOKEN = "sandbox-callout"  # noqa: S105 - of the simulator
_SAYS = {401: (20003, "Authenticate"), 404: (20404, "The requested resource was not found"),
         429: (20429, "Too Many Requests"), 503: (20503, "Service is unavailable")}  # fmt: skip
AnyRequest = Request[Any, Any, State]


class World:
    """All accounts, and what carries their calls."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.exchanges: dict[str, Exchange] = {}

    def exchange(self, account_sid: str, token: str | None = None) -> Exchange:
        """An account, opened when it is first asked for."""
        found = self.exchanges.get(account_sid)
        if found is None:
            found = self.exchanges[account_sid] = Exchange(account_sid, datetime.now(UTC))
            found.token = USUAL_TOKEN
        found.token = token or found.token
        return found


def error_body(status: int) -> dict[str, Any]:
    """What Twilio says with a status."""
    code, message = _SAYS.get(status, (20500, "An internal server error has occurred"))
    return _error(status, code, message)


@get("/2010-04-01/Accounts/{name:str}")
async def account(request: AnyRequest, name: str) -> Response[Any]:
    """One account."""
    sid = name.removesuffix(".json")
    standing, token = _signed_in(request, sid)
    if refused := _refusal(standing):
        return refused
    return answer(
        200,
        {
            "sid": sid,
            "friendly_name": "Sandbox",
            "status": "suspended" if standing == "stopped" else "active",
            "type": "Trial" if "trial" in token else "Full",
            "auth_token": token,
            "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
            "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
            "owner_account_sid": sid,
            "uri": f"/2010-04-01/Accounts/{sid}.json",
            "subresource_uris": {"balance": f"/2010-04-01/Accounts/{sid}/Balance.json"},
        },
    )


@get("/2010-04-01/Accounts/{sid:str}/Balance.json")
async def balance(request: AnyRequest, sid: str) -> Response[Any]:
    """What is left; numbers are text, as with Twilio."""
    standing, _ = _signed_in(request, sid)
    if refused := _refusal(standing):
        return refused
    amount = "0.00" if standing == "spent" else "42.1234"
    return answer(200, {"account_sid": sid, "balance": amount, "currency": "USD"})


@route(
    "/2010-04-01/Accounts/{sid:str}/{rest:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE],
    status_code=200,
)
async def resource(request: AnyRequest, state: State, sid: str, rest: str) -> Response[Any]:
    """Everything of an account that is kept by the exchange."""
    standing, token = _signed_in(request, sid)
    if (no := _refusal(standing)) is not None:
        return no
    if standing == "stopped":
        return answer(401, _error(401, 20005, "Account is not active"))
    body = await request.body()
    asked = Asked(
        method=request.method,
        parts=tuple(rest.strip("/").removesuffix(".json").split("/")),
        path=f"/2010-04-01/Accounts/{sid}/{rest.strip('/')}",
        query=dict(request.query_params),
        form=Form(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
        is_trial="trial" in token,
    )
    world: World = state.world
    try:
        status, told = serve(world.exchange(sid, token), world.switch, asked)
    except Refused as refused:
        return answer(refused.status, _error(refused.status, refused.code, refused.message))
    if isinstance(told, File):
        return Response(told.content, media_type=told.content_type)
    return answer(status, told) if told is not None else Response(b"", status_code=status)


@post("/_sandbox/{what:str}", status_code=200)
async def arrange_something(request: AnyRequest, state: State, what: str) -> Response[Any]:
    """Arranges what happens, see `twilio_control`."""
    world: World = state.world
    if what == "reset":
        await world.switch.close()
        world.exchanges.clear()
        world.switch.pace.speed = world.switch.pace.media_speed = 1.0
        return answer(200, {})
    try:
        body = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        told = arrange(_chosen(request, world), world.switch, what, body)
    except (Unusable, msgspec.MsgspecError) as error:
        return answer(400, {"detail": str(error)})
    return answer(200, told)


@get("/_sandbox/calls")
async def calls(request: AnyRequest, state: State) -> Response[Any]:
    """Every call, oldest first; `to` keeps those to one number."""
    to = request.query_params.get("to")
    lines = _chosen(request, state.world).calls.values()
    items = [told_of(line) for line in lines if to in {None, line.to}]
    return answer(200, {"items": items, "total": len(items)})


def create_app(client: httpx.AsyncClient | None = None, *, open_socket: Connect = connect) -> ASGIApp:
    """The simulator as an ASGI application.

    Args:
        client: posts the webhooks; by default a plain one.
        open_socket: connects media streams.
    """
    switch = Switch(client or webhook_client(15), open_socket=open_socket)
    handlers = [account, balance, resource, arrange_something, calls]
    return simulator(handlers, error_body, state={"world": World(switch)})


def _chosen(request: AnyRequest, world: World) -> Exchange:
    return world.exchange(request.query_params.get("account") or USUAL_ACCOUNT)


def _signed_in(request: AnyRequest, sid: str) -> tuple[Standing, str]:
    try:
        pair = base64.b64decode(bearer(request.headers.get("Authorization"), "Basic") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "refused", ""
    user, _, token = pair.partition(":")
    return (standing_of(token) if user == sid else "refused"), token


def _refusal(standing: Standing) -> Response[Any] | None:
    if standing == "refused":
        return answer(401, error_body(401))
    return answer(429, error_body(429)) if standing == "limited" else None


def _error(status: int, code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status}  # fmt: skip
