"""Distances and boxes hold everywhere on the sphere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.kit.geo import EARTH_RADIUS_KM, bounding_box, haversine_km

lats = st.floats(-90, 90)
lngs = st.floats(-180, 180)


def test_berlin_to_paris_is_878_km() -> None:
    assert haversine_km(52.52, 13.405, 48.8566, 2.3522) == pytest.approx(877.5, abs=1)


def test_opposite_points_are_half_the_circumference_apart() -> None:
    assert haversine_km(0, 0, 0, 180) == pytest.approx(math.pi * EARTH_RADIUS_KM)


@given(lats, lngs, lats, lngs)
def test_a_distance_is_the_same_both_ways(lat1: float, lng1: float, lat2: float, lng2: float) -> None:
    assert haversine_km(lat1, lng1, lat2, lng2) == pytest.approx(haversine_km(lat2, lng2, lat1, lng1), abs=1e-6)


@given(lats, lngs, st.floats(0.01, 500), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_every_point_of_the_circle_is_in_the_box(
    lat: float, lng: float, km: float, bearing: float, part: float
) -> None:
    reached = destination(lat, lng, km * part, bearing)
    assert bounding_box(lat, lng, km * 1.000001).contains(*reached)


def test_a_box_over_the_antimeridian_has_two_ranges() -> None:
    box = bounding_box(-18.0, 179.95, 20)
    assert box.crosses_antimeridian
    assert len(box.ranges) == 2
    assert box.contains(-18.0, -179.95)
    assert not box.contains(-18.0, 0.0)


def test_a_box_around_a_pole_holds_every_longitude() -> None:
    box = bounding_box(89.99, 10, 20)
    assert box.ranges == ((-180.0, 180.0),)
    assert box.north == 90.0


@pytest.mark.parametrize(("lat", "lng", "km"), [(91, 0, 1), (0, 181, 1), (0, 0, -1)])
def test_what_is_not_a_circle_on_the_earth_is_refused(lat: float, lng: float, km: float) -> None:
    with pytest.raises(ValueError, match=r"earth|negative"):
        bounding_box(lat, lng, km)


def destination(lat: float, lng: float, km: float, bearing: float) -> tuple[float, float]:
    """Where one arrives after ``km`` on a great circle (Vincenty's spherical direct formula)."""
    angle, phi = km / EARTH_RADIUS_KM, math.radians(lat)
    sine = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    phi2 = math.asin(max(-1.0, min(1.0, sine)))
    turned = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(phi2),
    )
    return math.degrees(phi2), (lng + math.degrees(turned) + 540) % 360 - 180
