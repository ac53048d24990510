"""The business and its settings over HTTP."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get, patch, post

from callout.features.accounts.business import STEPS, close_tenant, reopen_tenant, update_tenant
from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow
from callout.features.accounts.schemas import ChangeTenant, CloseTenant, tenant_view
from callout.features.accounts.settings_registry import GROUPS
from callout.features.accounts.sign_in import confirm_own_password
from callout.features.accounts.tables import Tenant
from callout.features.accounts.tenant_settings import (
    change_settings,
    check_change,
    find_group,
    may_edit,
    tenant_settings,
)
from callout.features.accounts.tenant_store import own_tenant
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.writes import IfMatch, versioned
from callout.kit.text.phones import parse_phone


@get("/tenant", guards=[allow("tenant.read")])
async def get_tenant(work: Work, accounts: Accounts) -> Response[dict[str, Any]]:
    """The record of the business."""
    return await _answer(work, accounts, await own_tenant(work))


@patch("/tenant", guards=[allow("tenant.update")])
async def patch_tenant(
    data: ChangeTenant, work: Work, accounts: Accounts, if_match: IfMatch
) -> Response[dict[str, Any]]:
    """Changes the record of the business."""
    changes = await _columns(data, work, accounts)
    return await _answer(work, accounts, await update_tenant(accounts, work, changes, if_match.check_optional))


@post("/tenant/close", guards=[allow("tenant.close")], status_code=202)
async def post_close(data: CloseTenant, work: Work, accounts: Accounts) -> Response[dict[str, Any]]:
    """Closes the business, with 30 days to think better of it."""
    await confirm_own_password(accounts, work.principal, data.password)
    return await _answer(work, accounts, await close_tenant(accounts, work, data.confirm_slug), status_code=202)


@post("/tenant/reopen", guards=[allow("tenant.close")], status_code=202)
async def post_reopen(data: CloseTenant, work: Work, accounts: Accounts) -> Response[dict[str, Any]]:
    """Takes the closing back."""
    await confirm_own_password(accounts, work.principal, data.password)
    return await _answer(work, accounts, await reopen_tenant(accounts, work, data.confirm_slug), status_code=202)


@get("/tenant/onboarding", guards=[allow("tenant.read")])
async def get_onboarding(work: Work) -> list[dict[str, Any]]:
    """The first steps of a new business and which are done."""
    done = (await own_tenant(work)).onboarding
    return [{"step": step, "done": step in done, "link": link} for step, link in STEPS.items()]


@get("/settings", guards=[allow("settings.read")])
async def get_settings(work: Work) -> list[dict[str, Any]]:
    """All groups of settings."""
    settings = await tenant_settings(work)
    return [settings.described(group, may_edit=may_edit(work.principal.role, group)) for group in GROUPS]


@get("/settings/{name:str}", guards=[allow("settings.read")])
async def get_settings_group(name: str, work: Work) -> Response[dict[str, Any]]:
    """One group of settings with its ETag."""
    group = find_group(name)
    settings = await tenant_settings(work)
    view = settings.described(group, may_edit=may_edit(work.principal.role, group))
    return versioned(view, settings.group_version(name))


@patch("/settings/{name:str}", guards=[allow("settings.update")])
async def patch_settings_group(
    name: str, data: dict[str, Any], work: Work, if_match: IfMatch
) -> Response[dict[str, Any]]:
    """Changes some settings of a group; null takes one back to its default."""
    group = find_group(name)
    settings = await change_settings(work, check_change(group, data), if_match.check)
    return versioned(settings.described(group, may_edit=True), settings.group_version(name))


async def _answer(
    work: Work, accounts: Accounts, tenant: Tenant, *, status_code: int = 200
) -> Response[dict[str, Any]]:
    logo = await accounts.files.url(work, tenant.logo_file_id) if tenant.logo_file_id else None
    return versioned(tenant_view(tenant, logo), tenant.version, status_code=status_code)


async def _columns(data: ChangeTenant, work: Work, accounts: Accounts) -> dict[str, Any]:
    changes = data.given()
    for name in sorted(ChangeTenant.required & set(changes)):
        if changes[name] is None:
            raise Unprocessable.at(name, "must not be null")
    if "base_location" in changes:
        place = changes.pop("base_location")
        is_set = place is not None and not place.is_unset
        changes["base_lat"], changes["base_lng"] = (place.lat, place.lng) if is_set else (None, None)
    if changes.get("business_hours") is not None:
        changes["business_hours"] = changes["business_hours"].as_json()
    if changes.get("holidays") is not None:
        changes["holidays"] = sorted({day.isoformat() for day in changes["holidays"]})
    if changes.get("phone"):
        country = changes.get("country") or (await own_tenant(work)).country
        try:
            changes["phone"] = parse_phone(changes["phone"], country)
        except ValueError as error:
            raise Unprocessable.at("phone", str(error), code="invalid_phone") from error
    if changes.get("logo_file_id") and await accounts.files.url(work, changes["logo_file_id"]) is None:
        raise Unprocessable.at("logo_file_id", "there is no such file")
    return changes


router = Router(
    "/api/admin",
    route_handlers=[
        get_tenant,
        patch_tenant,
        post_close,
        post_reopen,
        get_onboarding,
        get_settings,
        get_settings_group,
        patch_settings_group,
    ],
    tags=["tenant"],
)
