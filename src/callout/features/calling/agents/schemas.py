"""What agents read over HTTP."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from callout.features.calling.agents.variables import VARIABLES, unknown_variables
from callout.kit.http.fields import HttpUrl, Language, LongText, Phone, Text
from callout.kit.http.models import Body, Query

MAX_BASES = 5


def _known_variables(text: str) -> str:
    unknown = unknown_variables(text)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        raise PydanticCustomError(
            "bad_template_variable",
            "{variable} does not exist; there are {known}",
            {"variable": f"{{{unknown[0]}}}", "known": known},
        )
    return text


def _llm_family(value: object) -> object:
    aliases = {"anthropic": "claude", "google": "gemini", "xai": "grok"}
    return aliases.get(value, value) if isinstance(value, str) else value


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("must be a number")
    return value.quantize(Decimal("0.001"))


Variables = AfterValidator(_known_variables)
Number = Annotated[Decimal, AfterValidator(_finite)]
Ratio = Annotated[Number, Field(ge=0, le=1)]
Tempo = Annotated[Number, Field(ge=Decimal("0.5"), le=2)]
Line = Annotated[str, LongText(300, minimum=1), Variables]
Message = Annotated[str, LongText(500, minimum=1), Variables]
LlmProvider = Annotated[Literal["openai", "claude", "gemini", "grok", "local_llm"], BeforeValidator(_llm_family)]
Name = Annotated[str, Text(80)]
Prompt = Annotated[str, LongText(8000, minimum=1), Variables]
BaseIds = Annotated[list[UUID], Field(max_length=MAX_BASES)]


class AgentMembers(Body):
    """What may be left out when an agent is made, with what it is then."""

    description: Annotated[str, LongText(500)] | None = None
    engine: Literal["hosted", "managed"] = "hosted"
    status: Literal["active", "inactive"] = "active"
    tts_model: Annotated[str, Text(60)] = "eleven_flash_v2_5"
    stability: Ratio = Decimal("0.5")
    similarity_boost: Ratio = Decimal("0.75")
    style: Ratio = Decimal(0)
    use_speaker_boost: bool = True
    speed: Tempo = Decimal(1)
    pitch: Tempo = Decimal(1)
    conversation_style: Literal["professional", "casual", "friendly"] = "professional"
    llm_provider: LlmProvider | None = None
    llm_model: Annotated[str, Text(80)] = "gpt-4o-mini"
    temperature: Annotated[Number, Field(ge=0, le=2)] = Decimal("0.7")
    max_tokens: int = Field(default=1000, ge=100, le=4000)
    scam_detection_enabled: bool = True
    max_call_duration_s: int = Field(default=300, ge=30, le=3600)
    silence_timeout_s: int = Field(default=10, ge=3, le=60)
    auto_end_on_silence: bool = True
    voicemail_action: Literal["hang_up", "leave_message"] = "hang_up"
    voicemail_message: Message | None = None
    allow_interruptions: bool = True
    knowledge_base_ids: BaseIds = Field(default_factory=list)
    enable_rag: bool = True
    phone_number_id: UUID | None = None
    google_sheet_id: Annotated[str, Text(120)] | None = None
    webhook_url: HttpUrl | None = None
    transfer_phone: Phone | None = None


class NewAgent(AgentMembers):
    """An agent to be made."""

    name: Name
    voice_id: UUID
    language: Language
    welcome_message: Message
    disclosure_line: Line
    system_prompt: Prompt


class AgentPatch(AgentMembers):
    """Changes of an agent; absent members stay."""

    may_be_null: ClassVar[frozenset[str]] = frozenset(
        name for name, field in AgentMembers.model_fields.items() if field.default is None
    )

    name: Name | None = None
    voice_id: UUID | None = None
    language: Language | None = None
    welcome_message: Message | None = None
    disclosure_line: Line | None = None
    system_prompt: Prompt | None = None

    @model_validator(mode="after")
    def _only_some_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name not in self.may_be_null:
                raise ValueError(f"{name} cannot be null")
        return self


class AgentQuery(Query):
    """The query of the list of agents."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "updated_at")

    status: list[Literal["active", "inactive", "training"]] | None = None
    q: str | None = Field(default=None, min_length=2, max_length=100)
