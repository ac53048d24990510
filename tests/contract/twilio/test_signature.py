"""Webhook signatures, next to Twilio's own validator."""

import hashlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from callout.adapters.twilio import TwilioReports
from callout.adapters.twilio.signature import sign, spellings
from callout.sandbox.twilio_webhooks import signature

TOKEN = "12345"
URL = "https://example.com/myapp"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}


def reports(public_url="https://example.com", token=TOKEN):
    return TwilioReports(auth_token=token, public_url=public_url)


@given(
    st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40), max_size=8),
    st.text(alphabet="abcdefghij0123456789-_/", max_size=20),
)
def test_our_signatures_are_those_of_twilio(fields, path):
    url = f"https://example.com/{path}?call=1"
    genuine = RequestValidator(TOKEN).compute_signature(url, fields)
    assert sign(TOKEN, url, fields.items()) == genuine == signature(TOKEN, url, fields)


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=20), min_size=1, max_size=5))
def test_forms_as_they_arrive_are_believed(fields):
    body = urlencode(fields).encode()
    headers = {**FORM, "x-twilio-signature": RequestValidator(TOKEN).compute_signature(f"{URL}?a=b%20c", fields)}
    assert reports().is_genuine("/myapp?a=b%20c", headers, body)
    assert not reports().is_genuine("/myapp?a=b%20d", headers, body)
    assert not reports().is_genuine("/myapp?a=b%20c", headers, body + b"&x=y")
    assert not reports(token="other").is_genuine("/myapp?a=b%20c", headers, body)
    assert not reports(token="").is_genuine("/myapp?a=b%20c", headers, body)


def test_json_is_covered_by_its_digest():
    body = b'{"a": 1}'
    target = f"/myapp?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = RequestValidator(TOKEN).compute_signature(f"https://example.com{target}", {})
    headers = {"content-type": "application/json", "x-twilio-signature": signed}
    assert RequestValidator(TOKEN).validate(f"https://example.com{target}", body.decode(), signed)
    assert reports().is_genuine(target, headers, body)
    assert not reports().is_genuine(target, headers, b'{"a": 2}')
    without = RequestValidator(TOKEN).compute_signature(URL, {})
    assert not reports().is_genuine("/myapp", {**headers, "x-twilio-signature": without}, body)


@pytest.mark.parametrize(
    ("public_url", "signed_url"),
    [
        ("https://example.com", "https://example.com:443/myapp"),
        ("https://example.com:8443", "https://example.com/myapp"),
        ("https://example.com:8443", "https://example.com:8443/myapp"),
        ("http://example.com", "http://example.com:80/myapp"),
    ],
)
def test_the_port_may_be_named_or_not(public_url, signed_url):
    body = urlencode(FIELDS).encode()
    headers = {**FORM, "x-twilio-signature": RequestValidator(TOKEN).compute_signature(signed_url, FIELDS)}
    assert reports(public_url).is_genuine("/myapp", headers, body)


@pytest.mark.parametrize("given", ["", "not base64", "é", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="])
def test_anything_else_is_refused(given):
    assert not reports().is_genuine("/myapp", {**FORM, "x-twilio-signature": given}, urlencode(FIELDS).encode())
    assert not reports().is_genuine("/myapp", {**FORM, "x-twilio-signature": given}, b"\xff\xfe%")


def test_addresses_are_spelled_with_and_without_port():
    assert spellings("https://[::1]/a?b=c") == ["https://[::1]/a?b=c", "https://[::1]:443/a?b=c"]
    assert set(spellings("https://h:99/a")) == {"https://h:99/a", "https://h/a"}
