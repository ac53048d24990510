"""Accepting a team invitation, and single sign-on, over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Response, Router, get, post

from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import OriginNotAllowed, SsoNotConfigured
from callout.features.accounts.invitations import accept_invitation, open_invitation
from callout.features.accounts.permissions import public
from callout.features.accounts.schemas import AcceptInvitation
from callout.features.accounts.sessions import Device
from callout.features.accounts.sign_in_public_api import DEVICE, limit_guesses, signed_in_answer
from callout.kit.http.limits import RateLimits


@get("/invitations/{token:str}", guards=[public])
async def get_invitation(token: str, accounts: Accounts) -> dict[str, str]:
    """What the invitation offers."""
    opened = await open_invitation(accounts, token)
    return {"tenant_name": opened.tenant.name, "email": opened.invitation.email, "role": opened.invitation.role}


@post("/invitations/{token:str}/accept", guards=[public], secret_answer=True)
async def post_accept(
    token: str, data: AcceptInvitation, accounts: Accounts, device: Device, limits: RateLimits
) -> Response[dict[str, Any]]:
    """Creates the invited user and signs him in."""
    await limit_guesses(limits, "invitation", device, "")
    signed_in = await accept_invitation(
        accounts,
        token,
        full_name=data.full_name,
        password=data.password,
        device=device._replace(name=data.device),
    )
    return await signed_in_answer(accounts, signed_in, data.transport, status_code=201)


@get(["/sso/{provider:str}/start", "/sso/{provider:str}/callback"], guards=[public])
async def get_sso(provider: str, accounts: Accounts, from_url: str | None = None) -> None:
    """Single sign-on: refuses foreign return addresses, then says that no provider is configured."""
    if from_url is not None and not is_allowed_target(from_url, accounts.public_url, accounts.allowed_origins):
        raise OriginNotAllowed
    raise SsoNotConfigured(f"Signing in with {provider[:40]} is not configured here.")


def is_allowed_target(url: str, public_url: str, allowed_origins: tuple[str, ...]) -> bool:
    """True for a path of this installation or an address of an allowed origin.

    Schemes, backslashes and `//host` forms that browsers read as other origins are refused.
    """
    if any(character in url for character in "\\\r\n\t") or url != url.strip():
        return False
    parts = urlsplit(url)
    if not parts.scheme and not parts.netloc:
        return url.startswith("/") and not url.startswith("//")
    if "@" in parts.netloc:
        return False
    return f"{parts.scheme}://{parts.netloc}".lower() in {public_url.lower(), *(o.lower() for o in allowed_origins)}


router = Router(
    "/api/shared/auth", route_handlers=[get_invitation, post_accept, get_sso], dependencies=DEVICE, tags=["auth"]
)
