"""What voices read over HTTP."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from callout.features.calling.agents.schemas import Ratio, Tempo
from callout.kit.http.fields import AwareTime, Language, LongText, Text
from callout.kit.http.models import Body, Query

LabelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Labels = Annotated[dict[LabelName, Annotated[str, Text(60)]], Field(max_length=10)]
Status = Literal["awaiting_consent", "processing", "training", "ready", "failed", "archived"]


class ConsentInput(Body):
    """The speaker's agreement. The statement, when none is given, is the one the speaker is asked to say."""

    speaker_name: Annotated[str, Text(120)]
    relation: Literal["self", "employee", "other"]
    statement: Annotated[str, LongText(500, minimum=1)] | None = None
    scope: Literal["calls"] = "calls"
    audio_file_id: UUID | None = None
    expires_at: AwareTime | None = None


class CloneForm(Body):
    """The written members of a new clone."""

    name: Annotated[str, Text(80)]
    language: Language
    description: Annotated[str, LongText(300)] | None = None
    labels: Labels = Field(default_factory=dict)
    remove_noise: bool = False


class VoicePatch(Body):
    """Changes of a voice; absent members stay."""

    name: Annotated[str, Text(80)] | None = None
    description: Annotated[str, LongText(300)] | None = None
    labels: Labels | None = None

    @model_validator(mode="after")
    def _only_some_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name != "description":
                raise ValueError(f"{name} cannot be null")
        return self


class Withdrawal(Body):
    """Why the consent ends."""

    reason: Annotated[str, Text(300)]


class Synthesis(Body):
    """What to say with a voice."""

    text: Annotated[str, LongText(5000, minimum=1)]
    stability: Ratio = Decimal("0.5")
    similarity_boost: Ratio = Decimal("0.75")
    style: Ratio = Decimal(0)
    speed: Tempo = Decimal(1)
    pitch: Tempo = Decimal(1)
    use_speaker_boost: bool = True
    tts_model: Annotated[str, Text(60)] = "eleven_flash_v2_5"
    language: Language | None = None
    format: Literal["mp3", "wav"] = "mp3"
    seed: Annotated[int, Field(ge=0, le=4_294_967_295)] | None = None


class VoiceQuery(Query):
    """The query of the list of voices; archived ones are listed only when asked for."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "usage_count")
    default_sort: ClassVar[str] = "name"

    kind: list[Literal["stock", "cloned"]] | None = None
    provider: list[str] | None = None
    language: list[str] | None = None
    status: list[Status] | None = None
    q: str | None = Field(default=None, min_length=2, max_length=100)


class Removal(Query):
    """Whether agents that use a voice are no reason to keep it."""

    force: bool = False
