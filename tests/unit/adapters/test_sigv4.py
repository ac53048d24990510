"""Requests to AWS are signed as AWS's own test suite demands."""

from datetime import UTC, datetime

import pytest

from callout.adapters.aws.sigv4 import signed_headers

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "params", "signature"),
    [  # aws-sig-v4-test-suite: get-vanilla, get-vanilla-query-order-key-case, post-vanilla
        ("GET", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", {"Param2": "value2", "Param1": "value1"},
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("POST", {}, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)  # fmt: skip
def test_signatures_are_those_of_the_test_suite(method: str, params: dict[str, str], signature: str) -> None:
    headers = signed_headers(
        method,
        "https://example.amazonaws.com/",
        params=params,
        body=b"",
        access_key_id="AKIDEXAMPLE",
        secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="service",
        now=AT,
    )
    assert headers["X-Amz-Date"] == "20150830T123600Z"
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )
