"""What admins are told about calls: triggers that fired, fraud, people who do not want to be called."""

from callout.features.conversations.events import ScamDetected
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.store import fetch
from callout.features.prospecting.tables import SuppressionEntry
from callout.features.triggers.events import TriggerFired
from callout.kit.db.work import Work
from callout.kit.text.phones import mask_phone


async def on_scam_detected(work: Work, event: ScamDetected) -> None:
    """Alerts the admins when the tenant wants more than a flag."""
    if event.action not in ("alert", "end_call"):
        return
    values = {"severity": event.severity, "scam_type": event.scam_type, "quote": event.quote}
    await notify(work, Notice(key="scam_alert", noun_id=event.noun_id, values=values, urgent=True), await admins(work))


async def on_trigger_fired(work: Work, event: TriggerFired) -> None:
    """Tells the admins that somebody wants work done."""
    values = {
        "trigger_name": event.trigger_name,
        "confidence": f"{float(event.confidence):.2f}",
        "customer_name": event.customer_name,
    }
    notice = Notice(
        key="trigger_fired",
        noun_id=event.noun_id,
        values=values,
        trigger_event_id=event.noun_id,
        data={"conversation_id": str(event.conversation_id)},
        priority=event.priority,
    )
    await notify(work, notice, await admins(work))


async def on_contact_suppressed(work: Work, event: ContactSuppressed) -> None:
    """Tells the admins that somebody asked not to be called."""
    if event.reason not in ("opt_out_speech", "opt_out_keyword"):
        return
    entry = await fetch(work, SuppressionEntry, event.noun_id)
    values = {"phone_masked": mask_phone(entry.phone) if entry.phone else None}
    await notify(work, Notice(key="opt_out_recorded", noun_id=event.noun_id, values=values), await admins(work))
