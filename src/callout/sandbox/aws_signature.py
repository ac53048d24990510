"""Who signed a request to the Amazon simulators, as Amazon finds out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from litestar import Request

from callout.adapters.aws.sigv4 import signed_headers

SECRETS = {"AKIACALLOUTSANDBOX00": "sandbox/secret/access/key/of/callout00"}
"""Access keys whose signatures are checked; of any other the secret cannot be known, and it is taken by its word."""
Fault = Literal["unknown", "signature", "expired", "missing"]
_SHAPE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[A-Z0-9]{16,128})/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z]+)"
    r"/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}"
)
_LATE = timedelta(minutes=5)


def signer_of(request: Request[Any, Any, Any], service: str) -> tuple[str, Fault | None]:
    """The access key id of a request without a body, and what is wrong with its signature."""
    given = request.headers.get("Authorization", "")
    found = _SHAPE.fullmatch(given)
    if found is None or found["service"] != service:
        return "", "missing"
    key = found["key"]
    if "REFUSED" in key:
        return key, "unknown"
    at = datetime.strptime(request.headers.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - at) > _LATE:
        return key, "expired"
    if (secret := SECRETS.get(key)) is None:
        return key, None
    url = str(request.url.with_replacements(query=""))
    expected = signed_headers(
        request.method,
        url,
        params={name: str(value) for name, value in request.query_params.items()},
        body=b"",
        access_key_id=key,
        secret_access_key=secret,
        region=found["region"],
        service=service,
        now=at,
    )
    return key, None if expected["Authorization"] == given else "signature"
