"""Answers to writes: Location, ETag, If-Match (API specification §1.5)."""

from typing import Any

import msgspec
from litestar import Request, Response

from callout.kit.errors import PreconditionRequired, VersionConflict


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def names(header: str, tag: str) -> bool:
    """Whether a list of entity tags (RFC 9110 §13.1) contains a tag or is `*`; weak ones count too."""
    given = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in given or tag.removeprefix("W/") in given


def created(resource: Any, location: str) -> Response[Any]:
    """201 with Location."""
    return Response(msgspec.to_builtins(resource), status_code=201, headers={"Location": location})


def versioned(resource: Any, version: int, *, status_code: int = 200) -> Response[Any]:
    """The resource with its ETag."""
    return Response(msgspec.to_builtins(resource), status_code=status_code, headers={"ETag": etag(version)})


class IfMatch:
    """The version a client says it changes."""

    def __init__(self, value: str | None) -> None:
        self.value = value

    def check(self, version: int) -> None:
        """Refuses a missing (428) or stale (412) version."""
        if self.value is None:
            raise PreconditionRequired
        if not names(self.value, etag(version)):
            raise VersionConflict(current_version=version)

    def check_optional(self, version: int) -> None:
        """Refuses a stale version; a missing header is fine."""
        if self.value is not None:
            self.check(version)


def read_if_match(request: Request[Any, Any, Any]) -> IfMatch:
    """Provides `if_match` to handlers."""
    return IfMatch(request.headers.get("if-match"))
