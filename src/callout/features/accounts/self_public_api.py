"""A signed-in person's own account over HTTP: profile, password, e-mail, sessions, second factor, tickets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post

from callout.features.accounts import session_store
from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.email_verification import (
    resend_verification,
    send_verification,
    verify_by_code,
    verify_by_token,
)
from callout.features.accounts.passwords import change_password, reset_password, send_reset
from callout.features.accounts.permissions import allow, permissions_of, public
from callout.features.accounts.schemas import (
    ChangePassword,
    ChangeSelf,
    CodeOnly,
    ForgotPassword,
    NewTicket,
    Page,
    PasswordAndCode,
    PasswordOnly,
    ResendVerification,
    ResetPassword,
    VerifyEmail,
    session_view,
    tenant_summary,
    user_view,
)
from callout.features.accounts.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    remove_second_factor,
    renew_recovery_codes,
    with_attempt,
)
from callout.features.accounts.sessions import Device, end_sessions
from callout.features.accounts.sign_in import confirm_own_password, own_id
from callout.features.accounts.sign_in_public_api import DEVICE, limit_guesses
from callout.features.accounts.tables import Session, User
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.tickets import LIFETIME_S, issue_ticket
from callout.features.accounts.user_store import find_user
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.http.limits import RateLimits
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.wire import timestamp
from callout.kit.text.phones import parse_phone

ACCEPTED = {"status": "accepted"}
QUIET_ANSWER_S = 0.5
"""Answers that must not tell whether somebody exists take at least this long."""


@get("/me", guards=[allow("identity.read")])
async def get_me(work: Work, accounts: Accounts) -> dict[str, Any]:
    """Who the token stands for and what it may do."""
    principal = work.principal
    tenant = await own_tenant(work)
    user = await find_user(work, own_id(principal)) if principal.session_id else None
    plan = dict(await accounts.plans.describe(work))
    return {
        "user": await _view(work, accounts, user) if user else None,
        "tenant": tenant_summary(tenant),
        "role": principal.role,
        "account_status": principal.status,
        "vendor_id": str(principal.vendor_id) if principal.vendor_id else None,
        "permissions": permissions_of(principal.role),
        "plan": {**plan, "trial_ends_at": timestamp(plan.get("trial_ends_at"))},
        "mfa_enabled": user.mfa_enabled if user else False,
        "sandbox": accounts.is_sandbox,
    }


@patch("/me", guards=[allow("account.update")])
async def patch_me(data: ChangeSelf, work: Work, accounts: Accounts) -> dict[str, Any]:
    """Changes one's own name, phone, picture, language, zone or theme."""
    user = await find_user(work, own_id(work.principal), lock=True)
    changes = data.given()
    for name in ("full_name", "locale", "theme"):
        if name in changes and changes[name] is None:
            raise Unprocessable.at(name, "must not be null")
    if changes.get("phone"):
        try:
            changes["phone"] = parse_phone(changes["phone"], (await own_tenant(work)).country)
        except ValueError as error:
            raise Unprocessable.at("phone", str(error), code="invalid_phone") from error
    if changes.get("avatar_file_id") and await accounts.files.url(work, changes["avatar_file_id"]) is None:
        raise Unprocessable.at("avatar_file_id", "there is no such file")
    before = {name: getattr(user, name) for name in changes}
    for name, value in changes.items():
        setattr(user, name, value)
    await audit(work, "account.update", "user", user.id, before=before, after=changes)
    await work.session.flush()
    return await _view(work, accounts, user)


@post("/password/change", guards=[allow("account.change_password")], status_code=204)
async def post_password_change(data: ChangePassword, work: Work, accounts: Accounts) -> None:
    """Replaces the password; other sessions end."""
    await change_password(accounts, work.principal, current=data.current_password, new=data.new_password)


@post("/password/forgot", guards=[public], status_code=202)
async def post_password_forgot(
    data: ForgotPassword, accounts: Accounts, device: Device, limits: RateLimits
) -> dict[str, str]:
    """Mails a reset link, if there is somebody to mail it to."""
    await limit_guesses(limits, "reset", device, data.email)
    started = time.monotonic()
    await send_reset(accounts, data.email, data.tenant)
    await _take_the_usual_time(accounts, started)
    return ACCEPTED


@post("/password/reset", guards=[public], status_code=204)
async def post_password_reset(data: ResetPassword, accounts: Accounts, device: Device, limits: RateLimits) -> None:
    """Sets a new password by the mailed link."""
    await limit_guesses(limits, "reset", device, "")
    await reset_password(accounts, data.token, data.new_password)


@post("/email/verify", guards=[public], status_code=200)
async def post_email_verify(
    data: VerifyEmail, accounts: Accounts, device: Device, limits: RateLimits
) -> dict[str, bool]:
    """Proves an address by link or code."""
    await limit_guesses(limits, "otp", device, data.email or "")
    if data.token is not None:
        await verify_by_token(accounts, data.token)
    else:
        await verify_by_code(accounts, data.email or "", data.code or "")
    return {"verified": True}


@post("/email/resend", guards=[public], status_code=202)
async def post_email_resend(
    work: Work, accounts: Accounts, device: Device, limits: RateLimits, data: ResendVerification | None = None
) -> dict[str, str]:
    """Mails the verification again: to the signed-in user, or to an address."""
    email = data.email if data else None
    await limit_guesses(limits, "otp", device, email or str(work.principal.actor_id))
    started = time.monotonic()
    if work.principal.session_id is not None:
        user = await find_user(work, own_id(work.principal))
        if user.email_verified_at is None:
            await send_verification(accounts, work, user)
    elif email is not None:
        await resend_verification(accounts, email)
        await _take_the_usual_time(accounts, started)
    else:
        raise Unprocessable.at("email", "say which address, or sign in")
    return ACCEPTED


@get("/sessions", guards=[allow("account.read_sessions")], filters=Page)
async def get_sessions(work: Work, filters: Filtered[Page]) -> Response[dict[str, Any]]:
    """One's own live sessions, most recent first."""
    rows = await session_store.live_sessions(work, own_id(work.principal))
    return session_list(filters, rows, work.principal.session_id)


@delete("/sessions/{session_id:uuid}", guards=[allow("account.revoke_sessions")])
async def delete_session(work: Work, accounts: Accounts, session_id: UUID) -> None:
    """Ends one of one's own sessions."""
    own = own_id(work.principal)
    if not await end_sessions(accounts, work, "logout", session_id=session_id, user_id=own):
        raise NotFound


@post("/mfa/totp", guards=[allow("account.manage_mfa")], status_code=200, secret_answer=True)
async def post_totp(data: PasswordOnly, work: Work, accounts: Accounts) -> dict[str, str]:
    """A new secret for an authenticator app; in force once confirmed."""
    await confirm_own_password(accounts, work.principal, data.password)
    return (await begin_enrolment(accounts, work))._asdict()


@post("/mfa/totp/confirm", guards=[allow("account.manage_mfa")], status_code=200, secret_answer=True)
async def post_totp_confirm(data: CodeOnly, work: Work, accounts: Accounts) -> dict[str, list[str]]:
    """Switches the second factor on and shows the recovery codes, once."""
    codes = await with_attempt(accounts, work.principal, lambda own: confirm_enrolment(accounts, own, data.code))
    return {"recovery_codes": codes}


@delete("/mfa/totp", guards=[allow("account.manage_mfa")], status_code=204)
async def delete_totp(data: PasswordAndCode, work: Work, accounts: Accounts) -> None:
    """Switches the second factor off."""
    await confirm_own_password(accounts, work.principal, data.password)
    await with_attempt(accounts, work.principal, lambda own: remove_second_factor(accounts, own, data.code))


@post("/mfa/recovery-codes", guards=[allow("account.manage_mfa")], status_code=200, secret_answer=True)
async def post_recovery_codes(data: CodeOnly, work: Work, accounts: Accounts) -> dict[str, list[str]]:
    """New recovery codes; the old ones are void."""
    codes = await with_attempt(accounts, work.principal, lambda own: renew_recovery_codes(accounts, own, data.code))
    return {"recovery_codes": codes}


@post("/ticket", guards=[allow("ticket.create")], status_code=200, secret_answer=True)
async def post_ticket(data: NewTicket, work: Work) -> dict[str, Any]:
    """A one-time ticket for a socket or an event stream."""
    ticket = await issue_ticket(work, audience=data.audience, noun_id=data.noun_id)
    return {"ticket": ticket, "expires_in": LIFETIME_S}


def session_list(page: Page, rows: Sequence[Session], current: UUID | None) -> Response[dict[str, Any]]:
    """One page of somebody's sessions."""
    shown = rows[page.offset : page.offset + page.limit]
    return listed(page, [session_view(row, current) for row in shown], len(rows))


async def _view(work: Work, accounts: Accounts, user: User) -> dict[str, Any]:
    avatar = await accounts.files.url(work, user.avatar_file_id) if user.avatar_file_id else None
    return user_view(user, avatar)


async def _take_the_usual_time(accounts: Accounts, started: float) -> None:
    await accounts.pause(max(0.0, QUIET_ANSWER_S - (time.monotonic() - started)))


router = Router(
    "/api/shared/auth",
    route_handlers=[
        get_me,
        patch_me,
        post_password_change,
        post_password_forgot,
        post_password_reset,
        post_email_verify,
        post_email_resend,
        get_sessions,
        delete_session,
        post_totp,
        post_totp_confirm,
        delete_totp,
        post_recovery_codes,
        post_ticket,
    ],
    dependencies=DEVICE,
    tags=["auth"],
)
