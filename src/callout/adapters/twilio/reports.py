"""Twilio's webhooks about calls: who sent them, and what they tell.

Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallback, /voice/answering-machine-detection,
/voice/api/recording#recordingstatuscallback, /usage/webhooks/voice-webhooks.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from callout.adapters.twilio.signature import is_genuine
from callout.adapters.twilio.twiml import CONTENT_TYPE, twiml
from callout.adapters.twilio.wire import STATUSES, answered_by, moment, seconds
from callout.features.calling.ports import (
    CallReport,
    CallStatus,
    IncomingCall,
    Instruction,
    Recording,
    Report,
    ReportKind,
)

AHEAD = timedelta(minutes=5)
"""How far Twilio's clock may be ahead of ours."""
_OLDEST = timedelta(days=7)
_FAILED: frozenset[CallStatus] = frozenset({"failed", "busy", "no_answer"})


class TwilioReports:
    """Implements `TelephonyReports` for one Twilio account.

    Args:
        auth_token: what Twilio signs with.
        public_url: where Twilio reaches us, without a trailing slash.
    """

    def __init__(self, *, auth_token: str, public_url: str) -> None:
        self._token = auth_token
        self._public_url = public_url.rstrip("/")

    def __repr__(self) -> str:
        return f"TwilioReports({self._public_url!r})"

    def is_genuine(self, target: str, headers: Mapping[str, str], body: bytes) -> bool:
        """See `TelephonyReports.is_genuine`."""
        return is_genuine(self._token, [f"{self._public_url}{target}"], headers, body)

    def read(self, kind: ReportKind, body: bytes, now: datetime) -> Report | None:
        """See `TelephonyReports.read`."""
        form = fields_of(body)
        call_id = form.get("CallSid", "")
        if not call_id:
            return None
        match kind:
            case "status":
                return _status(call_id, form, now)
            case "amd":
                return _detection(call_id, form)
            case "recording":
                return _recording(call_id, form)
            case "inbound":
                return _incoming(call_id, form)
            case "stream":
                return _stream(call_id, form)

    def answer(self, instruction: Instruction) -> tuple[str, bytes]:
        """See `TelephonyReports.answer`."""
        return CONTENT_TYPE, twiml(instruction).encode()


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form; what cannot be read is none."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500))
    except (UnicodeDecodeError, ValueError):
        return {}


def _status(call_id: str, form: Mapping[str, str], now: datetime) -> CallReport | None:
    raw = form.get("CallStatus", "")
    status = STATUSES.get(raw)
    if status is None:
        return None
    at = moment(form.get("Timestamp"))
    if at is not None and not now - _OLDEST <= at <= now + AHEAD:
        at = None
    code = (form.get("ErrorCode") or form.get("SipResponseCode")) if status in _FAILED else None
    return CallReport(
        external_id=call_id,
        status=status,
        at=at,
        sequence=seconds(form.get("SequenceNumber")),
        duration_s=seconds(form.get("CallDuration")) if status == "completed" else None,
        answered_by=answered_by(form.get("AnsweredBy")),
        error_code=code or None,
        error_detail=form.get("ErrorMessage") or None if status == "failed" else None,
    )


def _detection(call_id: str, form: Mapping[str, str]) -> CallReport | None:
    word = form.get("AnsweredBy")
    if not word:
        return None
    return CallReport(
        external_id=call_id,
        answered_by=answered_by(word),
        is_message_end=word.startswith("machine_end"),
    )


def _recording(call_id: str, form: Mapping[str, str]) -> Recording | None:
    recording_id, status = form.get("RecordingSid"), form.get("RecordingStatus")
    if not recording_id or not status:
        return None
    return Recording(
        external_id=recording_id,
        call_id=call_id,
        status=status,
        duration_s=seconds(form.get("RecordingDuration")),
        channels=seconds(form.get("RecordingChannels")) or 1,
        started_at=moment(form.get("RecordingStartTime")),
    )


def _incoming(call_id: str, form: Mapping[str, str]) -> IncomingCall | None:
    to = form.get("To", "")
    caller = form.get("From", "")
    if not _is_phone(to):
        return None
    return IncomingCall(external_id=call_id, from_number=caller if _is_phone(caller) else "", to=to)


def _stream(call_id: str, form: Mapping[str, str]) -> CallReport | None:
    if form.get("StreamEvent") != "stream-error":
        return None
    return CallReport(external_id=call_id, error_code="stream_error", error_detail=form.get("StreamError") or None)


def _is_phone(value: str) -> bool:
    return value.startswith("+") and value[1:].isascii() and value[1:].isdigit() and 7 <= len(value) <= 16
