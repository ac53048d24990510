"""What follows from calls: admins hear of triggers, fraud and opt-outs, and who only asked gets an answer."""

from callout.features.conversations.events import ScamDetected
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins, customer_recipient
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.store import fetch
from callout.features.prospecting.tables import SuppressionEntry
from callout.features.triggers import firing
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


async def inform_customer(work: Work, event: TriggerFired) -> None:
    """Writes to somebody who asked without ordering, when the rule wants that; the firing keeps what became of it."""
    wants = event.act and event.actions.get("send_customer_email") and not event.actions.get("create_order")
    if not wants or event.is_scam:
        return
    done: dict[str, object] = {"action": "send_customer_email", "ok": False, "error": "no_email"}
    if event.customer_email:
        customer = await customer_recipient(
            work,
            name=event.customer_name,
            email=event.customer_email,
            phone=event.customer_phone,
            language=event.language,
        )
        values = {
            "customer_name": event.customer_name or event.business_name,
            "service_type": event.service_label or event.trigger_name,
        }
        notice = Notice(key="service_information", noun_id=event.noun_id, values=values, trigger_event_id=event.noun_id)
        messages = await notify(work, notice, [customer])
        if not messages:
            return
        queued = any(message.status == "queued" for message in messages)
        done = {"action": "send_customer_email", "ok": queued} | ({} if queued else {"error": "not_sent"})
    await firing.record_actions(work, event.noun_id, [done])


async def on_contact_suppressed(work: Work, event: ContactSuppressed) -> None:
    """Tells the admins that somebody asked not to be called."""
    if event.reason not in ("opt_out_speech", "opt_out_keyword"):
        return
    entry = await fetch(work, SuppressionEntry, event.noun_id)
    values = {"phone_masked": mask_phone(entry.phone) if entry.phone else None}
    await notify(work, Notice(key="opt_out_recorded", noun_id=event.noun_id, values=values), await admins(work))
