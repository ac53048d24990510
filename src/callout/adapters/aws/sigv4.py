"""Signs requests to AWS: Signature Version 4.

Source: AWS General Reference, "Create a signed AWS API request"; checked against AWS's own test suite.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    method: str,
    url: str,
    *,
    params: Mapping[str, str],
    body: bytes,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """The headers `X-Amz-Date` and `Authorization` of a request.

    Args:
        method: in upper case.
        url: without a query; its path is taken as it is.
        params: the query, each name once.
        body: what is sent; empty for a GET.
        access_key_id: the public part of the key.
        secret_access_key: the secret part.
        region: such as us-east-1.
        service: as AWS names it for signing: ses, sns.
        now: the time of signing; AWS allows five minutes.
    """
    parts = urlsplit(url)
    at = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    query = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in sorted(params.items()))
    canonical = "\n".join(
        [
            method,
            quote(parts.path or "/", safe="/-_.~"),
            query,
            f"host:{parts.netloc}",
            f"x-amz-date:{at}",
            "",
            "host;x-amz-date",
            hashlib.sha256(body).hexdigest(),
        ]
    )
    to_sign = "\n".join([ALGORITHM, at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret_access_key}".encode()
    for part in (at[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"{access_key_id}/{scope}"
    value = f"{ALGORITHM} Credential={credential}, SignedHeaders=host;x-amz-date, Signature={signature}"
    return {"X-Amz-Date": at, "Authorization": value}


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
