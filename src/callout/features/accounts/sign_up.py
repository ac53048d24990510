"""Founding a business: tenant, first owner, plan and first session in one transaction."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import NamedTuple
from uuid import UUID, uuid5

from babel.core import get_global
from babel.numbers import get_territory_currencies
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.email_verification import send_verification
from callout.features.accounts.errors import SignUpRunning
from callout.features.accounts.password_policy import check_password
from callout.features.accounts.sessions import Device, issue_session
from callout.features.accounts.sign_in import SignedIn, sign_in
from callout.features.accounts.tables import Tenant
from callout.features.accounts.users import create_user
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import new_token
from callout.kit.text.phones import parse_phone, region_of

FALLBACK_COUNTRY = "US"
SIGN_UPS = UUID("6f0f1b5e-2f0f-5d0c-9a57-3f8f0f6f5b10")
"""The namespace of tenant ids that a keyed sign-up gives."""
MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}
"""Where most businesses of a country with several zones are."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_HOURS = {day: [{"from": "09:00", "to": "17:00"}] if day not in {"sat", "sun"} else [] for day in DAYS}


class Founding(NamedTuple):
    """What a founder types in; the rest is filled in from the country."""

    email: str
    password: str
    full_name: str
    business_name: str
    country: str | None = None
    timezone: str | None = None
    currency: str | None = None
    phone: str | None = None
    locale: str = "en"


async def sign_up(
    accounts: Accounts, founding: Founding, device: Device, *, transport: str = "body", key: str | None = None
) -> SignedIn:
    """Creates a tenant with its first owner and signs him in.

    The same e-mail may own several tenants, so that nothing is revealed about others. A sign-up repeated under its key
    founds nothing: it signs in to what the first one founded.

    Args:
        accounts: the ports and keys.
        founding: what was typed in.
        device: where from.
        transport: how the refresh token travels, `cookie` or `body`.
        key: the caller's name of this sign-up (Idempotency-Key), if any.

    Raises:
        WeakPassword: too easy.
        InvalidCredentials, MfaRequired, AccountLocked: a repeat, as `sign_in`.
        SignUpRunning: the same sign-up is under way in another request.
    """
    name = f"{founding.email.strip().lower()}\n{founding.business_name}\n{key}"
    tenant_id = uuid5(SIGN_UPS, name) if key else uuid7()
    if key and (slug := await _founded_before(accounts, tenant_id)):
        return await sign_in(
            accounts, email=founding.email, password=founding.password, slug=slug, device=device, transport=transport
        )
    check_password(founding.password, personal=(founding.email, founding.full_name, founding.business_name))
    password_hash = await accounts.passwords.hash(founding.password)
    user_id = uuid7()
    founder = Principal(role="owner", tenant_id=tenant_id, actor_id=user_id, label=founding.full_name)
    async with accounts.database.transaction(founder) as work:
        tenant = await found_tenant(accounts, work, tenant_id, founding)
        user = await create_user(
            work,
            user_id=user_id,
            email=founding.email,
            full_name=founding.full_name,
            role="owner",
            password_hash=password_hash,
            phone=tenant.phone,
            locale=founding.locale,
        )
        await audit(work, "tenant.create", "tenant", tenant.id, after={"name": tenant.name, "slug": tenant.slug})
        await send_verification(accounts, work, user)
        tokens = await issue_session(accounts, work, user, device)
    return SignedIn(tokens, user, tenant)


async def found_tenant(accounts: Accounts, work: Work, tenant_id: UUID, founding: Founding) -> Tenant:
    """Adds the tenant with its plan; every unset fact is the usual one of its country."""
    country = founding.country or (region_of(founding.phone) if founding.phone else None) or FALLBACK_COUNTRY
    start = await accounts.plans.start(work)
    for attempt in range(20):
        tenant = Tenant(
            id=tenant_id,
            name=founding.business_name,
            slug=slug_of(founding.business_name, suffix=secrets.token_hex(2) if attempt else ""),
            country=country,
            timezone=founding.timezone or usual_zone(country),
            currency=founding.currency or usual_currency(country),
            locale=founding.locale,
            email=founding.email.strip().lower(),
            phone=parse_phone(founding.phone, country) if founding.phone else None,
            business_hours=OFFICE_HOURS,
            app_id=secrets.token_hex(12),
            status=start.status,
            plan_code=start.plan_code,
            trial_ends_at=start.trial_ends_at,
            webhook_token=new_token(),
        )
        try:
            async with work.nested():
                work.session.add(tenant)
        except IntegrityError:
            if await work.session.get(Tenant, tenant_id) is not None:
                raise SignUpRunning from None
            continue
        return tenant
    raise RuntimeError("no free slug found")


async def _founded_before(accounts: Accounts, tenant_id: UUID) -> str | None:
    async with accounts.database.lookup() as lookup:
        slug: str | None = await lookup.session.scalar(select(Tenant.slug).where(Tenant.id == tenant_id))
        return slug


def slug_of(name: str, *, suffix: str = "") -> str:
    """A name as a URL part: 3 to 40 of a-z, 0-9 and -."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) < 3:
        slug = f"{slug}-business".strip("-")
    return f"{slug[:35].strip('-')}-{suffix}" if suffix else slug[:40].strip("-")


def usual_zone(country: str) -> str:
    """The time zone most businesses of a country are in (CLDR; by hand where there are several)."""
    zones: list[str] = get_global("territory_zones").get(country) or ["Etc/UTC"]
    return MAIN_ZONES.get(country, zones[0])


def usual_currency(country: str) -> str:
    """The currency a country pays in today (CLDR)."""
    return (get_territory_currencies(country) or ["USD"])[0]
