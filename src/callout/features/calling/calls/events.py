"""Facts calls publish; the noun is the call. Phones are E.164, moments aware UTC."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from callout.kit.events import Event


class CallCreated(Event, frozen=True, kw_only=True):
    """A call is to be made, or came in."""

    type: ClassVar[str] = "call.created"
    direction: str
    agent_id: UUID
    contact_id: UUID | None
    campaign_id: UUID | None
    attempt: int
    phone: str
    scheduled_at: datetime | None = None


class CallStatusChanged(Event, frozen=True, kw_only=True):
    """A call moved on, or was muted or heard again; `previous` is the status before."""

    type: ClassVar[str] = "call.status"
    status: str
    previous: str
    campaign_id: UUID | None
    contact_id: UUID | None
    attempt: int
    answered_by: str | None = None
    duration_s: int | None = None
    muted: bool = False


class CallEnded(Event, frozen=True, kw_only=True):
    """A call is over and wound up: published once for every call, and nothing of it changes afterwards.

    Attributes:
        error_code: why it failed, or the gate's reason why it was not dialled.
        retry_at: when the gate would allow it.
        order_id: the order made during the call.
        compliance: the rules held against the transcript (`brain.compliance.Proof`).
    """

    type: ClassVar[str] = "call.ended"
    direction: str
    agent_id: UUID
    campaign_id: UUID | None
    contact_id: UUID | None
    conversation_id: UUID | None
    attempt: int
    phone: str
    status: str
    outcome: str | None
    end_reason: str | None
    answered_by: str | None
    error_code: str | None
    retry_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: int | None
    opted_out: bool
    mode: str
    order_id: UUID | None = None
    callback_at: datetime | None = None
    compliance: list[dict[str, Any]]


class CallTranscript(Event, frozen=True, kw_only=True):
    """A finished utterance of a running call."""

    type: ClassVar[str] = "call.transcript"
    seq: int
    speaker: str
    text: str
    said_at: datetime
    confidence: float | None = None
    is_final: bool = True


class CallReply(Event, frozen=True, kw_only=True):
    """The agent answered: what it understood, and how long the answer took."""

    type: ClassVar[str] = "call.reply"
    text: str
    intent: str | None = None
    latency_ms: int | None = None
    detail: dict[str, Any]


class CallAlert(Event, frozen=True, kw_only=True):
    """Something a person who watches should see: `kind` is a flag of the brain, or an answer to a command."""

    type: ClassVar[str] = "call.alert"
    kind: str
    quote: str = ""
    detail: dict[str, Any]
