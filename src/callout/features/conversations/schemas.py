"""What the conversation API takes."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from callout.features.conversations.model import LeadStatus
from callout.kit.http.fields import AwareTime, LongText, Text
from callout.kit.http.models import Body, Query

CallResultName = Literal["completed", "failed", "abandoned", "busy", "no_answer"]
Part = Literal["turns", "transcript", "scam", "triggers", "evaluations"]
Ratio = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[int, Field(ge=0, le=24 * 3600 * 1000)]


class IngestOptions(Body):
    """How a conversation is to be processed."""

    force_reprocess: bool = False
    skip_vendor_selection: bool = False
    skip_cache: bool = False
    priority: Literal["low", "normal", "high"] = "normal"
    wait: bool = True


class Ingest(Body):
    """A whole conversation, in the provider's shape or the canonical one."""

    calling_system: Annotated[str, Text(40)]
    conversation_data: dict[str, Any]
    options: IngestOptions = IngestOptions()


class TurnIn(Body):
    """One utterance of a running call."""

    speaker: Literal["agent", "customer", "system"]
    content: Annotated[str, LongText(8000, minimum=1)]
    seq: Annotated[int, Field(ge=1, le=100_000)] | None = None
    external_turn_id: Annotated[str, Text(80)] | None = None
    at: AwareTime | None = None
    offset_ms: Milliseconds | None = None
    duration_ms: Milliseconds | None = None
    confidence: Ratio | None = None
    is_final: bool = True
    interrupted: bool = False


class TurnsIn(Body):
    """Turns to append."""

    turns: Annotated[list[TurnIn], Field(min_length=1, max_length=200)]


class EndCall(Body):
    """The end of a call."""

    ended_at: AwareTime | None = None
    call_result: CallResultName | None = None


class ConversationPatch(Body):
    """What an admin may note about a conversation."""

    user_comments: Annotated[str, LongText(4000)] | None = None
    follow_up_at: AwareTime | None = None


class LeadStatusIn(Body):
    """A judgement of the lead."""

    lead_status: LeadStatus


class CommentsIn(Body):
    """A comment."""

    user_comments: Annotated[str, LongText(4000)]


class ScamLabelIn(Body):
    """What a person thinks of the scam assessment."""

    label: Literal["scam", "legitimate", "unsure"]
    label_note: Annotated[str, Text(300)] | None = None


class Reprocess(Body):
    """How to process again."""

    skip_vendor_selection: bool = True
    force: bool = False
    wait: bool = False


class ConversationFilters(Query):
    """The list of conversations."""

    sortable: ClassVar[tuple[str, ...]] = (
        "created_at",
        "updated_at",
        "started_at",
        "lead_score",
        "duration_s",
        "priority_level",
    )
    limit: int = Field(default=20, ge=1, le=200)
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    calling_system: list[str] | None = None
    status: list[str] | None = None
    call_result: list[str] | None = None
    call_type: list[str] | None = None
    lead_status: list[str] | None = None
    sentiment: list[str] | None = None
    has_triggers: bool | None = None
    vendor_selection_triggered: bool | None = None
    is_scam: bool | None = None
    agent_id: list[str] | None = None
    contact_id: list[str] | None = None
    campaign_id: list[str] | None = None
    started_from: AwareTime | None = None
    started_to: AwareTime | None = None
    created_from: AwareTime | None = None
    created_to: AwareTime | None = None
    lead_score_min: Annotated[int, Field(ge=0, le=100)] | None = None
    lead_score_max: Annotated[int, Field(ge=0, le=100)] | None = None
    duration_min: Annotated[int, Field(ge=0)] | None = None
    duration_max: Annotated[int, Field(ge=0)] | None = None


class TurnFilters(Query):
    """The turns of a conversation; by page, or on from a number with `after_seq` or `cursor`."""

    sortable: ClassVar[tuple[str, ...]] = ("seq",)
    default_sort: ClassVar[str] = "seq"
    after_seq: Annotated[int, Field(ge=0)] | None = None
    cursor: Annotated[str, Field(pattern=r"^\d{1,9}$")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "TurnFilters":
        if self.cursor is not None and self.offset:
            raise ValueError("cursor and offset exclude each other")
        return self


class StatsFilters(Query):
    """The window of the statistics."""

    window: Literal["1h", "24h", "7d", "30d"] = "24h"
    calling_system: list[str] | None = None


class DetailFilters(Query):
    """The parts wanted with a conversation."""

    include: list[Part] | None = None
    use_cache: bool = True


class TranscriptFilters(Query):
    """The form of a transcript."""

    format: Literal["text", "json", "srt"] = "json"
