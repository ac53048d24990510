"""What people and machines of the team see of the tenant's events, as they happen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import may
from callout.kit.db.work import Work
from callout.kit.events import Published
from callout.kit.principal import Principal
from callout.kit.text.masking import mask_contact_details

PERMISSION_OF = {
    "user": "user.read",
    "session": "user.read",
    "tenant": "tenant.read",
    "settings": "settings.read",
    "subscription": "subscription.read",
    "usage": "usage.read",
    "provider": "provider_config.read",
    "webhook": "webhook_endpoint.read",
    "export": "export.read",
    "scrape": "scrape_job.read",
    "duplicates": "business.read",
    "business": "business.read",
    "contact": "contact.read",
    "consent": "consent_record.read",
    "list": "call_list.read",
    "campaign": "campaign.read",
    "call": "call.read",
    "voice": "voice.read",
    "knowledge": "knowledge_base.read",
    "agent": "agent.read",
    "conversation": "conversation.read",
    "lead": "conversation.read",
    "scam": "scam_assessment.read",
    "trigger": "trigger_event.read",
    "rule": "trigger_rule.read",
    "vendor": "vendor.read",
    "order": "order.read",
    "offer": "offer.read",
    "dispatch": "decision_record.read",
    "policy": "dispatch_policy.read",
    "rating": "rating.read",
    "invoice": "invoice.read",
    "referral": "referral_code.read",
    "reward": "reward_entry.read",
    "notification": "notification.read",
    "message": "message.read",
}
"""The permission that reads the noun of an event, by the first word of its type."""

NARROWER = {"user.invited": "invitation.read", "vendor.invited": "vendor.invite"}
"""Types that tell more than their noun: invitations carry addresses and codes."""


async def team_view(work: Work, events: Sequence[Published]) -> list[Published]:
    """The events a person or machine of the team may see; phones and addresses masked where viewers see them so."""
    principal = work.principal
    seen = [event for event in events if is_for_team(principal, event)]
    if not seen or not await sees_masked(work):
        return seen
    return [msgspec.structs.replace(event, data=mask_contact_details(event.data)) for event in seen]


def is_for_team(principal: Principal, event: Published) -> bool:
    """True when the role may read the event's noun; what lies in an inbox is its owner's alone."""
    permission = NARROWER.get(event.type) or PERMISSION_OF.get(event.type.partition(".")[0])
    if permission is None or not may(principal.role, permission):
        return False
    if event.type.startswith("notification."):
        return principal.session_id is not None and event.data.get("user_id") == str(principal.actor_id)
    return True
