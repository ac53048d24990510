"""Takes what a telephony provider tells by webhook; told again, or in another order, it changes nothing."""

from uuid import UUID

from callout.features.calling.calls import store
from callout.features.calling.calls.carrier_reports import facts_of
from callout.features.calling.calls.inbound import answer_inbound
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.calls.recording import recording_ready
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.ports import CallReport, Chosen, IncomingCall, Instruction, Recording, Telephony
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def take_report(work: Work, provider: str, report: CallReport | Recording, call_id: UUID | None) -> bool:
    """Takes a report about a call or its recording; False when it is about no call of the tenant.

    Args:
        work: of the tenant whose webhook was called.
        provider: who reports.
        report: what it says.
        call_id: of the address the report was sent to.
    """
    external_id = report.external_id if isinstance(report, CallReport) else report.call_id
    call = await _call(work, provider, external_id, call_id)
    if call is None:
        return False
    if isinstance(report, Recording):
        await recording_ready(work, call.id, report)
        return True
    for fact in facts_of(report, work.now):
        await report_fact(work, call.id, fact)
    return True


async def take_incoming(
    work: Work, chosen: Chosen[Telephony], incoming: IncomingCall, addresses: Addresses
) -> Instruction:
    """What the provider is to do with a call to a number of the tenant."""
    return await answer_inbound(
        work,
        addresses,
        provider=chosen.adapter.provider,
        external_id=incoming.external_id,
        from_number=incoming.from_number,
        to_number=incoming.to,
        mode=chosen.mode,
    )


async def _call(work: Work, provider: str, external_id: str, call_id: UUID | None) -> Call | None:
    """The call a report is about: by our own id as long as the provider's is not known, and never by a wrong pair."""
    if call_id is None:
        return await store.by_external(work, provider, external_id)
    try:
        call = await store.find(work, call_id)
    except NotFound:
        return None
    return call if call.provider == provider and call.external_id in {None, external_id} else None
