"""How vendors and what hangs on them look in JSON."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from callout.features.vendors.lifecycle import account_status
from callout.features.vendors.schemas import NotificationPreferences, Preferences
from callout.features.vendors.store import UNSEEN_AFTER
from callout.features.vendors.tables import TimeOff, Vendor, VendorBlock, VendorDocument, VendorInvite, VendorPair
from callout.kit.http.wire import money, money_number, timestamp

View = dict[str, Any]


def vendor_view(
    vendor: Vendor,
    now: datetime,
    currency: str,
    *,
    acceptance_rate: float | None,
    documents: Iterable[VendorDocument] = (),
    block: VendorBlock | None = None,
) -> View:
    """A vendor as admins see it; `block` is the latest one and shown only while it is in force."""
    return {
        **_common(vendor, now),
        "min_price": money(vendor.min_price, currency),
        "currency": currency,
        "tags": vendor.tags,
        "admin_notes": vendor.admin_notes,
        "can_reactivate": vendor.can_reactivate,
        "suspended_until": timestamp(vendor.suspended_until),
        "registered_via_app": vendor.registered_via_app,
        "registered_at": timestamp(vendor.registered_at),
        "verified_by": _id(vendor.verified_by),
        "current_location": _location(vendor),
        "located_at": timestamp(vendor.located_at),
        "avg_response_min": _number(vendor.avg_response_min),
        "acceptance_rate": acceptance_rate,
        "documents": [document_view(document) for document in documents],
        "block": _block(vendor, block),
        "version": vendor.version,
        "created_at": timestamp(vendor.created_at),
        "updated_at": timestamp(vendor.updated_at),
        "created_by_role": vendor.created_by_role,
    }


def profile_view(vendor: Vendor, now: datetime) -> View:
    """The own profile of a vendor; money is a number on the vendor API."""
    return {
        **_common(vendor, now),
        "min_price": money_number(vendor.min_price),
        "notification_preferences": notification_preferences(vendor),
        "preferences": preferences(vendor),
        "version": vendor.version,
    }


def notification_preferences(vendor: Vendor) -> View:
    """All five preference flags, defaults included."""
    return NotificationPreferences.model_validate(vendor.notification_preferences).model_dump()


def preferences(vendor: Vendor) -> View:
    """Language and theme, defaults included."""
    return Preferences.model_validate(vendor.preferences).model_dump()


def orders_stats(vendor: Vendor) -> View:
    """The order counters under the names the vendor app knows."""
    pending = vendor.orders_total - vendor.orders_completed - vendor.orders_canceled
    return {
        "total": vendor.orders_total,
        "completed": vendor.orders_completed,
        "pending": max(pending, 0),
        "canceled": vendor.orders_canceled,
        "rating": _number(vendor.rating),
    }


def service_area(vendor: Vendor) -> View | None:
    """The circle a vendor serves; None while no place is set."""
    if vendor.area_lat is None or vendor.area_lng is None:
        return None
    return {"latitude": vendor.area_lat, "longitude": vendor.area_lng, "radius": vendor.area_radius_km}


def is_online(vendor: Vendor, now: datetime) -> bool:
    """Online, not beyond the announced end, and seen within a day."""
    if not vendor.is_online or vendor.last_seen_at is None:
        return False
    return now - vendor.last_seen_at < UNSEEN_AFTER and (vendor.online_until is None or now < vendor.online_until)


def invite_status(invite: VendorInvite, now: datetime) -> str:
    """active, used, expired or revoked."""
    if invite.used_at:
        return "used"
    if invite.revoked_at:
        return "revoked"
    return "active" if invite.expires_at > now else "expired"


def invite_view(invite: VendorInvite, now: datetime) -> View:
    """An invite as admins see it."""
    return {
        "id": str(invite.id),
        "code": invite.code,
        "status": invite_status(invite, now),
        "note": invite.note,
        "email": invite.email,
        "phone": invite.phone,
        "services": invite.services,
        "expires_at": timestamp(invite.expires_at),
        "used_by_vendor_id": _id(invite.used_by_vendor_id),
        "used_at": timestamp(invite.used_at),
        "revoked_at": timestamp(invite.revoked_at),
        "version": invite.version,
        "created_at": timestamp(invite.created_at),
        "created_by": _id(invite.created_by),
    }


def document_view(document: VendorDocument) -> View:
    """A document with its review."""
    return {
        "id": str(document.id),
        "vendor_id": str(document.vendor_id),
        "kind": document.kind,
        "file_id": str(document.file_id),
        "number": document.number,
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "review": document.review,
        "review_note": document.review_note,
        "created_at": timestamp(document.created_at),
    }


def time_off_view(time_off: TimeOff) -> View:
    """A span without work."""
    return {
        "id": str(time_off.id),
        "vendor_id": str(time_off.vendor_id),
        "from_at": timestamp(time_off.from_at),
        "to_at": timestamp(time_off.to_at),
        "note": time_off.note,
        "created_at": timestamp(time_off.created_at),
    }


def block_view(block: VendorBlock) -> View:
    """One entry of a vendor's history."""
    return {
        "id": str(block.id),
        "action": block.action,
        "reason": block.reason,
        "permanent": block.permanent,
        "snapshot": block.snapshot,
        "at": timestamp(block.at),
        "by": _id(block.by),
    }


def blocked_view(vendor: Vendor, block: VendorBlock | None) -> View:
    """A blocked vendor with the circumstances of its block."""
    return {
        "id": str(vendor.id),
        "vendor_code": vendor.vendor_code,
        "full_name": vendor.full_name,
        "email": vendor.email,
        "reason": vendor.status_reason,
        "at": timestamp(vendor.status_changed_at),
        "by": _id(block.by) if block else None,
        "permanent": block.permanent if block else False,
        "snapshot": block.snapshot if block else {},
        "can_reactivate": vendor.can_reactivate,
    }


def pair_view(pair: VendorPair) -> View:
    """A vendor a customer wants, or never again."""
    return {
        "id": str(pair.id),
        "vendor_id": str(pair.vendor_id),
        "contact_id": str(pair.contact_id),
        "relation": pair.relation,
        "reason": pair.reason,
        "created_at": timestamp(pair.created_at),
    }


def _common(vendor: Vendor, now: datetime) -> View:
    return {
        "id": str(vendor.id),
        "user_id": str(vendor.user_id),
        "vendor_code": vendor.vendor_code,
        "unique_vendor_id": vendor.vendor_code,
        "referral_id": vendor.referral_id,
        "email": vendor.email,
        "full_name": vendor.full_name,
        "phone": vendor.phone,
        "services": vendor.services,
        "skills": vendor.skills,
        "languages": vendor.languages,
        "service_area": service_area(vendor),
        "working_hours": vendor.working_hours,
        "timezone": vendor.timezone,
        "avatar_url": vendor.avatar_url,
        "bio": vendor.bio,
        "is_online": is_online(vendor, now),
        "last_seen_at": timestamp(vendor.last_seen_at),
        "max_open_jobs": vendor.max_open_jobs,
        "daily_cap": vendor.daily_cap,
        "open_jobs": vendor.open_jobs,
        "orders_stats": orders_stats(vendor),
        "rating": _number(vendor.rating),
        "rating_count": vendor.rating_count,
        "status": vendor.status,
        "account_status": account_status(vendor.status),
        "status_reason": vendor.status_reason,
        "status_changed_at": timestamp(vendor.status_changed_at),
        "verified_at": timestamp(vendor.verified_at),
        "member_since": vendor.member_since.isoformat(),
    }


def _location(vendor: Vendor) -> View | None:
    if vendor.current_lat is None or vendor.current_lng is None:
        return None
    return {"lat": vendor.current_lat, "lng": vendor.current_lng}


def _block(vendor: Vendor, block: VendorBlock | None) -> View | None:
    if vendor.status != "blocked" or block is None:
        return None
    return {
        "reason": block.reason,
        "at": timestamp(block.at),
        "by": _id(block.by),
        "can_reactivate": vendor.can_reactivate,
    }


def _id(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
