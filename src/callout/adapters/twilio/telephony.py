"""Phone calls by Twilio's REST API (https://www.twilio.com/docs/voice/api)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import httpx

from callout.adapters.twilio.rest import Field, TwilioRequests
from callout.adapters.twilio.twiml import twiml
from callout.adapters.twilio.wire import call_of, number_of, recording_of, text
from callout.features.calling.ports import (
    Conference,
    Instruction,
    NotThere,
    OutgoingCall,
    ProviderCall,
    ProviderFailed,
    ProviderNumber,
    Recording,
    RequestRefused,
    Unavailable,
)

DEFAULT_BASE_URL = "https://api.twilio.com"
NOT_IN_PROGRESS = "21220"
LONGEST_TWIML = 4000
_STATUS_EVENTS = ("initiated", "ringing", "answered", "completed")
_RECORDING_EVENTS = ("completed", "absent")


class TwilioTelephony:
    """Implements `Telephony` for one Twilio account.

    Args:
        client: makes the requests.
        account_sid: AC and 32 hexadecimal digits.
        auth_token: its secret.
        base_url: the server.
        timeout_s: seconds for one answer.
        calls_per_second: what the account may start; more are queued at Twilio, for up to a day.
    """

    provider = "twilio"

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        account_sid: str,
        auth_token: str,
        base_url: str = DEFAULT_BASE_URL,
        timeout_s: float = 15.0,
        calls_per_second: float = 1.0,
    ) -> None:
        self.calls_per_second = calls_per_second
        self._base_url = base_url
        self._requests = TwilioRequests(
            client, account_sid=account_sid, auth_token=auth_token, base_url=base_url, timeout_s=timeout_s
        )

    def __repr__(self) -> str:
        return f"TwilioTelephony({self._base_url!r})"

    async def create_call(self, call: OutgoingCall) -> ProviderCall:
        """See `Telephony.create_call`."""
        detection = "DetectMessageEnd" if call.wants_message_end else "Enable"
        fields: dict[str, Field | None] = {
            "To": call.to,
            "From": call.from_number,
            "Twiml": _document(call.instruction),
            "StatusCallback": call.status_url,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": _STATUS_EVENTS,
            "Timeout": str(call.ring_timeout_s),
            "TimeLimit": str(call.time_limit_s),
            "MachineDetection": detection if call.amd_url else None,
            "AsyncAmd": "true" if call.amd_url else None,
            "AsyncAmdStatusCallback": call.amd_url,
            "AsyncAmdStatusCallbackMethod": "POST" if call.amd_url else None,
            "Record": "true" if call.recording_url else None,
            **(_recording(call.recording_url) if call.recording_url else {}),
        }
        return _certain(await self._requests.post("/Calls.json", fields))

    async def call(self, external_id: str) -> ProviderCall | None:
        """See `Telephony.call`."""
        try:
            return call_of(await self._requests.get(f"/Calls/{_id(external_id)}.json"))
        except NotThere:
            return None

    async def calls_to(self, phone: str, *, since: datetime, from_number: str | None = None) -> list[ProviderCall]:
        """See `Telephony.calls_to`. A call that is too new to have a time counts as one created since."""
        asked = {"To": phone, "PageSize": "50"} | ({"From": from_number} if from_number else {})
        since = since.astimezone(UTC).replace(microsecond=0)  # Twilio tells whole seconds
        found: list[ProviderCall] = []
        async for page in self._requests.pages("/Calls.json", "calls", asked):
            calls = [call_of(each) for each in page]
            found += [call for call in calls if call.created_at is None or call.created_at >= since]
            if any(call.created_at is not None and call.created_at < since for call in calls):
                break
        return found

    async def end_call(self, external_id: str) -> ProviderCall | None:
        """See `Telephony.end_call`."""
        try:
            return call_of(await self._requests.post(f"/Calls/{_id(external_id)}.json", {"Status": "completed"}))
        except NotThere:
            return None
        except RequestRefused as refused:
            if refused.detail != NOT_IN_PROGRESS:
                raise
        return await self.call(external_id)

    async def redirect(self, external_id: str, instruction: Instruction) -> ProviderCall:
        """See `Telephony.redirect`."""
        return call_of(await self._requests.post(f"/Calls/{_id(external_id)}.json", {"Twiml": _document(instruction)}))

    async def dial_into(
        self, conference: Conference, *, to: str, from_number: str, status_url: str, ring_timeout_s: int = 30
    ) -> ProviderCall:
        """See `Telephony.dial_into`."""
        fields: dict[str, Field | None] = {
            "To": to,
            "From": from_number,
            "StatusCallback": status_url,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": _STATUS_EVENTS,
            "Timeout": str(ring_timeout_s),
            "StartConferenceOnEnter": _word(conference.starts),
            "EndConferenceOnExit": _word(conference.ends),
            "Muted": _word(conference.is_muted),
            "Beep": "false",
            "EarlyMedia": "false",
            "Coaching": "true" if conference.coaches else None,
            "CallSidToCoach": conference.coaches,
        }
        name = quote(conference.name, safe="")
        told = await self._requests.post(f"/Conferences/{name}/Participants.json", fields)
        if text(told.get("call_sid")) is None:
            raise Unavailable("Twilio gave an answer that describes no participant.", may_have_happened=True)
        return ProviderCall(
            external_id=str(told["call_sid"]),
            status="dialing",
            raw_status=text(told.get("status")) or "queued",
            to=to,
            from_number=from_number,
        )

    async def start_recording(self, external_id: str, recording_url: str) -> Recording:
        """See `Telephony.start_recording`."""
        path = f"/Calls/{_id(external_id)}/Recordings.json"
        return recording_of(await self._requests.post(path, {**_recording(recording_url), "RecordingTrack": "both"}))

    async def stop_recording(self, external_id: str, recording_id: str) -> bool:
        """See `Telephony.stop_recording`."""
        path = f"/Calls/{_id(external_id)}/Recordings/{_id(recording_id)}.json"
        try:
            await self._requests.post(path, {"Status": "stopped"})
        except (NotThere, RequestRefused):
            return False
        return True

    async def recordings_of(self, external_id: str) -> list[Recording]:
        """See `Telephony.recordings_of`."""
        path = f"/Calls/{_id(external_id)}/Recordings.json"
        try:
            pages = [page async for page in self._requests.pages(path, "recordings", {"PageSize": "50"})]
        except NotThere:
            return []
        return [recording_of(each) for page in pages for each in page]

    async def recording(
        self,
        recording_id: str,
        *,
        format: Literal["mp3", "wav"] = "mp3",  # noqa: A002 - the port's word
    ) -> AsyncIterator[bytes]:
        """See `Telephony.recording`; two channels where both sides were recorded apart."""
        path = f"/Recordings/{_id(recording_id)}.{format}"
        async for part in self._requests.stream(path, {"RequestedChannels": "2"}):
            yield part

    async def delete_recording(self, recording_id: str) -> bool:
        """See `Telephony.delete_recording`."""
        try:
            await self._requests.delete(f"/Recordings/{_id(recording_id)}.json")
        except NotThere:
            return False
        return True

    async def numbers(self) -> list[ProviderNumber]:
        """See `Telephony.numbers`."""
        pages = self._requests.pages("/IncomingPhoneNumbers.json", "incoming_phone_numbers", {"PageSize": "500"})
        return [number_of(each) async for page in pages for each in page]

    async def answer_number(self, external_id: str, *, voice_url: str, status_url: str | None = None) -> ProviderNumber:
        """See `Telephony.answer_number`. An application of the number would win over its address: it is taken off."""
        fields: dict[str, Field | None] = {
            "VoiceUrl": voice_url,
            "VoiceMethod": "POST",
            "VoiceApplicationSid": "",
            "StatusCallback": status_url,
            "StatusCallbackMethod": "POST" if status_url else None,
        }
        return number_of(await self._requests.post(f"/IncomingPhoneNumbers/{_id(external_id)}.json", fields))


def _certain(told: dict[str, Any]) -> ProviderCall:
    """The call that was made; an answer that describes none leaves open whether there is one."""
    try:
        return call_of(told)
    except ProviderFailed as failed:
        failed.may_have_happened = True
        raise


def _document(instruction: Instruction) -> str:
    """The instruction as TwiML that fits into a request.

    Raises:
        RequestRefused: it cannot be told to Twilio.
    """
    try:
        document = twiml(instruction)
    except ValueError as error:
        raise RequestRefused(f"This cannot be asked of Twilio: {error}.") from error
    if len(document) > LONGEST_TWIML:
        raise RequestRefused("This is too long to be asked of Twilio.")
    return document


def _recording(url: str) -> dict[str, Field | None]:
    return {
        "RecordingChannels": "dual",
        "RecordingStatusCallback": url,
        "RecordingStatusCallbackMethod": "POST",
        "RecordingStatusCallbackEvent": _RECORDING_EVENTS,
    }


def _id(external_id: str) -> str:
    """An id as part of a path: it can lead nowhere else."""
    return quote(external_id, safe="")


def _word(value: bool) -> str:
    return "true" if value else "false"
