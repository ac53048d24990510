"""Invite codes and registration over HTTP, for people without an account."""

from typing import Any

from litestar import Request, Response, Router, get, post

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import public
from callout.features.accounts.sessions import Device
from callout.features.vendors import invites
from callout.features.vendors.ports import ReferralCodes
from callout.features.vendors.registration import register_vendor
from callout.features.vendors.schemas import Signup
from callout.features.vendors.views import View, profile_view
from callout.kit.http.limits import RateLimits

WINDOW_S = 900
LOOKUPS, SIGNUPS = 30, 10


@get("/vendor-invites/{code:str}", guards=[public])
async def show_invite(code: str, accounts: Accounts, limits: RateLimits, request: Request[Any, Any, Any]) -> View:
    """Whether a code can be used, and for whom; 200 in any case."""
    await limits.hit("invite", _address(request), limit=LOOKUPS, window_s=WINDOW_S)
    return await invites.describe_code(accounts.database, code)


@post("/vendor-signup", guards=[public])
async def sign_up_vendor(
    data: Signup, accounts: Accounts, referral_codes: ReferralCodes, limits: RateLimits, request: Request[Any, Any, Any]
) -> Response[Any]:
    """Registers with an invite code and signs in."""
    await limits.hit("signup", f"{_address(request)}:{data.email}", limit=SIGNUPS, window_s=WINDOW_S)
    device = Device(_address(request), request.headers.get("user-agent", "")[:300], data.device)
    made = await register_vendor(accounts, referral_codes, data, device)
    body = {
        "vendor": profile_view(made.vendor, made.vendor.registered_at),
        "access_token": made.tokens.access_token,
        "refresh_token": made.tokens.refresh_token,
        "token_type": "Bearer",
        "expires_in": made.tokens.expires_in,
        "status": made.vendor.status,
        "next_steps": made.next_steps,
    }
    return Response(body, status_code=201, headers={"Location": "/api/vendor/profile"})


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else "unknown"


router = Router("/api/shared/auth", route_handlers=[show_invite, sign_up_vendor], tags=["auth"])
