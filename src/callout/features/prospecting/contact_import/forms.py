"""What is sent along with a file of contacts."""

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from pydantic import Field, ValidationError, field_validator

from callout.features.prospecting.contact_import.importing import Wish
from callout.features.prospecting.contact_import.reading import known_fields
from callout.features.prospecting.schemas import Channel, GivenConsent
from callout.kit.http.fields import Text
from callout.kit.http.models import Body
from callout.kit.http.problems import from_pydantic

FormT = TypeVar("FormT", bound=Body)


class _FileForm(Body):
    mapping: dict[str, str] = Field(default_factory=dict)

    @field_validator("mapping", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        return _document(value)

    @field_validator("mapping")
    @classmethod
    def _fields(cls, value: dict[str, str]) -> dict[str, str]:
        for header, field in value.items():
            if field and field not in known_fields():
                raise ValueError(f"{header}: must be one of {', '.join(sorted(known_fields()))}")
        return value


class ContactForm(_FileForm):
    """How contacts of a file are taken."""

    call_list_id: UUID | None = None
    mode: Literal["fill", "overwrite"] = "fill"
    consent: GivenConsent | None = None
    dry_run: bool = False

    @field_validator("consent", mode="before")
    @classmethod
    def _consent(cls, value: Any) -> Any:
        return _document(value)

    def wish(self) -> Wish:
        """The form as the import takes it."""
        consent = self.consent.model_dump() if self.consent else None
        return Wish(self.mode, self.mapping, consent, self.call_list_id)


class SuppressionForm(_FileForm):
    """Why the phones of a file must not be contacted, and how."""

    reason: Literal["import", "national_list", "complaint", "admin"] = "import"
    channels: Annotated[list[Channel], Field(min_length=1)] | None = None
    source_ref: Annotated[str, Text(120)] | None = None

    @field_validator("channels", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def read_form(model: type[FormT], data: dict[str, Any]) -> FormT:
    """The members of a multipart form besides the file. Raises Unprocessable."""
    try:
        return model.model_validate({name: value for name, value in data.items() if name != "file" and value != ""})
    except ValidationError as error:
        raise from_pydantic(error) from error


def _document(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise ValueError("must be a JSON object") from error
