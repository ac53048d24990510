"""A customer asks not to be called again: suppressed, consent withdrawn, waiting calls cancelled, all at once."""

from typing import Literal

from callout.features.calling.calls.placing import cancel_pending
from callout.features.calling.calls.tables import Call
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.store import fetch as fetch_row
from callout.features.prospecting.suppression import suppress
from callout.features.prospecting.tables import SuppressionEntry
from callout.kit.db.work import Work


async def opt_out(work: Work, call: Call, *, reason: Literal["opt_out_speech", "opt_out_keyword"], quote: str) -> None:
    """Honours the wish at once, for every campaign; asked again it changes nothing. The call is locked.

    Args:
        work: the transaction.
        call: in which it was said.
        reason: how it was said.
        quote: the words, kept with the withdrawal.
    """
    if call.opted_out:
        return
    call.opted_out = True
    phone = call.to_number if call.direction == "outbound" else call.from_number
    if not phone:
        return
    await work.session.flush()
    await suppress(work, phone=phone, reason=reason, source_ref=f"call:{call.id}")
    await record_consent(
        work,
        phone=phone,
        contact_id=call.contact_id,
        scope="call",
        basis="none",
        action="withdrawn",
        source=f"call:{call.id}",
        statement=quote[:1000] or None,
    )


async def suppressed(work: Work, event: ContactSuppressed) -> None:
    """Cancels what waits to be dialled to a number that must not be called any more."""
    if "call" not in event.channels:
        return
    entry = await fetch_row(work, SuppressionEntry, event.noun_id)
    if entry.phone:
        await cancel_pending(work, phone=entry.phone, reason="suppressed")
