"""Twilio's answers taken apart: calls, recordings, numbers, and its words for what became of a call. Pure.

Source: https://www.twilio.com/docs/voice/api (call-resource, recording) and
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from callout.features.calling.ports import AnsweredBy, CallStatus, ProviderCall, ProviderNumber, Recording, Unavailable

STATUSES: Mapping[str, CallStatus] = {
    "queued": "dialing",
    "initiated": "dialing",
    "ringing": "ringing",
    "in-progress": "in_progress",
    "answered": "in_progress",
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "cancelled",
}
LONGEST_DURATION_S = 4 * 86_400
_CAPABILITIES = ("voice", "sms", "mms", "whatsapp")


def call_of(told: Mapping[str, Any]) -> ProviderCall:
    """A Call resource.

    Raises:
        Unavailable: it is none.
    """
    external_id, raw = text(told.get("sid")), text(told.get("status"))
    if external_id is None or raw is None:
        raise Unavailable("Twilio gave an answer that describes no call.")
    price = amount(told.get("price"))
    return ProviderCall(
        external_id=external_id,
        status=STATUSES.get(raw, "failed"),
        raw_status=raw,
        to=text(told.get("to")) or "",
        from_number=text(told.get("from")) or "",
        created_at=moment(told.get("date_created")),
        started_at=moment(told.get("start_time")),
        ended_at=moment(told.get("end_time")),
        duration_s=seconds(told.get("duration")),
        answered_by=answered_by(text(told.get("answered_by"))),
        cost=abs(price) if price is not None else None,
        currency=text(told.get("price_unit")) if price is not None else None,
    )


def recording_of(told: Mapping[str, Any]) -> Recording:
    """A Recording resource.

    Raises:
        Unavailable: it is none.
    """
    external_id, call_id = text(told.get("sid")), text(told.get("call_sid"))
    if external_id is None or call_id is None:
        raise Unavailable("Twilio gave an answer that describes no recording.")
    return Recording(
        external_id=external_id,
        call_id=call_id,
        status=text(told.get("status")) or "unknown",
        duration_s=seconds(told.get("duration")),
        channels=seconds(told.get("channels")) or 1,
        started_at=moment(told.get("start_time")),
    )


def number_of(told: Mapping[str, Any]) -> ProviderNumber:
    """An IncomingPhoneNumber resource.

    Raises:
        Unavailable: it is none.
    """
    external_id, phone = text(told.get("sid")), text(told.get("phone_number"))
    if external_id is None or phone is None:
        raise Unavailable("Twilio gave an answer that describes no number.")
    able = told.get("capabilities")
    able = able if isinstance(able, dict) else {}
    return ProviderNumber(
        external_id=external_id,
        phone=phone,
        label=text(told.get("friendly_name")),
        capabilities=tuple(name for name in _CAPABILITIES if name != "mms" and able.get(name)),
        voice_url=text(told.get("voice_url")) or None,
    )


def answered_by(word: str | None) -> AnsweredBy | None:
    """Who answered: human, machine_start, machine_end_beep, machine_end_silence, machine_end_other, fax, unknown."""
    if not word:
        return None
    if word.startswith("machine"):
        return "machine"
    return "human" if word == "human" else "fax" if word == "fax" else "unknown"


def moment(value: Any) -> datetime | None:
    """An RFC 2822 time, or one of ISO 8601, as aware UTC; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def seconds(value: Any) -> int | None:
    """A whole number Twilio writes as text; None for anything else, and for what no call lasts."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        value = int(value)
    is_good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_DURATION_S
    return value if is_good else None


def amount(value: Any) -> Decimal | None:
    """Money as Twilio writes it, charges negative; None for anything else."""
    try:
        found = Decimal(value) if isinstance(value, str) and len(value) <= 20 else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def text(value: Any) -> str | None:
    """A text that says something."""
    return value if isinstance(value, str) and value else None
