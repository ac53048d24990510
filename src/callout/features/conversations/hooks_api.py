"""Webhooks of call providers: `/api/shared/webhooks/{provider}/{tenant_token}`."""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.enums import MediaType
from litestar.params import Dependency

from callout.features.accounts.permissions import public
from callout.features.conversations.errors import WrongVerifyToken
from callout.features.conversations.inbound import receive
from callout.features.conversations.neighbours import tenant_of_webhook_token
from callout.features.conversations.ports import InboundSource, WebhookSecrets
from callout.kit.db.database import Database
from callout.kit.errors import NotFound
from callout.kit.http.limits import RateLimits
from callout.kit.principal import Principal

AnyRequest = Request[Any, Any, Any]
HOOKS_PER_WINDOW = 6000
WINDOW_S = 900


@post("/{provider:str}/{token:str}", guards=[public], status_code=200)
async def take_webhook(  # noqa: PLR0917 - filled by name
    request: AnyRequest,
    provider: str,
    token: str,
    database: Database,
    limits: RateLimits,
    inbound_sources: Annotated[Mapping[str, InboundSource], Dependency(skip_validation=True)],
    webhook_secrets: Annotated[WebhookSecrets, Dependency(skip_validation=True)],
) -> Response[dict[str, Any]]:
    """Takes a webhook: 200 once it is kept, 202 for an event without effect here."""
    source = inbound_sources.get(provider)
    if source is None:
        raise NotFound
    tenant_id = await _tenant(database, token)
    limits.touch(f"webhooks:{tenant_id}", limit=HOOKS_PER_WINDOW, window_s=WINDOW_S)
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    async with database.transaction(Principal.system(tenant_id)) as work:
        receipt = await receive(work, provider, source, webhook_secrets, headers=headers, body=body)
    if receipt.ignored:
        return Response({"ignored": True}, status_code=202)
    answer: dict[str, Any] = {"received": True, "duplicate": receipt.duplicate}
    if receipt.conversation_id:
        answer["conversation_id"] = str(receipt.conversation_id)
    return Response(answer, status_code=200)


@get("/{provider:str}/{token:str}", guards=[public], media_type=MediaType.TEXT)
async def answer_challenge(request: AnyRequest, provider: str, token: str, database: Database) -> str:  # noqa: ARG001 - part of the path
    """Proves to a provider that the address is ours; the verify token is the tenant's token."""
    await _tenant(database, token)
    given = request.query_params
    challenge = given.get("challenge") or given.get("hub.challenge")
    verify_token = given.get("verify_token") or given.get("hub.verify_token") or ""
    if challenge is None or not hmac.compare_digest(verify_token.encode(), token.encode()):
        raise WrongVerifyToken
    return str(challenge)[:2000]


async def _tenant(database: Database, token: str) -> UUID:
    tenant_id = await tenant_of_webhook_token(database, token)
    if tenant_id is None:
        raise NotFound
    return tenant_id


router = Router(path="/api/shared/webhooks", route_handlers=[take_webhook, answer_challenge], tags=["webhooks"])
