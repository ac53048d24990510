"""A simulated Google Maps, and the adapters on it."""

from datetime import UTC, datetime, timedelta

import pytest

from callout.adapters.google_maps.geocoding import GoogleGeocoder
from callout.adapters.google_maps.places import GooglePlaces
from callout.sandbox import google_maps

KEY = "AIzaSyGoodKeyOfTheTests0000000000000000"
MONDAY_NOON = datetime(2026, 6, 1, 17, tzinfo=UTC)


class Watch:
    """The time of the simulator, moved by hand."""

    def __init__(self) -> None:
        self.now = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
async def google(serve, watch):
    """A client of the simulator."""
    return await serve(google_maps.create_app(watch))


@pytest.fixture
def places(google):
    """Makes a source on the simulator: `places()`, `places(api_key=…)`."""
    return lambda api_key=KEY, **more: GooglePlaces(google, api_key=api_key, base_url="http://callout.test", **more)


@pytest.fixture
def geocoder(google):
    """Makes a geocoder on the simulator."""
    return lambda api_key=KEY: GoogleGeocoder(google, api_key=api_key, base_url="http://callout.test")


@pytest.fixture
def calls(google):
    """What the simulator was asked: `await calls()`."""

    async def ask():
        return (await google.get("/_sandbox/calls")).json()

    return ask


@pytest.fixture
def faults(google):
    """Arranges faults: `await faults("429", "truncated")`."""

    async def arrange(*coming):
        assert (await google.post("/_sandbox/faults", json={"next": list(coming)})).status_code == 200

    return arrange
