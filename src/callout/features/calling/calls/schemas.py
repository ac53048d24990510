"""What calls read over HTTP."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from callout.kit.http.fields import AwareTime, LongText, Text
from callout.kit.http.models import Body, Query

Status = Literal[
    "pending", "dialing", "ringing", "in_progress", "completed", "failed", "no_answer", "busy", "cancelled"
]
Outcome = Literal[
    "interested",
    "converted",
    "callback",
    "not_interested",
    "information",
    "complaint",
    "do_not_call",
    "wrong_number",
    "voicemail",
    "no_decision",
    "scam",
]
AnsweredBy = Literal["human", "machine", "screening", "ivr", "fax", "unknown"]
Severity = Literal["minimal", "low", "medium", "high", "critical"]
Variables = Annotated[dict[Annotated[str, Text(40)], Annotated[str, Text(200)]], Field(max_length=20)]


class NewCall(Body):
    """A single call to a contact or a number."""

    agent_id: UUID
    contact_id: UUID | None = None
    to_number: Annotated[str, Text(40)] | None = None
    scheduled_at: AwareTime | None = None
    max_duration_s: int | None = Field(default=None, ge=30, le=3600)
    script: Annotated[str, LongText(8000)] | None = None
    knowledge_base_ids: Annotated[list[UUID], Field(max_length=5)] = Field(default=[])
    retry_attempts: int = Field(default=0, ge=0, le=5)
    variables: Variables = Field(default={})

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.contact_id is None and self.to_number is None:
            raise ValueError("name a contact_id or a to_number")
        return self


class Said(Body):
    """A sentence the agent is to say as it stands."""

    text: Annotated[str, Text(300)]


class TransferTo(Body):
    """Where a call is transferred to."""

    to: Annotated[str, Text(40)]


class WithReason(Body):
    """Why, for the audit trail."""

    reason: Annotated[str, Text(300)] | None = None


class CallQuery(Query):
    """The query of the list of calls."""

    sortable: ClassVar[tuple[str, ...]] = ("created_at", "duration_s", "cost", "answered_at", "ended_at")

    status: list[Status] | None = None
    outcome: list[Outcome] | None = None
    direction: Literal["outbound", "inbound"] | None = None
    kind: Literal["phone", "browser"] | None = None
    campaign_id: list[UUID] | None = None
    agent_id: list[UUID] | None = None
    contact_id: list[UUID] | None = None
    answered_by: list[AnsweredBy] | None = None
    is_scam: bool | None = None
    severity: list[Severity] | None = None
    error_code: list[str] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    duration_min: int | None = Field(default=None, ge=0)
    duration_max: int | None = Field(default=None, ge=0)
    q: str | None = Field(default=None, min_length=2, max_length=100)


class StatisticsQuery(Query):
    """Which window of time; of one campaign or agent where it is named."""

    window: Literal["24h", "7d", "30d", "90d"] = "30d"
    campaign_id: UUID | None = None
    agent_id: UUID | None = None
