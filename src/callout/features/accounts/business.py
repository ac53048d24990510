"""The business itself: its record, its first steps, closing and reopening."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import CurrencyLocked
from callout.features.accounts.events import TenantUpdated
from callout.features.accounts.sessions import end_sessions
from callout.features.accounts.tables import Tenant
from callout.features.accounts.tenant_store import lock_tenant, slug_is_taken
from callout.kit.db.work import Work
from callout.kit.errors import Conflict, Gone, Unprocessable
from callout.kit.secrets import new_token

STEPS = {
    "profile": "/console/settings/business",
    "provider": "/console/settings/providers",
    "agent": "/console/agents",
    "trigger_rule": "/console/triggers",
    "billing": "/console/settings/billing",
    "vendor": "/console/vendors",
}
"""The first steps of a new business and where the console takes them."""
RESTORABLE_FOR = timedelta(days=30)
_SLUG = re.compile(r"^[a-z0-9-]{3,40}$")


async def update_tenant(accounts: Accounts, work: Work, changes: dict[str, Any], check_version: Any) -> Tenant:
    """Changes the record of the business.

    Args:
        accounts: the context.
        work: the unit of work of an owner.
        changes: column values; absent means unchanged.
        check_version: called with the current version once it cannot move.

    Raises:
        CurrencyLocked: the currency would change after the first invoice.
        Conflict: the slug is another business's.
    """
    tenant = await lock_tenant(work)
    check_version(tenant.version)
    before = {name: getattr(tenant, name) for name in changes}
    changed = [name for name, value in changes.items() if before[name] != value]
    if not changed:
        return tenant
    if "currency" in changed and await accounts.invoices.any_issued(work):
        raise CurrencyLocked
    if "slug" in changed:
        await _check_slug(work, changes["slug"])
    for name in changed:
        setattr(tenant, name, changes[name])
    if "profile" not in tenant.onboarding:
        tenant.onboarding = [*tenant.onboarding, "profile"]
    after = {name: changes[name] for name in changed}
    await audit(
        work, "tenant.update", "tenant", tenant.id, before={name: before[name] for name in changed}, after=after
    )
    await work.publish(TenantUpdated(noun_id=tenant.id, changed=changed))
    await work.session.flush()
    return tenant


async def finish_step(work: Work, step: str) -> None:
    """Ticks off one of the first steps; features above do so when theirs happens.

    Raises:
        KeyError: no such step.
    """
    if step not in STEPS:
        raise KeyError(step)
    tenant = await lock_tenant(work)
    if step not in tenant.onboarding:
        tenant.onboarding = [*tenant.onboarding, step]
        await work.session.flush()


async def rotate_webhook_token(work: Work) -> str:
    """A new secret path part for inbound webhooks; the caller keeps the old one as long as it likes."""
    tenant = await lock_tenant(work)
    tenant.webhook_token = new_token()
    await audit(work, "tenant.rotate_webhook_token", "tenant", tenant.id)
    await work.publish(TenantUpdated(noun_id=tenant.id, changed=["webhook_token"]))
    await work.session.flush()
    return tenant.webhook_token


async def close_tenant(accounts: Accounts, work: Work, confirm_slug: str, reason: str | None = None) -> Tenant:
    """Closes the business: everybody else is signed out, owners may reopen it for 30 days."""
    tenant = await lock_tenant(work)
    _check_confirmation(tenant, confirm_slug)
    if tenant.status == "closed":
        return tenant
    await audit(work, "tenant.close", "tenant", tenant.id, before={"status": tenant.status}, reason=reason)
    tenant.status = "closed"
    tenant.closed_at = work.now
    await end_sessions(accounts, work, "admin", keep=work.principal.session_id)
    await _forget_tenant(accounts, work)
    await work.publish(TenantUpdated(noun_id=tenant.id, changed=["status"]))
    await work.session.flush()
    return tenant


async def reopen_tenant(accounts: Accounts, work: Work, confirm_slug: str) -> Tenant:
    """Takes the closing back within 30 days; the status is again what the subscription makes of it."""
    tenant = await lock_tenant(work)
    _check_confirmation(tenant, confirm_slug)
    if tenant.status != "closed":
        return tenant
    if tenant.closed_at is not None and work.now - tenant.closed_at > RESTORABLE_FOR:
        raise Gone("The 30 days for reopening are over.")
    tenant.status = await accounts.plans.tenant_status(work)
    tenant.closed_at = None
    await audit(work, "tenant.reopen", "tenant", tenant.id, after={"status": tenant.status})
    await _forget_tenant(accounts, work)
    await work.publish(TenantUpdated(noun_id=tenant.id, changed=["status"]))
    await work.session.flush()
    return tenant


async def _check_slug(work: Work, slug: str) -> None:
    if not _SLUG.match(slug):
        raise Unprocessable.at("slug", "must be 3 to 40 of a-z, 0-9 and -")
    if await slug_is_taken(work, slug):
        raise Conflict("This slug is taken.", code="already_exists")


def _check_confirmation(tenant: Tenant, confirm_slug: str) -> None:
    if confirm_slug != tenant.slug:
        raise Unprocessable.at("confirm_slug", f"type {tenant.slug} to confirm")


async def _forget_tenant(accounts: Accounts, work: Work) -> None:
    tenant_id = work.tenant_id

    async def forget() -> None:
        accounts.principals.forget(lambda principal: principal.tenant_id == tenant_id)

    work.after_commit(forget)
