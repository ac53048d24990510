"""The use case of registering as a vendor with an invite code."""

from typing import Any, NamedTuple
from uuid import UUID

from callout.features.accounts.context import Accounts
from callout.features.accounts.password_policy import VENDOR_MINIMUM, check_password
from callout.features.accounts.sessions import Device, IssuedTokens, issue_session
from callout.features.accounts.tables import Tenant, User
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.users import create_user
from callout.features.vendors import devices, standing, store
from callout.features.vendors.catalogue_service import check_codes
from callout.features.vendors.documents import missing_kinds
from callout.features.vendors.events import VendorRegistered
from callout.features.vendors.invites import tenant_of_code, use_code
from callout.features.vendors.ports import ReferralCodes
from callout.features.vendors.profile import read_phone
from callout.features.vendors.schemas import Signup
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
from callout.kit.principal import Principal


class Registered(NamedTuple):
    """What registration leads to."""

    vendor: Vendor
    user: User
    tenant: Tenant
    tokens: IssuedTokens
    next_steps: list[str]


async def register_vendor(
    accounts: Accounts, referral_codes: ReferralCodes, data: Signup, device: Device
) -> Registered:
    """Makes a login and a vendor for whoever holds an invite code, and uses the code up; all or nothing.

    Args:
        accounts: the context of accounts; the code decides the tenant, so the transaction begins here.
        referral_codes: another vendor's growth code may come along.
        data: what the person typed.
        device: where from.

    Raises:
        InvalidCode, InviteUsed, InviteExpired: about the code.
        AlreadyExists: the e-mail has an account in this tenant.
        WeakPassword: shorter than eight characters, or easily guessed.
        Unprocessable: a service is not in the tenant's catalogue, or the phone cannot be read.
    """
    code, tenant_id = await tenant_of_code(accounts.database, data.code)
    check_password(data.password, minimum=VENDOR_MINIMUM, personal=(data.email, data.full_name))
    password_hash = await accounts.passwords.hash(data.password)
    vendor_id, user_id = uuid7(), uuid7()
    principal = Principal(
        role="vendor", tenant_id=tenant_id, actor_id=user_id, vendor_id=vendor_id, label=data.email, status="pending"
    )
    async with accounts.database.transaction(principal) as work:
        await use_code(work, code, vendor_id)
        await accounts.plans.check(work, "vendors")
        tenant = await own_tenant(work)
        phone = await read_phone(work, data.phone)
        await check_codes(work, data.services)
        user = await create_user(
            work,
            email=data.email,
            full_name=data.full_name,
            role="vendor",
            password_hash=password_hash,
            phone=phone,
            locale=tenant.locale,
            user_id=user_id,
        )
        vendor = await add_vendor(work, tenant, user, vendor_id=vendor_id, code=code, profile=_profile(data))
        if data.referral_code:
            vendor.referral_id = await referral_codes.use(work, data.referral_code, vendor_id)
        if data.device_token:
            await devices.register_device(work, user_id, data.device_token, data.platform)
        tokens = await issue_session(accounts, work, user, device)
        if (await tenant_settings(work))["vendors.auto_verify"]:
            vendor = await standing.verify(work, vendor_id, "verified automatically")
        steps = await next_steps(work, vendor)
    return Registered(vendor, user, tenant, tokens, steps)


async def add_vendor(
    work: Work, tenant: Tenant, user: User, *, vendor_id: UUID, code: str, profile: dict[str, Any]
) -> Vendor:
    """Adds the vendor of a new login; the invite code becomes its vendor code.

    Args:
        profile: column values; without `area_lat` and `area_lng` the vendor gets no offers until it sets a place.
    """
    settings = await tenant_settings(work)
    vendor = Vendor(
        id=vendor_id,
        user_id=user.id,
        vendor_code=code,
        referral_id=code,
        email=user.email,
        full_name=user.full_name,
        phone=user.phone,
        timezone=tenant.timezone,
        max_open_jobs=settings["vendors.default_max_open_jobs"],
        status="pending",
        status_changed_at=work.now,
        registered_via_app=True,
        registered_at=work.now,
        last_seen_at=work.now,
        member_since=work.now.date(),
        **profile,
    )
    work.session.add(vendor)
    await store.reindex(work, vendor)
    await work.publish(
        VendorRegistered(
            noun_id=vendor.id, vendor_code=code, full_name=vendor.full_name, services=list(vendor.services)
        )
    )
    return vendor


async def next_steps(work: Work, vendor: Vendor) -> list[str]:
    """What a new vendor still has to do or to wait for before offers come."""
    steps = []
    if not vendor.services:
        steps.append("choose_services")
    if vendor.area_lat is None:
        steps.append("set_service_area")
    steps += [f"upload_{kind}" for kind in await missing_kinds(work, vendor)]
    if vendor.status == "pending":
        steps.append("wait_for_verification")
    return steps


def _profile(data: Signup) -> dict[str, Any]:
    return {
        "services": list(dict.fromkeys(data.services)),
        "skills": list(data.skills),
        "languages": list(data.languages),
        "area_lat": data.service_area.latitude,
        "area_lng": data.service_area.longitude,
        "area_radius_km": data.service_area.radius,
        "working_hours": data.working_hours.as_json() if data.working_hours else None,
    }
