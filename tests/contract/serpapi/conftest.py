"""A SerpApi in this process, and the adapter that asks it."""

import pytest

from callout.adapters.serpapi import SerpApiPlaces
from callout.sandbox import serpapi

BASE_URL = "http://callout.test"
KEY = "5e" * 32


@pytest.fixture
async def simulator(serve, clock):
    return await serve(serpapi.create_app(clock.now))


@pytest.fixture
def places(simulator):
    return SerpApiPlaces(simulator, api_key=KEY, base_url=BASE_URL)


@pytest.fixture
def faults(simulator):
    async def arrange(*coming, **further):
        answer = await simulator.post("/_sandbox/faults", json={"next": list(coming), **further})
        assert answer.status_code == 200, answer.text

    return arrange


@pytest.fixture
def calls(simulator):
    async def told():
        return (await simulator.get("/_sandbox/calls")).json()

    return told
