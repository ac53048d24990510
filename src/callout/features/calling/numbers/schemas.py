"""What phone numbers read over HTTP."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from callout.kit.http.fields import Phone, Text
from callout.kit.http.models import Body, Query

Provider = Literal["twilio", "sip", "sandbox"]


class NewNumber(Body):
    """A number to be used. Without `is_default` the first number becomes the default."""

    phone: Phone
    label: Annotated[str, Text(60)] | None = None
    provider: Provider = "twilio"
    inbound_agent_id: UUID | None = None
    is_default: bool | None = None
    is_active: bool = True


class NumberPatch(Body):
    """Changes of a number; absent members stay."""

    label: Annotated[str, Text(60)] | None = None
    provider: Provider | None = None
    inbound_agent_id: UUID | None = None
    is_default: bool | None = None
    is_active: bool | None = None

    @model_validator(mode="after")
    def _only_some_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name not in {"label", "inbound_agent_id"}:
                raise ValueError(f"{name} cannot be null")
        return self


class NumberQuery(Query):
    """The query of the list of numbers."""

    sortable: ClassVar[tuple[str, ...]] = ("phone", "label", "created_at")

    is_active: bool | None = None
    provider: list[Provider] | None = None
    q: str | None = Field(default=None, min_length=2, max_length=100)
