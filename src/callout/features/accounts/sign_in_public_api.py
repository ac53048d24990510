"""Signing up, in and out over HTTP."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie
from litestar.di import Provide

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow, public
from callout.features.accounts.refresh_tokens import PREFIX
from callout.features.accounts.schemas import Refresh, SignIn, SignInCode, SignUp, tenant_summary, user_view
from callout.features.accounts.sessions import Device, IssuedTokens, end_sessions, refresh_session
from callout.features.accounts.sign_in import SignedIn, sign_in, sign_in_with_code
from callout.features.accounts.sign_up import Founding, sign_up
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated, Unprocessable
from callout.kit.http.limits import RateLimits
from callout.kit.principal import Principal
from callout.kit.text.phones import parse_phone

COOKIE = "callout_refresh"
COOKIE_PATH = "/api/shared/auth"
WINDOW_S = 900
PER_WINDOW = 10


def device_of(request: Request[Any, Any, Any]) -> Device:
    """Where a request comes from."""
    host = request.client.host if request.client else ""
    return Device(ip=host[:45], user_agent=request.headers.get("user-agent", "")[:300])


async def limit_guesses(limits: RateLimits, name: str, device: Device, email: str) -> None:
    """At most ten tries per address and e-mail in 15 minutes."""
    await limits.hit(name, f"{device.ip}:{email}", limit=PER_WINDOW, window_s=WINDOW_S)


@post("/signup", guards=[public], secret_answer=True)
async def post_signup(
    data: SignUp,
    accounts: Accounts,
    device: Device,
    limits: RateLimits,
    request: Request[Any, Any, Any],
) -> Response[dict[str, Any]]:
    """Founds a business and signs its owner in; repeated under its Idempotency-Key it signs in."""
    await limit_guesses(limits, "signup", device, data.email)
    if data.phone:
        _check_phone(data.phone, data.country)
    founding = Founding(
        email=data.email,
        password=data.password,
        full_name=data.full_name,
        business_name=data.business_name,
        country=data.country,
        timezone=data.timezone,
        currency=data.currency,
        phone=data.phone,
    )
    key = request.headers.get("idempotency-key")
    signed_in = await sign_up(accounts, founding, device, transport=data.transport, key=key)
    return await signed_in_answer(accounts, signed_in, data.transport, status_code=201)


@post("/login", guards=[public], status_code=200, secret_answer=True)
async def post_login(data: SignIn, accounts: Accounts, device: Device, limits: RateLimits) -> Response[dict[str, Any]]:
    """Signs in by e-mail and password."""
    await limit_guesses(limits, "login", device, data.email)
    signed_in = await sign_in(
        accounts,
        email=data.email,
        password=data.password,
        slug=data.tenant,
        device=device._replace(name=data.device),
        transport=data.transport,
    )
    return await signed_in_answer(accounts, signed_in, data.transport)


@post("/login/mfa", guards=[public], status_code=200, secret_answer=True)
async def post_login_code(data: SignInCode, accounts: Accounts, device: Device) -> Response[dict[str, Any]]:
    """Answers the second-factor challenge of a sign-in."""
    signed_in, transport = await sign_in_with_code(accounts, challenge=data.challenge, code=data.code, device=device)
    return await signed_in_answer(accounts, signed_in, transport)


@post("/refresh", guards=[public], status_code=200, secret_answer=True)
async def post_refresh(
    request: Request[Any, Any, Any], accounts: Accounts, device: Device, data: Refresh | None = None
) -> Response[dict[str, Any]]:
    """Trades a refresh token, from the body or the cookie, for new tokens."""
    text = data.refresh_token if data else None
    is_cookie = text is None
    if is_cookie:
        text = _cookie_token(request)
    tokens, _ = await refresh_session(accounts, text or "", device)
    return _with_tokens(accounts, {}, tokens, "cookie" if is_cookie else "body", 200)


@post("/logout", guards=[allow("account.logout")], status_code=204)
async def post_logout(work: Work, accounts: Accounts, data: Refresh | None = None) -> Response[None]:  # noqa: ARG001
    """Ends the session of the access token, which is that of any refresh token sent along."""
    await end_sessions(accounts, work, "logout", session_id=work.principal.session_id)
    return Response(None, status_code=204, cookies=[_expired_cookie(accounts)])


@post("/logout-all", guards=[allow("account.logout")], status_code=200)
async def post_logout_all(work: Work, accounts: Accounts) -> Response[dict[str, int]]:
    """Ends all sessions of the user, this one included."""
    revoked = await end_sessions(accounts, work, "logout", user_id=work.principal.actor_id)
    return Response({"revoked": revoked}, cookies=[_expired_cookie(accounts)])


async def signed_in_answer(
    accounts: Accounts, signed_in: SignedIn, transport: str, *, status_code: int = 200
) -> Response[dict[str, Any]]:
    """User, tenant and tokens; the refresh token in the body or in a cookie."""
    avatar = None
    if signed_in.user.avatar_file_id:
        async with accounts.database.transaction(Principal.system(signed_in.tenant.id)) as work:
            avatar = await accounts.files.url(work, signed_in.user.avatar_file_id)
    body = {"user": user_view(signed_in.user, avatar), "tenant": tenant_summary(signed_in.tenant)}
    return _with_tokens(accounts, body, signed_in.tokens, transport, status_code)


def _with_tokens(
    accounts: Accounts, body: dict[str, Any], tokens: IssuedTokens, transport: str, status_code: int
) -> Response[dict[str, Any]]:
    in_cookie = transport == "cookie"
    full = {
        **body,
        "access_token": tokens.access_token,
        "refresh_token": None if in_cookie else tokens.refresh_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
    }
    cookies = [_cookie(accounts, tokens)] if in_cookie else []
    return Response(full, status_code=status_code, cookies=cookies)


def _cookie(accounts: Accounts, tokens: IssuedTokens) -> Cookie:
    lasts = tokens.refresh_expires_at - accounts.database.clock.now()
    return Cookie(
        COOKIE,
        value=tokens.refresh_token,
        path=COOKIE_PATH,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        secure=accounts.public_url.startswith("https://"),
        samesite="strict",
    )


def _expired_cookie(accounts: Accounts) -> Cookie:
    return Cookie(
        COOKIE,
        value="",
        path=COOKIE_PATH,
        max_age=0,
        httponly=True,
        secure=accounts.public_url.startswith("https://"),
        samesite="strict",
    )


def _cookie_token(request: Request[Any, Any, Any]) -> str:
    token = request.cookies.get(COOKIE, "")
    if not token.startswith(PREFIX):
        raise Unauthenticated("Send refresh_token, or the cookie.")
    if request.headers.get("x-requested-with") != "callout":
        raise Unauthenticated("With the cookie, send the header X-Requested-With: callout.")
    return token


def _check_phone(phone: str, country: str | None) -> None:
    try:
        parse_phone(phone, country or "US")
    except ValueError as error:
        raise Unprocessable.at("phone", str(error), code="invalid_phone") from error


DEVICE = {"device": Provide(device_of, sync_to_thread=False)}
router = Router(
    "/api/shared/auth",
    route_handlers=[post_signup, post_login, post_login_code, post_refresh, post_logout, post_logout_all],
    dependencies=DEVICE,
    tags=["auth"],
)
