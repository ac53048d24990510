"""Everything that can go wrong with SerpApi, as what a person or the job has to do."""

import asyncio
import logging
import traceback
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from callout.adapters.serpapi import SerpApiPlaces
from callout.adapters.serpapi.refusals import failure_of, pause_s
from callout.features.prospecting.ports import (
    Box,
    KeyRefused,
    PlacesFailed,
    PlacesQuery,
    QueryRefused,
    QuotaSpent,
    RateLimited,
    Unavailable,
)
from callout.kit.geo import bounding_box
from callout.sandbox import serpapi

KEY = "5e" * 32
QUERY = PlacesQuery(text="hotel", country="US", box=Box(*bounding_box(30.2672, -97.7431, 12)))


def answering(status, content=b"", headers=None):
    def answer(request):
        return httpx.Response(status, content=content, headers=headers)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return SerpApiPlaces(client, api_key=KEY, base_url="http://callout.test")


@pytest.mark.parametrize(
    ("key", "failure", "code"),
    [
        ("invalid-key", KeyRefused, "key_refused"),
        ("spent-key", QuotaSpent, "quota_spent"),
        ("", KeyRefused, "key_refused"),
    ],
)
async def test_keys_that_do_not_work_say_what_to_do(simulator, key, failure, code):
    with pytest.raises(failure) as refused:
        await SerpApiPlaces(simulator, api_key=key, base_url="http://callout.test").search(QUERY)
    assert refused.value.is_final
    assert refused.value.code == code
    assert "serpapi.com" in refused.value.remedy


async def test_searches_run_out_in_the_middle_of_a_job(places, simulator, calls):
    await simulator.post("/_sandbox/limits", json={"searches_left": 2})
    await places.search(QUERY)
    await places.search(QUERY, cursor="20")
    with pytest.raises(QuotaSpent):
        await places.search(QUERY, cursor="40")
    assert (await places.search(QUERY, cursor="20")).drafts, "what is in the cache is free"
    assert (await calls())["billed"] == 2


async def test_the_hour_has_room_again_in_the_next_hour(places, simulator, clock):
    await simulator.post("/_sandbox/limits", json={"per_hour": 1})
    await places.search(QUERY)
    with pytest.raises(RateLimited) as busy:
        await places.search(QUERY, cursor="20")
    assert busy.value.retry_after_s > 0
    assert not busy.value.is_final
    clock.advance(timedelta(hours=1))
    assert (await places.search(QUERY, cursor="20")).drafts


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("429", RateLimited),
        ("500", Unavailable),
        ("502", Unavailable),
        ("503", Unavailable),
        ("408", Unavailable),
        ("401", KeyRefused),
        ("403", KeyRefused),
        ("400", QueryRefused),
        ("truncated", Unavailable),
        ("html", Unavailable),
    ],
)
async def test_faults_become_what_has_to_be_done(places, faults, fault, failure):
    await faults(fault)
    with pytest.raises(failure) as failed:
        await places.search(QUERY)
    assert KEY not in str(failed.value)
    assert failed.value.message
    assert failed.value.is_final == (failure in (KeyRefused, QueryRefused))
    assert len((await places.search(QUERY)).drafts) == 20


async def test_retry_after_is_told(places, faults):
    await faults("429")
    with pytest.raises(RateLimited) as busy:
        await places.search(QUERY)
    assert busy.value.retry_after_s == 1


class Impatient(httpx.AsyncBaseTransport):
    """A way to a server in this process that gives up in time, while the server goes on."""

    def __init__(self, app):
        self.inner = httpx.ASGITransport(app=app)
        self.going_on = set()

    async def handle_async_request(self, request):
        answer = asyncio.ensure_future(self.inner.handle_async_request(request))
        self.going_on.add(answer)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), request.extensions["timeout"]["read"])
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow", request=request) from error


async def test_what_came_too_late_is_a_failure_that_may_pass_and_is_free_afterwards():
    way = Impatient(serpapi.create_app())
    async with httpx.AsyncClient(transport=way, base_url="http://callout.test") as client:
        places = SerpApiPlaces(client, api_key=KEY, base_url="http://callout.test", timeout_s=0.2)
        await client.post("/_sandbox/faults", json={"next": ["delay:0.4"]}, timeout=10)
        with pytest.raises(Unavailable, match="in time"):
            await places.search(QUERY)
        await asyncio.gather(*way.going_on)
        patient = SerpApiPlaces(client, api_key=KEY, base_url="http://callout.test", timeout_s=30)
        assert len((await patient.search(QUERY)).drafts) == 20
        told = (await client.get("/_sandbox/calls", timeout=10)).json()
        assert (told["total"], told["billed"], told["paid_twice"]) == (2, 1, [])


async def test_a_page_that_was_cut_off_is_not_billed_again(places, faults, calls):
    await faults("truncated", "html")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await places.search(QUERY)
    assert len((await places.search(QUERY)).drafts) == 20
    told = await calls()
    assert (told["billed"], told["paid_twice"]) == (1, [])


async def test_a_page_may_repeat_the_former_one(places, faults):
    first = await places.search(QUERY)
    await faults("duplicate")
    second = await places.search(QUERY, cursor="20")
    assert [draft.place_id for draft in second.drafts] == [draft.place_id for draft in first.drafts]


async def test_faults_by_chance_are_the_same_for_the_same_seed(places, simulator, faults):
    async def outcomes():
        await simulator.post("/_sandbox/reset")
        await faults(chance={"500": 0.3, "429": 0.2, "truncated": 0.2}, seed=7)
        met = []
        for _ in range(20):
            try:
                await places.search(QUERY)
                met.append("ok")
            except PlacesFailed as failed:
                met.append(failed.code)
        return met

    once = await outcomes()
    assert once == await outcomes()
    assert {"ok", "provider_unavailable", "rate_limited"} <= set(once)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'"text"', b"{", b"<html>", b"\xff\xfe", b"{}", b'{"search_metadata": {"status": "Processing"}}',
     b'{"search_metadata": {"status": "Error"}, "error": "We could not solve this request."}',
     b'{"search_metadata": {"status": "Success"}, "error": "Something odd."}'],
)  # fmt: skip
async def test_nonsense_with_status_200_is_a_failure_that_may_pass(content):
    for ask in (lambda p: p.search(QUERY), lambda p: p.place("ChIJ", country="US"), lambda p: p.account()):
        with pytest.raises(Unavailable):
            await ask(answering(200, content))


@pytest.mark.parametrize(
    "result",
    ["text", None, 7, {}, {"title": ""}, {"title": None}, {"title": 5, "gps_coordinates": "x", "type": 3, "hours": 8},
     {"title": "A", "gps_coordinates": {"latitude": "1", "longitude": []}, "rating": "5", "reviews": "many",
      "types": [None, {}], "extensions": {"a": 1}, "service_options": [], "operating_hours": [1], "images": {"a": 1},
      "website": "javascript:alert(1)", "phone": "call us", "price": ["$"], "description": {"snippet": 5},
      "open_state": 7, "thumbnail": 3, "links": "x", "address": ["1"], "country": {}, "place_id": True}],
)  # fmt: skip
async def test_odd_results_are_read_or_counted_but_break_nothing(result):
    body = httpx.Response(200, json={"local_results": [result, {"title": "Good"}]}).content
    page = await answering(200, body).search(QUERY)
    assert len(page.drafts) + page.rejected == 2
    assert page.drafts[-1].name == "Good"
    assert page.drafts[0].website is None


@pytest.mark.parametrize(
    "path_error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError]
)
async def test_no_error_carries_the_key(path_error, caplog):
    def break_off(request):
        raise path_error(f"broken at {request.url}", request=request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(break_off))
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as failed:
        await SerpApiPlaces(client, api_key=KEY, base_url="http://callout.test").search(QUERY)
    assert KEY not in "".join(traceback.format_exception(failed.value))
    assert failed.value.__context__ is None
    assert failed.value.__cause__ is None
    assert KEY not in caplog.text


async def test_the_client_s_log_of_requests_has_no_key(places, caplog):
    with caplog.at_level(logging.DEBUG):
        await places.search(QUERY)
        await places.account()
    assert "HTTP Request" in caplog.text
    assert "api_key=[key]" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in repr(places)


async def test_an_answer_that_repeats_the_key_does_not_spread_it():
    body = httpx.Response(400, json={"error": f"Bad request to /search?api_key={KEY}&q=1 with {KEY}"}).content
    with pytest.raises(QueryRefused) as refused:
        await answering(400, body).search(QUERY)
    assert KEY not in refused.value.message


def test_hour_and_month_are_told_apart_by_their_words():
    def kind(told, status=429):
        return type(failure_of(status, told, api_key=KEY, headers={}))

    assert kind("Your account has run out of searches.") is QuotaSpent
    assert kind("You are exceeding your hourly throughput limit; 0 searches left this hour") is RateLimited
    assert kind("") is RateLimited
    assert kind("", 410) is QueryRefused
    assert kind("", 302) is Unavailable


def test_retry_after_is_a_number_or_a_date():
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert pause_s("7", now) == 7
    assert pause_s("Mon, 01 Jun 2026 12:00:30 GMT", now) == 30
    assert pause_s("Mon, 01 Jun 2026 11:00:00 GMT", now) == 0
    assert pause_s("soon", now) is None
    assert pause_s("", now) is None
    assert pause_s("nan", now) is None


async def test_many_searches_at_once_do_not_disturb_each_other(places):
    pages = await asyncio.gather(*(places.search(QUERY, cursor=str(start)) for start in range(0, 120, 20)))
    assert len({draft.place_id for page in pages for draft in page.drafts}) == 120
