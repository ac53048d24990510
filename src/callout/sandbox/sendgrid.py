"""A SendGrid that keeps what it is sent: Mail Send with its real answers, an outbox to read, signed event webhooks."""

import base64
import time
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException

from callout.kit.ids import uuid7
from callout.sandbox.keyed import standing_of
from callout.sandbox.posting import webhook_client
from callout.sandbox.sendgrid_rules import first_fault

_MAX_OUTBOX = 10_000
_SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
_UNAUTHORIZED = {
    "errors": [
        {
            "message": "The provided authorization grant is invalid, expired, or revoked",
            "field": None,
            "help": None,
        }
    ]
}
_BUSY = {"errors": [{"field": None, "message": "too many requests"}]}


class Account:
    """The memory of the simulated account."""

    def __init__(self, client: httpx.AsyncClient | None) -> None:
        self.client = client or webhook_client()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.outbox: list[dict[str, Any]] = []
        self.faults: list[int] = []

    @property
    def public_key(self) -> str:
        """The key receivers check our events with, base64 of DER, as SendGrid's settings page shows it."""
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, at: str, body: bytes) -> str:
        """ECDSA over the time followed by the body, base64 of DER."""
        return base64.b64encode(self.key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


@post("/v3/mail/send", status_code=202)
async def send(request: Request[Any, Any, State], state: State) -> Response[Any]:
    """Takes a mail as the real service does: 202 and an id, or its reasons not to."""
    account: Account = state.account
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith("SG."):
        return Response(_UNAUTHORIZED, status_code=401)
    if account.faults:
        return _fault(account.faults.pop(0))
    try:
        mail = await request.json()
    except ClientException:
        return Response({"errors": [{"message": "Bad Request", "field": None, "help": None}]}, status_code=400)
    if fault := first_fault(mail):
        return Response({"errors": [fault]}, status_code=400)
    message_id = base64.urlsafe_b64encode(uuid7().bytes).decode().rstrip("=")
    account.outbox.append({"message_id": message_id, "accepted_at": int(time.time()), "mail": mail})
    del account.outbox[:-_MAX_OUTBOX]
    return Response(b"", status_code=202, headers={"X-Message-Id": message_id})


@get("/v3/scopes")
async def scopes(request: Request[Any, Any, State], state: State) -> Response[Any]:
    """What a key may do; one that holds the word `restricted` may not send, one with `refused` is unknown."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith("SG.") or standing_of(key) == "refused":
        return Response(_UNAUTHORIZED, status_code=401)
    if state.account.faults:
        return _fault(state.account.faults.pop(0))
    may = ["alerts.read", "user.profile.read"] if "restricted" in key else ["mail.send", "user.profile.read"]
    return Response({"scopes": may}, status_code=200)


@get("/v3/user/webhooks/event/settings/signed")
async def signing_key(state: State) -> dict[str, str]:
    """The public key of the event webhook."""
    return {"public_key": state.account.public_key}


@get("/_sandbox/outbox")
async def outbox(state: State, to: str | None = None) -> dict[str, Any]:
    """Every mail taken, newest last; `to` keeps those to one address."""
    items = [item for item in state.account.outbox if to is None or to in _recipients(item["mail"])]
    return {"items": items, "total": len(items)}


@post("/_sandbox/faults", status_code=200)
async def arrange_faults(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Makes the next requests fail: `statuses` is a list of HTTP statuses, answered one by one."""
    state.account.faults = [int(status) for status in data.get("statuses", [])]
    return {"statuses": state.account.faults}


@post("/_sandbox/events", status_code=200)
async def post_events(data: dict[str, Any], state: State) -> dict[str, Any]:
    """Posts one signed batch of events about mails of the outbox.

    Members: `webhook_url`, `events` (names such as delivered, open, bounce), `message_id` (default: the newest mail),
    `times` (how often the same batch is posted), `timestamp` (Unix seconds, default now).
    """
    account: Account = state.account
    item = _chosen(account, data.get("message_id"))
    batch = [_event(item, name) for name in data.get("events", ["processed", "delivered"])]
    body = httpx.Request("POST", "http://x", json=batch).content + b"\r\n"
    at = str(data.get("timestamp", int(time.time())))
    headers = {
        "Content-Type": "application/json",
        _TIMESTAMP_HEADER: at,
        _SIGNATURE_HEADER: account.sign(at, body),
    }
    statuses = [
        (await account.client.post(data["webhook_url"], content=body, headers=headers)).status_code
        for _ in range(int(data.get("times", 1)))
    ]
    return {"statuses": statuses, "events": batch}


def create_app(client: httpx.AsyncClient | None = None) -> Litestar:
    """The simulator as an ASGI application.

    Args:
        client: posts the event webhooks; by default a plain one.
    """
    return Litestar(
        route_handlers=[send, scopes, signing_key, outbox, arrange_faults, post_events],
        state=State({"account": Account(client)}),
        openapi_config=None,
        request_max_body_size=30 * 1024 * 1024,
    )


def _fault(status: int) -> Response[Any]:
    if status == 429:
        return Response(_BUSY, status_code=429, headers={"X-RateLimit-Remaining": "0", "Retry-After": "1"})
    if status == 401:
        return Response(_UNAUTHORIZED, status_code=401)
    return Response({"errors": [{"message": "Internal Server Error", "field": None, "help": None}]}, status_code=status)


def _recipients(mail: dict[str, Any]) -> set[str]:
    return {to["email"] for part in mail["personalizations"] for to in part["to"]}


def _chosen(account: Account, message_id: str | None) -> dict[str, Any]:
    found = [item for item in account.outbox if message_id in (None, item["message_id"])]
    if not found:
        raise ClientException("no such mail in the outbox")
    return found[-1]


def _event(item: dict[str, Any], name: str) -> dict[str, Any]:
    mail = item["mail"]
    event = {
        "email": next(iter(sorted(_recipients(mail)))),
        "event": name,
        "timestamp": int(time.time()),
        "sg_event_id": base64.urlsafe_b64encode(uuid7().bytes).decode(),
        "sg_message_id": f"{item['message_id']}.filter0001.16648.5515E0B88.0",
        "smtp-id": mail.get("headers", {}).get("Message-ID", f"<{item['message_id']}@sandbox>"),
        **mail.get("custom_args", {}),
    }
    if name == "bounce":
        event |= {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 The email account does not exist."}
    if name == "dropped":
        event |= {"status": "5.0.0", "reason": "Bounced Address"}
    return event
