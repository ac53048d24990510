"""What a telephony provider's reports mean for a call: plain facts. Pure."""

from collections.abc import Mapping
from datetime import datetime

from callout.features.calling.calls.facts import Fact, Kind, Line
from callout.features.calling.ports import AnsweredBy, CallReport, CallStatus

DETECTED = 0
"""The number of a detection: there is one for a call, however often it is told, at times with the last status."""
BROKEN = 2_000_000
"""The number of a failed stream: it outweighs the provider's own view that the call was completed."""
_KINDS: Mapping[CallStatus, Kind] = {
    "pending": "dialing",
    "dialing": "dialing",
    "ringing": "ringing",
    "in_progress": "answered",
    "completed": "completed",
    "failed": "failed",
    "no_answer": "no_answer",
    "busy": "busy",
    "cancelled": "cancelled",
}
_LINES: Mapping[AnsweredBy, Line] = {"human": "human", "machine": "machine", "fax": "fax", "unknown": "unknown"}


def facts_of(report: CallReport, now: datetime) -> list[Fact]:
    """The facts in a report, in the order in which they are to be taken.

    Args:
        report: of the provider.
        now: aware UTC, for a report that tells no time.
    """
    at = report.at or now
    found: list[Fact] = []
    if report.answered_by is not None:
        found.append(
            Fact(
                kind="line",
                at=at,
                sequence=DETECTED,
                line=_LINES[report.answered_by],
                is_message_end=report.is_message_end,
                external_id=report.external_id,
            )
        )
    if report.status is not None:
        found.append(
            Fact(
                kind=_KINDS[report.status],
                at=at,
                sequence=report.sequence,
                duration_s=report.duration_s,
                error_code=report.error_code,
                error_detail=report.error_detail,
                external_id=report.external_id,
            )
        )
    elif report.error_code is not None:
        found.append(
            Fact(
                kind="failed",
                at=at,
                sequence=BROKEN,
                end_reason="provider_error",
                error_code=report.error_code,
                error_detail=report.error_detail,
                external_id=report.external_id,
            )
        )
    return found
