"""An Amazon SES that tells its sending quota, with the errors of AWS."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.aws_signature import signer_of
from callout.sandbox.keyed import answer, simulator, standing_of

_FAULTS = {
    "missing": ("MissingAuthenticationTokenException", "Missing Authentication Token"),
    "unknown": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "signature": ("InvalidSignatureException", "The request signature we calculated does not match yours."),
    "expired": ("InvalidSignatureException", "Signature expired: it is now earlier than the time of the request."),
}  # fmt: skip


def error_body(status: int) -> dict[str, Any]:
    """What SES says with a status."""
    if status == 429:
        return {"__type": "TooManyRequestsException", "message": "Too many requests."}
    return {"__type": "InternalFailure", "message": "The request processing has failed."}


@get("/v2/email/account")
async def account(request: Request[Any, Any, State]) -> Response[Any]:
    """What the account may send; the word in the access key id says how it stands."""
    key, fault = signer_of(request, "ses")
    if fault is not None:
        return _error(403, *_FAULTS[fault])
    standing = standing_of(key)
    if standing == "limited":
        return answer(429, error_body(429))
    if "DENIED" in key:
        text = "User: arn:aws:iam::000000000000:user/callout is not authorized to perform: ses:GetAccount"
        return _error(403, "AccessDeniedException", text)
    return answer(
        200,
        {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": "SHUTDOWN" if standing == "stopped" else "HEALTHY",
            "ProductionAccessEnabled": "BOX1" not in key,
            "SendingEnabled": standing != "stopped",
            "SendQuota": {
                "Max24HourSend": 50_000.0,
                "MaxSendRate": 14.0,
                "SentLast24Hours": 50_000.0 if standing == "spent" else 120.0,
            },
            "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        },
    )


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([account], error_body)


def _error(status: int, code: str, message: str) -> Response[Any]:
    return Response({"message": message}, status_code=status, headers={"x-amzn-ErrorType": code})
