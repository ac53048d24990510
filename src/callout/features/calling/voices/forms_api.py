"""Reading forms with recordings: members as text, files as bytes."""

from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from pydantic import BaseModel, ValidationError

from callout.features.calling.voices.samples import Recording
from callout.features.calling.voices.schemas import CloneForm, ConsentInput
from callout.features.files.errors import FileTooLarge
from callout.features.files.rules import PURPOSES
from callout.kit.errors import Unprocessable
from callout.kit.http.problems import MalformedRequest, from_pydantic

MOST_SAMPLES = 5
_FILES = {"files", "file", "consent_audio"}
_JSON = {"labels", "consent"}
ModelT = TypeVar("ModelT", bound=BaseModel)
Form = dict[str, Any]


async def samples_of(form: Form) -> list[Recording]:
    """The one to five samples of a form.

    Raises:
        Unprocessable: none or more than five.
        FileTooLarge: one is larger than a sample may be.
    """
    given = [*_several(form.get("files")), *_several(form.get("file"))]
    uploads = [each for each in given if isinstance(each, UploadFile)]
    if not uploads:
        raise Unprocessable.at("files", "send one to five recordings as multipart members `files`", code="required")
    if len(uploads) > MOST_SAMPLES:
        raise Unprocessable.at("files", f"at most {MOST_SAMPLES} recordings")
    return [await _recording(each, "voice_sample") for each in uploads]


async def statement_of(form: Form) -> Recording | None:
    """The spoken statement of a form, if there is one."""
    given = form.get("consent_audio")
    return await _recording(given, "consent_audio") if isinstance(given, UploadFile) else None


def clone_members(form: Form) -> CloneForm:
    """The written members of a form for a clone.

    Raises:
        Unprocessable: naming what is wrong.
    """
    values = {name: value for name, value in form.items() if name not in _FILES | {"consent"} and value != ""}
    if "labels" in values:
        values["labels"] = _object(values["labels"], "labels")
    return _model(CloneForm, values)


def consent_members(form: Form) -> ConsentInput | None:
    """The consent of a form, if there is one.

    Raises:
        Unprocessable: naming what is wrong.
    """
    raw = form.get("consent")
    return _model(ConsentInput, _object(raw, "consent"), under="consent") if raw not in (None, "") else None


async def consent_form(request: Request[Any, Any, Any]) -> tuple[ConsentInput, Recording | None]:
    """A consent with its spoken statement: a form with `consent` and `consent_audio`, or the JSON object alone.

    Raises:
        MalformedRequest: neither.
        Unprocessable: naming what is wrong.
    """
    if request.content_type[0] != "multipart/form-data":
        try:
            members = msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise MalformedRequest("The body is no JSON object.") from error
        return _model(ConsentInput, members), None
    given = (await request.form()).dict()
    form = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
    consent = consent_members(form)
    if consent is None:
        members = {name: value for name, value in form.items() if name not in _FILES}
        consent = _model(ConsentInput, members)
    return consent, await statement_of(form)


def _model(model: type[ModelT], values: Any, *, under: str = "") -> ModelT:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise from_pydantic(error, prefix=(under,) if under else ()) from error


def _object(raw: Any, field: str) -> Any:
    if isinstance(raw, dict):
        return raw
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, TypeError) as error:
        raise Unprocessable.at(field, "must be a JSON object") from error


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


async def _recording(upload: UploadFile, purpose: str) -> Recording:
    data = await upload.read()
    most = PURPOSES[purpose].max_bytes
    if len(data) > most:
        raise FileTooLarge(f"A recording holds at most {most} bytes.", max_bytes=most)
    if not data:
        raise Unprocessable.at("files", "is empty")
    return Recording(" ".join((upload.filename or "recording").split()), data)
