"""What the demonstration business sets up before it can work: billing, rules, webhook secrets, vendors."""

import hashlib
import hmac
from http import HTTPStatus
from typing import Any

from callout.run.demo.client import Client, Refused
from callout.run.demo.stage import Stage
from callout.run.demo.town import Worker

WEBHOOK_SECRET = "whsec_demonstration"  # noqa: S105 - of the demonstration tenant, which has nothing to protect
PROFILE = {
    "business_name": "Bright Home Services",
    "business_address": "1 Capitol Plaza, Springfield, IL 62701",
    "business_phone": "+12175550100",
    "business_email": "office@bright-home.example",
    "tax_name": "Sales tax",
    "tax_rate": "8.25",
    "accent_color": "#0F766E",
}


async def ensure_billing_profile(stage: Stage) -> None:
    found = await stage.admin.call("GET", "/api/admin/billing/profile")
    if found.json() is None:
        await stage.admin.call(
            "PUT", "/api/admin/billing/profile", json=PROFILE, headers={"If-Match": found.headers["ETag"]}
        )


async def ensure_rules(stage: Stage) -> None:
    rules = (await stage.admin.get("/api/admin/vendor-selection/trigger-rules", limit=200))["items"]
    names = {rule["name"] for rule in rules}
    for rule in demo_rules():
        if rule["name"] not in names:
            await stage.admin.post("/api/admin/vendor-selection/trigger-rules", rule)


def demo_rules() -> list[dict[str, Any]]:
    """The trigger rules of the demonstration business."""
    return [
        {
            "name": "Home visit",
            "type": "location_visit",
            "instructions": "The customer wants somebody to come and do work at an address.",
            "keywords": ["cleaning", "visit", "deep clean", "repair", "appointment"],
            "alternative_phrases": ["send someone over", "come and clean", "send our cleaner", "make an appointment"],
            "negative_keywords": ["just looking", "already have someone"],
        },
        {
            "name": "Plumbing emergency",
            "type": "emergency_service",
            "instructions": "Water or another urgent problem is doing damage right now.",
            "services": ["plumbing"],
            "keywords": ["burst", "flooding", "leak", "emergency"],
            "alternative_phrases": ["send someone over", "as soon as possible"],
            "negative_keywords": ["false alarm"],
            "actions": {"priority_level": 5},
            "vendor_selection_criteria": {"location_radius_km": 25, "offer_mode": "broadcast"},
        },
    ]


async def ensure_webhook_secrets(stage: Stage) -> None:
    for provider, key in (("elevenlabs", "sk_demonstration_key"), ("cloned_voice", "demonstration-key")):
        await stage.admin.post(
            "/api/admin/api-configs",
            {
                "provider": provider,
                "credentials": {"api_key": key, "webhook_secret": WEBHOOK_SECRET},
                "validate": False,
            },
        )


async def register(stage: Stage, worker: Worker, email: str) -> None:
    invites = await stage.admin.post("/api/admin/vendors/invites", {"count": 1, "note": worker.full_name})
    form = {
        "code": invites[0]["code"],
        "full_name": worker.full_name,
        "email": email,
        "phone": worker.phone,
        "password": vendor_password(stage, worker),
        "services": list(worker.services),
        "service_area": {"latitude": worker.lat, "longitude": worker.lng, "radius": 25},
    }
    path = f"/api/admin/vendors/{await _sign_up(stage, form)}"
    await stage.admin.post(f"{path}/verify", {"note": "Documents seen."})
    tag = (await stage.admin.call("GET", path)).headers["ETag"]
    await stage.admin.call("PATCH", path, json={"daily_cap": 50, "max_open_jobs": 20}, headers={"If-Match": tag})


async def _sign_up(stage: Stage, form: dict[str, Any]) -> str:
    """The new vendor's id. When the answer is lost on the way, the repetition finds the code used: by this vendor."""
    applicant = Client(stage.gateway)
    try:
        return str((await applicant.post("/api/shared/auth/vendor-signup", form))["vendor"]["id"])
    except Refused as refused:
        registered = (await stage.admin.get("/api/admin/vendors", limit=200))["items"]
        for vendor in registered:
            if refused.status == HTTPStatus.CONFLICT and vendor["email"] == form["email"]:
                return str(vendor["id"])
        raise
    finally:
        await applicant.close()


def vendor_password(stage: Stage, worker: Worker) -> str:
    """Follows from the owner's, so that a later run can sign the same people in."""
    digest = hmac.new(stage.owner_password.encode(), worker.email_name.encode(), hashlib.sha256).hexdigest()
    return f"v-{digest[:16]}"
