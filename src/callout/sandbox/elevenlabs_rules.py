"""What the ElevenLabs simulator refuses, in the words and shapes of the service."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException

from callout.sandbox.keyed import Standing, answer

_SAYS = {
    401: ("invalid_api_key", "Invalid API key"),
    422: ("invalid_request", "The request is not valid."),
    429: (
        "system_busy",
        (
            "Our services are experiencing high levels of traffic and your request could not be processed. "
            "Please try again later, with exponential backoff."
        ),
    ),
}


class Refused(Exception):  # noqa: N818 - the service refuses
    """A request the service does not take.

    Attributes:
        body: of the answer.
        word: the service's code, also told over sockets.
    """

    def __init__(self, status: int, word: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        """`word` is the service's code, `message` its words."""
        super().__init__(message)
        self.status = status
        self.word = word
        self.message = message
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = error(word, message)

    @classmethod
    def missing(cls, *places: Sequence[str]) -> Self:
        """Members that were not sent, each by its path."""
        return cls.invalid(*((place, "Field required", "missing") for place in places))

    @classmethod
    def invalid(cls, *complaints: tuple[Sequence[str], str, str]) -> Self:
        """Members that are not taken: path, words, kind."""
        refused = cls(422, "invalid_request", complaints[0][1])
        refused.body = {"detail": [{"loc": list(loc), "msg": msg, "type": kind} for loc, msg, kind in complaints]}
        return refused

    @classmethod
    def quota(cls, limit: int, left: int, cost: int) -> Self:
        """More characters are asked for than are left."""
        return cls(
            401,
            "quota_exceeded",
            f"This request exceeds your quota of {limit}. You have {left} credits remaining, "
            f"while {cost} credits are required for this request.",
        )

    @classmethod
    def concurrent(cls, most: int) -> Self:
        """Too much is asked for at once."""
        return cls(
            429,
            "too_many_concurrent_requests",
            "Too many concurrent requests. Your current subscription is associated with a maximum of "
            f"{most} concurrent requests (running in parallel). Please upgrade your subscription or contact sales if "
            "you want to increase this limit.",
            headers={"current-concurrent-requests": str(most), "maximum-concurrent-requests": str(most)},
        )

    @classmethod
    def no_voice(cls, voice_id: str) -> Self:
        """There is no such voice."""
        return cls(400, "voice_not_found", f"A voice with the voice_id {voice_id} was not found.")


def error(word: str, message: str) -> dict[str, Any]:
    """An error body."""
    return {"detail": {"status": word, "message": message}}


def error_body(status: int) -> dict[str, Any]:
    """What ElevenLabs says with a status."""
    return error(*_SAYS.get(status, ("internal_server_error", "Something went wrong.")))


def check_standing(standing: Standing) -> None:
    """Lets a key in, also one whose characters are spent.

    Raises:
        Refused: the key is unknown, stopped, or asks too often.
    """
    if standing == "refused":
        raise Refused(401, *_SAYS[401])
    if standing == "stopped":
        raise Refused(401, "detected_unusual_activity", "Unusual activity detected. Free Tier usage disabled.")
    if standing == "limited":
        raise Refused(429, *_SAYS[429])


def refusal(_: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    """A refusal as an answer."""
    said = answer(refused.status, refused.body)
    said.headers.update(refused.headers)
    return said


def unreadable(_: Request[Any, Any, Any], __: SerializationException) -> Response[Any]:
    """A body that is no JSON, in the words of the service."""
    return answer(422, {"detail": [{"loc": ["body"], "msg": "JSON decode error", "type": "json_invalid"}]})


def misunderstanding(_: Request[Any, Any, Any], wrong: HTTPException) -> Response[Any]:
    """What was asked wrongly, in the words of the service."""
    status = 422 if wrong.status_code == 400 else wrong.status_code
    words = {404: "Not Found", 405: "Method Not Allowed"}.get(status)
    if words:
        return answer(status, {"detail": words})
    return answer(status, {"detail": [{"loc": ["body"], "msg": wrong.detail, "type": "value_error"}]})
