"""The public keys and the published vocabulary over HTTP."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers
from babel import Locale
from litestar import Response, Router, get

from callout import __version__
from callout.features.accounts import password_policy
from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import public
from callout.features.accounts.sign_up import usual_currency, usual_zone
from callout.features.accounts.vocabulary import ENUMERATIONS, UPLOADS

FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


@get("/.well-known/jwks.json", guards=[public])
async def get_jwks(accounts: Accounts) -> Response[dict[str, Any]]:
    """The keys that verify access tokens."""
    return Response(accounts.tokens.keys.jwks(), headers=FOR_AN_HOUR)


@get("/api/shared/meta", guards=[public])
async def get_meta(accounts: Accounts) -> Response[dict[str, Any]]:
    """Enumerations, services, countries, upload limits, password rules, versions."""
    body = {
        "enums": ENUMERATIONS,
        "services": ENUMERATIONS["service canonical"],
        "countries": countries(),
        "uploads": UPLOADS,
        "password": {
            "min_length": password_policy.ADMIN_MINIMUM,
            "min_length_vendor": password_policy.VENDOR_MINIMUM,
            "max_length": password_policy.MAXIMUM,
        },
        "sandbox": accounts.is_sandbox,
        "version": __version__,
        "api_version": "1",
    }
    return Response(body, headers=FOR_AN_HOUR)


@lru_cache(maxsize=1)
def countries() -> list[dict[str, Any]]:
    """Countries a business may be in, by English name, with what is usual there."""
    names = Locale("en").territories
    rows = [
        {
            "code": code,
            "name": names.get(code, code),
            "dial_code": f"+{phonenumbers.country_code_for_region(code)}",
            "currency": usual_currency(code),
            "timezone": usual_zone(code),
        }
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(rows, key=lambda row: str(row["name"]))


router = Router("/", route_handlers=[get_jwks, get_meta], tags=["meta"])
