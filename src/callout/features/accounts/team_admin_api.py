"""The team over HTTP: users, their sessions, invitations, access keys, the audit trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts import session_store
from callout.features.accounts.access_keys import create_access_key, list_access_keys, revoke_access_key
from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.invitations import invite, list_invitations, revoke_invitation
from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.accounts.schemas import (
    AuditFilters,
    ChangeTeamMember,
    NewAccessKey,
    NewInvitation,
    Page,
    TeamFilters,
    access_key_view,
    audit_view,
    colleague_view,
    invitation_view,
    user_view,
)
from callout.features.accounts.self_public_api import session_list
from callout.features.accounts.sessions import end_sessions
from callout.features.accounts.tables import User
from callout.features.accounts.team_store import list_audit, list_team
from callout.features.accounts.user_store import find_user
from callout.features.accounts.users import change_team_member, delete_team_member
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

AnyRequest = Request[Any, Any, Any]


@get("/users", guards=[allow("user.read")], filters=TeamFilters)
async def get_users(
    work: Work, accounts: Accounts, filters: Filtered[TeamFilters], request: AnyRequest
) -> Response[dict[str, Any]]:
    """The team; a viewer sees names and roles."""
    users, total = await list_team(work, filters)
    is_viewer = work.principal.role == "viewer"
    is_masked = await sees_masked(work)
    rows = []
    for user in users:
        avatar = await _avatar(work, accounts, user)
        rows.append(colleague_view(user, avatar, is_masked=is_masked) if is_viewer else user_view(user, avatar))
    return listed(filters, rows, total, request=request)


@patch("/users/{user_id:uuid}", guards=[allow("user.change_role")])
async def patch_user(
    user_id: UUID, data: ChangeTeamMember, work: Work, accounts: Accounts, if_match: IfMatch
) -> Response[dict[str, Any]]:
    """Changes role or activity; the member's sessions end."""
    changes = data.given()
    for name, value in changes.items():
        if value is None:
            raise Unprocessable.at(name, "must not be null")
    if_match.check_optional((await find_user(work, user_id)).version)
    user = await change_team_member(accounts, work, user_id, changes)
    return versioned(user_view(user, await _avatar(work, accounts, user)), user.version)


@delete("/users/{user_id:uuid}", guards=[allow("user.delete")])
async def delete_user(user_id: UUID, work: Work, accounts: Accounts) -> None:
    """Removes a member of the team."""
    await delete_team_member(accounts, work, user_id)


@get("/users/{user_id:uuid}/sessions", guards=[allow("user.revoke_sessions")], filters=Page)
async def get_user_sessions(user_id: UUID, work: Work, filters: Filtered[Page]) -> Response[dict[str, Any]]:
    """The live sessions of a user."""
    user = await find_user(work, user_id)
    rows = await session_store.live_sessions(work, user.id)
    return session_list(filters, rows, work.principal.session_id)


@delete("/users/{user_id:uuid}/sessions", guards=[allow("user.revoke_sessions")])
async def delete_user_sessions(user_id: UUID, work: Work, accounts: Accounts) -> None:
    """Signs a user out everywhere."""
    user = await find_user(work, user_id)
    if await end_sessions(accounts, work, "admin", user_id=user.id):
        await audit(work, "user.revoke_sessions", "user", user.id)


@get("/invitations", guards=[allow("invitation.read")], filters=Page)
async def get_invitations(work: Work, filters: Filtered[Page], request: AnyRequest) -> Response[dict[str, Any]]:
    """Invitations into the team, newest first."""
    rows, total = await list_invitations(work, limit=filters.limit, offset=filters.offset)
    return listed(filters, [invitation_view(row, work.now) for row in rows], total, request=request)


@post("/invitations", guards=[allow("invitation.create")])
async def post_invitation(data: NewInvitation, work: Work, accounts: Accounts) -> Response[Any]:
    """Invites somebody; the same invitation again answers 200 with the pending one."""
    invitation, is_new = await invite(accounts, work, email=data.email, role=data.role)
    view = invitation_view(invitation, work.now)
    return created(view, f"/api/admin/invitations/{invitation.id}") if is_new else Response(view, status_code=200)


@delete("/invitations/{invitation_id:uuid}", guards=[allow("invitation.revoke")])
async def delete_invitation(invitation_id: UUID, work: Work) -> None:
    """Withdraws an invitation."""
    await revoke_invitation(work, invitation_id)


@get("/api-configs/access-keys", guards=[allow("access_key.read")], filters=Page)
async def get_access_keys(work: Work, filters: Filtered[Page], request: AnyRequest) -> Response[dict[str, Any]]:
    """Access keys without their secrets, newest first."""
    rows, total = await list_access_keys(work, limit=filters.limit, offset=filters.offset)
    return listed(filters, [access_key_view(row) for row in rows], total, request=request)


@post("/api-configs/access-keys", guards=[allow("access_key.create")], secret_answer=True)
async def post_access_key(data: NewAccessKey, work: Work) -> Response[Any]:
    """Makes an access key; its secret is in this answer and never again."""
    if data.expires_at is not None and data.expires_at <= work.now:
        raise Unprocessable.at("expires_at", "must lie in the future")
    key, secret = await create_access_key(work, name=data.name, role=data.role, expires_at=data.expires_at)
    return created({**access_key_view(key), "key": secret}, f"/api/admin/api-configs/access-keys/{key.id}")


@delete("/api-configs/access-keys/{key_id:uuid}", guards=[allow("access_key.revoke")])
async def delete_access_key(key_id: UUID, work: Work, accounts: Accounts) -> None:
    """Ends an access key."""
    await revoke_access_key(accounts, work, key_id)


@get("/audit", guards=[allow("audit_entry.read")], filters=AuditFilters)
async def get_audit(work: Work, filters: Filtered[AuditFilters], request: AnyRequest) -> Response[dict[str, Any]]:
    """Who changed what, newest first."""
    rows, total, following = await list_audit(work, filters)
    return listed(filters, [audit_view(row) for row in rows], total, request=request, next_cursor=following)


async def _avatar(work: Work, accounts: Accounts, user: User) -> str | None:
    return await accounts.files.url(work, user.avatar_file_id) if user.avatar_file_id else None


router = Router(
    "/api/admin",
    route_handlers=[
        get_users,
        patch_user,
        delete_user,
        get_user_sessions,
        delete_user_sessions,
        get_invitations,
        post_invitation,
        delete_invitation,
        get_access_keys,
        post_access_key,
        delete_access_key,
        get_audit,
    ],
    tags=["team"],
)
