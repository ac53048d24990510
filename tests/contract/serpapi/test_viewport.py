"""The view a box is searched with shows all of the box and not much more."""

import re

import pytest

from callout.adapters.serpapi.address import parts_of
from callout.adapters.serpapi.viewport import view_of
from callout.features.prospecting.ports import Box
from callout.kit.geo import bounding_box
from callout.sandbox.serpapi_view import box_of

POINTS = [
    (30.2672, -97.7431),
    (0.0, 0.0),
    (-33.87, 151.21),
    (64.13, -21.9),
    (51.5, -0.12),
    (-16.5, 179.99),
    (71.0, 25.8),
]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("km", [0.25, 1, 5, 20, 80, 300])
def test_the_view_holds_the_box_tightly(point, km):
    box = Box(*bounding_box(*point, km))
    view = view_of(box)
    assert re.fullmatch(r"@-?\d+\.\d{7},-?\d+\.\d{7},\d+(\.\d{1,2})?z", view)
    seen = box_of(view)
    assert seen.south <= box.south + 1e-6
    assert seen.north >= box.north - 1e-6
    width, seen_width = (box.east - box.west) % 360, (seen.east - seen.west) % 360
    assert (box.west - seen.west) % 360 <= seen_width + 1e-6 or abs(box.west - seen.west) < 1e-6
    assert seen_width >= width - 1e-6
    is_tight = seen_width <= width * 1.02 or seen.north - seen.south <= (box.north - box.south) * 1.02
    assert is_tight or view.endswith((",21z", ",3z"))


def test_the_known_pair_of_zoom_and_height():
    """SerpApi: the greatest height, 15,028,132 m, roughly equals 3z on the equator."""
    by_height, by_zoom = box_of("@0,0,15028132m"), box_of("@0,0,3z")
    assert by_height.north == pytest.approx(by_zoom.north, rel=0.001)
    assert by_height.east == pytest.approx(by_zoom.east, rel=0.001)


@pytest.mark.parametrize(
    "box", [Box(-90, -180, 90, 180), Box(10, 20, 10, 20), Box(84, -180, 90, 180), Box(-5, 170, 5, -170)]
)
def test_extremes_stay_within_what_the_service_takes(box):
    lat, lng, zoom = view_of(box)[1:-1].split(",")
    assert -85 <= float(lat) <= 90
    assert -180 <= float(lng) <= 180
    assert 3 <= float(zoom) <= 21


def test_a_box_across_the_antimeridian_is_centred_on_it():
    assert abs(float(view_of(Box(-5, 170, 5, -170)).split(",")[1])) == 180


@pytest.mark.parametrize(
    ("address", "country", "city", "state", "named"),
    [
        ("705 Market St, San Francisco, CA 94103", "US", "San Francisco", "California", None),
        ("705 Market St, San Francisco, CA 94103, United States", "MX", "San Francisco", "California", "US"),
        ("12 King St, Toronto, ON M5H 1A1, Canada", "US", "Toronto", "ON", "CA"),
        ("2 England's Ln, Belsize Park, London NW3 4TG, United Kingdom", "US", "London", None, "GB"),
        ("Gartenweg 186, 10115 Berlin, Germany", "US", "Berlin", None, "DE"),
        ("ul. Polna 216, 00-001 Warszawa, Poland", "US", "Warszawa", None, "PL"),
        ("R. Augusta, 120 - Centro, São Paulo - SP, 01305-000, Brazil", "US", "São Paulo", "SP", "BR"),
        ("Damrak 1, 1012 LG Amsterdam, Netherlands", "US", "Amsterdam", None, "NL"),
        ("Václavské nám. 1, 110 00 Praha 1, Czechia", "US", "Praha", None, "CZ"),
        ("1 George St, Sydney NSW 2000, Australia", "US", "Sydney", "NSW", "AU"),
        ("MG Road, Bengaluru, Karnataka 560001, India", "US", "Bengaluru", "Karnataka", "IN"),
        ("239 Rama IV Rd, Bangkok 10500, Thailand", "US", "Bangkok", None, "TH"),
        ("Calle Mayor, 5, 28013 Madrid, Spain", "US", "Madrid", None, "ES"),
        ("275 Memorial Dr SE", "US", None, None, None),
        ("", "US", None, None, None),
    ],
)
def test_town_and_state_are_read_where_the_country_writes_them(address, country, city, state, named):
    assert parts_of(address, country) == (city, state, named)
