"""Invite codes and registration over HTTP, for people without an account."""

from typing import Any

from litestar import Request, Response, Router, get, post

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import public
from callout.features.accounts.sign_in import SignedIn
from callout.features.accounts.sign_in_public_api import device_of, limit_guesses, signed_in_answer
from callout.features.vendors import invites
from callout.features.vendors.ports import ReferralCodes
from callout.features.vendors.registration import register_vendor
from callout.features.vendors.schemas import Signup
from callout.features.vendors.views import View, profile_view
from callout.kit.http.limits import RateLimits

WINDOW_S = 900
LOOKUPS = 30


@get("/vendor-invites/{code:str}", guards=[public])
async def show_invite(code: str, accounts: Accounts, limits: RateLimits, request: Request[Any, Any, Any]) -> View:
    """Whether a code can be used, and for whom; 200 in any case."""
    await limits.hit("invite", device_of(request).ip, limit=LOOKUPS, window_s=WINDOW_S)
    return await invites.describe_code(accounts.database, code)


@post("/vendor-signup", guards=[public], secret_answer=True)
async def sign_up_vendor(
    data: Signup,
    accounts: Accounts,
    referral_codes: ReferralCodes,
    limits: RateLimits,
    request: Request[Any, Any, Any],
) -> Response[dict[str, Any]]:
    """Registers with an invite code and signs in."""
    device = device_of(request)._replace(name=data.device)
    await limit_guesses(limits, "signup", device, data.email)
    made = await register_vendor(accounts, referral_codes, data, device)
    signed_in = SignedIn(made.tokens, made.user, made.tenant)
    answer = await signed_in_answer(accounts, signed_in, data.transport, status_code=201)
    answer.content |= {
        "vendor": profile_view(made.vendor, made.vendor.registered_at),
        "status": made.vendor.status,
        "next_steps": made.next_steps,
    }
    answer.headers["Location"] = "/api/vendor/profile"
    return answer


router = Router("/api/shared/auth", route_handlers=[show_invite, sign_up_vendor], tags=["auth"])
