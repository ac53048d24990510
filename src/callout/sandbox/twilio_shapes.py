"""Resources as Twilio's REST API shows them. Pure.

Source: https://www.twilio.com/docs/voice/api; numbers are text, times RFC 2822, absent values null.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from callout.sandbox.twilio_exchange import Line, Owned, Participant, Room, Tape

VERSION = "2010-04-01"
_OF_CALL = (
    "notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip
PAGE_SIZE, LARGEST_PAGE = 50, 1000


def rfc2822(at: datetime | None) -> str | None:
    """A time as Twilio writes it."""
    return at.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000") if at is not None else None


def call(line: Line) -> dict[str, Any]:
    """A call."""
    path = f"/{VERSION}/Accounts/{line.account_sid}/Calls/{line.sid}"
    minutes = -(-(line.duration or 0) // 60)
    return {
        "sid": line.sid,
        "account_sid": line.account_sid,
        "annotation": None,
        "answered_by": line.answered_by,
        "api_version": VERSION,
        "caller_name": None,
        "date_created": rfc2822(line.created),
        "date_updated": rfc2822(line.ended or line.answered or line.created),
        "direction": line.direction,
        "duration": str(line.duration) if line.duration is not None else None,
        "end_time": rfc2822(line.ended),
        "forwarded_from": None,
        "from": line.from_number,
        "from_formatted": line.from_number,
        "group_sid": None,
        "parent_call_sid": line.parent_sid,
        "phone_number_sid": "PN" + line.sid[2:],
        "price": f"-{minutes * 0.014:.5f}" if line.is_ended and minutes else None,
        "price_unit": "USD",
        "queue_time": "0",
        "start_time": rfc2822(line.answered),
        "status": "queued" if line.status == "initiated" else line.status,
        "subresource_uris": {name: f"{path}/{name.title().replace('_', '')}.json" for name in _OF_CALL},
        "to": line.to,
        "to_formatted": line.to,
        "trunk_sid": None,
        "uri": f"{path}.json",
    }


def recording(tape: Tape, account_sid: str) -> dict[str, Any]:
    """A recording."""
    is_done = tape.status == "completed"
    return {
        "sid": tape.sid,
        "account_sid": account_sid,
        "api_version": VERSION,
        "call_sid": tape.call_sid,
        "conference_sid": None,
        "channels": tape.channels,
        "date_created": rfc2822(tape.started),
        "date_updated": rfc2822(tape.started),
        "start_time": rfc2822(tape.started),
        "duration": str(tape.duration) if is_done else "-1",
        "encryption_details": None,
        "error_code": None,
        "price": f"-{max(1, -(-tape.duration // 60)) * 0.0025:.5f}" if is_done else None,
        "price_unit": "USD",
        "source": tape.source,
        "status": tape.status,
        "track": "both",
        "media_url": None,
        "subresource_uris": {},
        "uri": f"/{VERSION}/Accounts/{account_sid}/Recordings/{tape.sid}.json",
    }


def number(owned: Owned, account_sid: str) -> dict[str, Any]:
    """A number of the account."""
    given = owned.settings
    return {
        "sid": owned.sid,
        "account_sid": account_sid,
        "friendly_name": given.get("FriendlyName", owned.phone),
        "phone_number": owned.phone,
        "api_version": VERSION,
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": rfc2822(owned.created),
        "date_updated": rfc2822(owned.created),
        "origin": "twilio",
        "status": "in-use",
        "address_requirements": "none",
        "emergency_status": "Inactive",
        "status_callback": given.get("StatusCallback", ""),
        "status_callback_method": given.get("StatusCallbackMethod", "POST"),
        "sms_url": given.get("SmsUrl", ""),
        "sms_method": given.get("SmsMethod", "POST"),
        "trunk_sid": None,
        "voice_application_sid": given.get("VoiceApplicationSid") or None,
        "voice_caller_id_lookup": False,
        "voice_fallback_url": given.get("VoiceFallbackUrl") or None,
        "voice_fallback_method": given.get("VoiceFallbackMethod", "POST"),
        "voice_method": given.get("VoiceMethod", "POST"),
        "voice_receive_mode": "voice",
        "voice_url": given.get("VoiceUrl", ""),
        "uri": f"/{VERSION}/Accounts/{account_sid}/IncomingPhoneNumbers/{owned.sid}.json",
    }


def conference(room: Room, account_sid: str) -> dict[str, Any]:
    """A conference."""
    path = f"/{VERSION}/Accounts/{account_sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": account_sid,
        "api_version": VERSION,
        "call_sid_ending_conference": None,
        "date_created": rfc2822(room.created),
        "date_updated": rfc2822(room.created),
        "friendly_name": room.name,
        "reason_conference_ended": "last-participant-left" if room.status == "completed" else None,
        "region": "us1",
        "status": room.status,
        "subresource_uris": {"participants": f"{path}/Participants.json", "recordings": f"{path}/Recordings.json"},
        "uri": f"{path}.json",
    }


def participant(party: Participant, room: Room, account_sid: str, status: str) -> dict[str, Any]:
    """A call in a conference."""
    return {
        "account_sid": account_sid,
        "call_sid": party.call_sid,
        "label": party.label,
        "call_sid_to_coach": party.coaches,
        "coaching": party.coaches is not None,
        "conference_sid": room.sid,
        "date_created": rfc2822(room.created),
        "date_updated": rfc2822(room.created),
        "end_conference_on_exit": party.ends,
        "hold": party.is_held,
        "muted": party.is_muted,
        "queue_time": "0",
        "start_conference_on_enter": party.starts,
        "status": status,
        "uri": f"/{VERSION}/Accounts/{account_sid}/Conferences/{room.sid}/Participants/{party.call_sid}.json",
    }


def page(items: Sequence[dict[str, Any]], member: str, path: str, query: dict[str, str]) -> dict[str, Any]:
    """A page of a list, with the way to the next."""
    size = min(max(1, _whole(query.get("PageSize"), PAGE_SIZE)), LARGEST_PAGE)
    index = max(0, _whole(query.get("Page"), 0))
    kept = {name: value for name, value in query.items() if name not in {"Page", "PageSize", "PageToken"}}
    part = list(items[index * size : (index + 1) * size])

    def at(which: int) -> str:
        further = {"PageToken": "PA" + (str(part[-1]["uri"])[-37:-5] if part else "")} if which > index else {}
        return f"{path}?{urlencode({**kept, 'PageSize': str(size), 'Page': str(which), **further})}"

    return {
        member: part,
        "page": index,
        "page_size": size,
        "start": index * size,
        "end": index * size + max(0, len(part) - 1),
        "first_page_uri": at(0),
        "next_page_uri": at(index + 1) if (index + 1) * size < len(items) else None,
        "previous_page_uri": at(index - 1) if index else None,
        "uri": at(index),
    }


def _whole(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else default
