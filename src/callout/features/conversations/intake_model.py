"""A conversation as it comes in, before it is ours: the one shape every provider's payload is read into."""

from datetime import datetime
from typing import Literal

import msgspec

CALLING_SYSTEMS = ("elevenlabs", "cloned_voice", "twilio", "callout", "upload")
"""Where a conversation may come from (the enumeration `calling_system`)."""

CallType = Literal["inbound", "outbound"]
CallResult = Literal["completed", "failed", "abandoned", "busy", "no_answer"]
NewsKind = Literal["started", "updated", "ended", "failed"]


class IncomingTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance as the provider tells it.

    `seq` is given only where the provider numbers its turns; `offset_ms` counts from the start of the call.
    """

    speaker: Literal["agent", "customer", "system"]
    content: str
    seq: int | None = None
    external_turn_id: str | None = None
    at: datetime | None = None
    offset_ms: int | None = None
    duration_ms: int | None = None
    confidence: float | None = None
    is_final: bool = True
    interrupted: bool = False


class IncomingCall(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation as the provider tells it; absent facts are None.

    `phone` is as written by the provider; it is parsed in the tenant's region later.
    `complete` says that `turns` is the whole transcript, not a part of it.
    """

    calling_system: str
    external_id: str
    phone: str | None = None
    call_type: CallType | None = None
    call_result: CallResult | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None
    language: str | None = None
    recording_url: str | None = None
    turns: tuple[IncomingTurn, ...] = ()
    complete: bool = False


class CallNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook says happened to a call."""

    kind: NewsKind
    call: IncomingCall


class Unreadable(ValueError):  # noqa: N818 - it describes the payload
    """A payload that cannot be understood; names the field in the provider's own words."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}")
