"""An Amazon SNS that tells its settings for text messages, in XML, with the errors of AWS."""

from typing import Any
from xml.sax.saxutils import escape

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox.aws_signature import signer_of
from callout.sandbox.keyed import simulator, standing_of

NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
_FAULTS = {
    "missing": ("MissingAuthenticationToken", "Request is missing Authentication Token"),
    "unknown": ("InvalidClientTokenId", "The security token included in the request is invalid."),
    "signature": ("SignatureDoesNotMatch", "The request signature we calculated does not match yours."),
    "expired": ("SignatureDoesNotMatch", "Signature expired: it is now earlier than the time of the request."),
}  # fmt: skip


@get("/")
async def query(request: Request[Any, Any, State]) -> Response[bytes]:
    """The query protocol: what is asked for stands in `Action`."""
    key, fault = signer_of(request, "sns")
    if fault is not None:
        return _error(403, *_FAULTS[fault])
    if request.query_params.get("Action") != "GetSMSAttributes":
        return _error(400, "InvalidAction", "Could not find operation")
    standing = standing_of(key)
    if standing == "limited":
        return _error(400, "Throttling", "Rate exceeded")
    if "DENIED" in key:
        return _error(403, "AuthorizationError", "User is not authorized to perform: SNS:GetSMSAttributes")
    attributes = {
        "MonthlySpendLimit": "0" if standing == "spent" else "50",
        "DefaultSMSType": "Transactional",
        "DefaultSenderID": "Callout",
    }
    entries = "".join(f"<entry><key>{name}</key><value>{value}</value></entry>" for name, value in attributes.items())
    return _xml(
        200,
        f'<GetSMSAttributesResponse xmlns="{NAMESPACE}"><GetSMSAttributesResult><attributes>{entries}</attributes>'
        f"</GetSMSAttributesResult><ResponseMetadata><RequestId>{uuid7()}</RequestId></ResponseMetadata>"
        "</GetSMSAttributesResponse>",
    )


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([query], lambda status: {"message": f"InternalFailure {status}"})


def _error(status: int, code: str, message: str) -> Response[bytes]:
    return _xml(
        status,
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{uuid7()}</RequestId></ErrorResponse>",
    )


def _xml(status: int, body: str) -> Response[bytes]:
    return Response(body.encode(), status_code=status, media_type="text/xml")
