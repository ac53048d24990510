"""What admins are told about calls: triggers that fired, fraud, people who do not want to be called."""

from callout.features.conversations.events import ScamDetected
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins
from callout.kit.db.work import Work


async def on_scam_detected(work: Work, event: ScamDetected) -> None:
    """Alerts the admins when the tenant wants more than a flag."""
    if event.action not in ("alert", "end_call"):
        return
    values = {"severity": event.severity, "scam_type": event.scam_type, "quote": event.quote}
    await notify(work, Notice(key="scam_alert", noun_id=event.noun_id, values=values, urgent=True), await admins(work))
