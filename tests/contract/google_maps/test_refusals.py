"""What Google refuses becomes what a person or the job does about it; the key is nowhere in it."""

import logging
import traceback

import httpx
import pytest

from callout.adapters.google_maps.places import GooglePlaces
from callout.adapters.google_maps.refusals import failure_of
from callout.features.prospecting.ports import (
    Box,
    KeyRefused,
    PlacesQuery,
    QueryRefused,
    QuotaSpent,
    RateLimited,
    Unavailable,
)
from callout.sandbox.google_maps_refusals import BAD_KEYS

HOTELS = PlacesQuery(text="hotel", country="US", box=Box(30.26, -97.75, 30.28, -97.73))


@pytest.mark.parametrize(
    ("key", "kind", "remedy"),
    [
        ("AIzaInvalidKey0000000000000000000000000", KeyRefused, "Copy the key again"),
        ("AIzaExpiredKey0000000000000000000000000", KeyRefused, "Make a new key"),
        ("AIzaDisabledKey000000000000000000000000", KeyRefused, "Enable “Places API (New)”"),
        ("AIzaUnpaidKey00000000000000000000000000", KeyRefused, "billing account"),
        ("AIzaBlockedKey0000000000000000000000000", KeyRefused, "API restrictions"),
        ("AIzaAddressKey0000000000000000000000000", KeyRefused, "IP address"),
        ("not-a-key-at-all", KeyRefused, "Copy the key again"),
        ("AIzaSpentKey000000000000000000000000000", QuotaSpent, "quota"),
    ],
)
async def test_a_key_that_does_not_work_says_what_to_do_and_never_itself(places, key, kind, remedy, caplog):
    caplog.set_level(logging.DEBUG)
    source = places(key)
    for ask in (
        lambda: source.search(HOTELS),
        lambda: source.place("ChIJ", country="US"),
        lambda: source.reviews("ChIJ"),
        source.account,
    ):
        with pytest.raises(kind) as refused:
            await ask()
        assert refused.value.is_final
        assert remedy in refused.value.remedy
        told = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(source) + caplog.text
        assert key not in told


@pytest.mark.parametrize("key", ["", "AIza\nnewline", "AIza…dots", "AIza key"])
async def test_a_key_that_cannot_travel_is_refused_unsent(places, calls, key):
    with pytest.raises(KeyRefused) as refused:
        await places(key).account()
    told = "".join(traceback.format_exception(refused.value))
    assert not key or key not in told
    assert (await calls())["total"] == 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", RateLimited), ("500", Unavailable), ("502", Unavailable), ("503", Unavailable), ("504", Unavailable),
        ("truncated", Unavailable), ("408", Unavailable), ("400", QueryRefused), ("403", KeyRefused),
    ],
)  # fmt: skip
async def test_what_passes_is_told_from_what_stays(places, faults, fault, kind):
    await faults(fault)
    with pytest.raises(kind) as refused:
        await places().search(HOTELS)
    assert refused.value.is_final == (kind in (QueryRefused, KeyRefused))
    assert refused.value.retry_after_s == (1.0 if fault == "429" else None)
    assert (await places().search(HOTELS)).drafts


async def test_slowness_and_broken_lines_pass():
    async def silent(request):
        raise httpx.ReadTimeout("no answer", request=request)

    async def broken(request):
        raise httpx.ConnectError("refused", request=request)

    async def cut(request):
        raise httpx.RemoteProtocolError("peer closed connection", request=request)

    for answer in (silent, broken, cut):
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            with pytest.raises(Unavailable):
                await GooglePlaces(client, api_key="AIzaX").search(HOTELS)


async def test_every_request_has_a_time_limit_and_its_key_in_a_header_only():
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        source = GooglePlaces(client, api_key="AIzaX", timeout_s=7)
        await source.search(HOTELS)
        await source.place("ChIJx", country="US")
        await source.account()
    for request in seen:
        assert request.extensions["timeout"]["read"] == 7
        assert request.headers["X-Goog-Api-Key"] == "AIzaX"
        assert "AIza" not in str(request.url)
        assert request.url.host == "places.googleapis.com"


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b'{"error": "gone"}', b'{"error": {"message": 7}}'])
@pytest.mark.parametrize(
    ("status", "kind"), [(502, Unavailable), (403, KeyRefused), (400, QueryRefused), (429, RateLimited)]
)
def test_a_refusal_in_any_body_is_understood_by_its_status(body, status, kind):
    assert isinstance(failure_of(status, body, api_key="AIzaX"), kind)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"places": 3}', b'{"places": [', b"\xff\xfe"])
async def test_nonsense_is_a_failure_that_passes(body):
    answer = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    async with httpx.AsyncClient(transport=answer) as client:
        with pytest.raises(Unavailable):
            await GooglePlaces(client, api_key="AIzaX").search(HOTELS)


async def test_the_quota_by_the_minute_passes_and_refills(google, places, watch):
    await google.post("/_sandbox/limits", json={"per_minute": 2})
    for _ in range(2):
        await places().search(HOTELS)
    with pytest.raises(RateLimited) as refused:
        await places().search(HOTELS)
    assert refused.value.retry_after_s == 30
    watch.turn(seconds=30)
    assert (await places().search(HOTELS)).drafts


def test_recorded_refusals(shared_data):
    def read(name):
        return (shared_data / "payloads/google_places_new" / name).read_bytes()

    mask = failure_of(400, read("error_400_field_mask.json"), api_key="AIzaX")
    assert isinstance(mask, QueryRefused)
    assert "FieldMask" in mask.message
    disabled = failure_of(403, read("error_403_api_key.json"), api_key="AIzaX")
    assert isinstance(disabled, KeyRefused)
    assert "Enable" in disabled.remedy
    minute = failure_of(429, read("error_429_quota.json"), api_key="AIzaX")
    assert isinstance(minute, RateLimited)
    daily = read("error_429_quota.json").replace(b"per minute", b"per day")
    assert isinstance(failure_of(429, daily, api_key="AIzaX"), QuotaSpent)


def test_a_retry_delay_is_taken_from_wherever_it_stands():
    info = b'{"error": {"code": 429, "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17.5s"}]}}'
    assert failure_of(429, info, api_key="AIzaX").retry_after_s == 17.5
    assert failure_of(503, b"", api_key="AIzaX", retry_after="7").retry_after_s == 7
    assert failure_of(503, b"", api_key="AIzaX", retry_after="Wed, 21 Oct 2026 07:28:00 GMT").retry_after_s is None


def test_every_refusal_of_a_key_the_simulator_knows_is_tested():
    tested = {"AIzaInvalid", "AIzaExpired", "AIzaDisabled", "AIzaUnpaid", "AIzaBlocked", "AIzaAddress"}
    assert set(BAD_KEYS) == tested
