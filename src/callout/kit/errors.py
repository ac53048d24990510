"""Errors that know their HTTP status, code and remedy (RFC 9457 problem details)."""

from typing import Any, ClassVar, NamedTuple, Self


class FieldError(NamedTuple):
    """One refused input field: dotted path, plain words, optional machine code."""

    field: str
    message: str
    code: str | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """An error a client can act on.

    Subclasses fix `code`, `status` and the default `detail`; `members` become further members of the problem body.
    `remedy` says in plain words what to do and is appended to the detail. `keeps_work` marks a refusal whose writes
    are still committed.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = ""
    default_detail: ClassVar[str] = "Something went wrong on our side."
    remedy: ClassVar[str] = ""
    keeps_work: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        text = detail or self.default_detail
        self.detail = f"{text} {self.remedy}" if self.remedy and not detail else text
        self.errors = errors or []
        self.headers = headers or {}
        self.members = members
        super().__init__(self.detail)

    @property
    def wire_code(self) -> str:
        """The code shown to clients; a member `code` overrides the class's."""
        return str(self.members.get("code", self.code))

    @classmethod
    def at(cls, field: str, message: str, *, code: str | None = None) -> Self:
        """The problem of one field."""
        return cls(f"{field}: {message}", errors=[FieldError(field, message, code)])


class BadRequest(Problem):
    code = "malformed_request"
    status = 400
    title = "Malformed request"
    default_detail = "The request could not be read."


class Unauthenticated(Problem):
    code = "unauthenticated"
    status = 401
    title = "Not signed in"
    default_detail = "Sign in first."


class PaymentRequired(Problem):
    code = "plan_limit_reached"
    status = 402
    title = "Plan limit reached"
    default_detail = "Your plan does not allow this."


class Forbidden(Problem):
    code = "permission_denied"
    status = 403
    title = "Not allowed"
    default_detail = "Your role does not allow this."


class NotFound(Problem):
    code = "not_found"
    status = 404
    title = "Not found"
    default_detail = "There is nothing here under that address."


class Conflict(Problem):
    code = "conflict"
    status = 409
    title = "Conflict"
    default_detail = "The current state does not allow this."


class Gone(Problem):
    code = "gone"
    status = 410
    title = "No longer available"
    default_detail = "This is no longer available."


class VersionConflict(Problem):
    code = "version_conflict"
    status = 412
    title = "Changed meanwhile"
    default_detail = "Somebody changed this meanwhile. Read it again and repeat your change."


class TooLarge(Problem):
    code = "body_too_large"
    status = 413
    title = "Too large"
    default_detail = "The request is too large."


class UnsupportedMedia(Problem):
    code = "unsupported_media_type"
    status = 415
    title = "Unsupported media type"
    default_detail = "This kind of file is not accepted here."


class Unprocessable(Problem):
    code = "validation_failed"
    status = 422
    title = "Validation failed"
    default_detail = "Some of the values are not acceptable."


class Locked(Problem):
    code = "account_locked"
    status = 423
    title = "Locked"
    default_detail = "Locked for a while. Try again later."


class PreconditionRequired(Problem):
    code = "precondition_required"
    status = 428
    title = "If-Match required"
    default_detail = "Send If-Match with the ETag of the version you read."


class TooMany(Problem):
    code = "rate_limited"
    status = 429
    title = "Too many requests"
    default_detail = "Too many requests. Wait a moment."


class UpstreamFailed(Problem):
    code = "provider_error"
    status = 502
    title = "A provider failed"
    default_detail = "An outside service did not answer as it should. Try again later."


class UpstreamTimeout(Problem):
    code = "provider_timeout"
    status = 504
    title = "A provider was too slow"
    default_detail = "An outside service did not answer in time. Try again later."
