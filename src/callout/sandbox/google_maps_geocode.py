"""Addresses of the made-up map as the Google Geocoding API tells them.

Source: https://developers.google.com/maps/documentation/geocoding/requests-geocoding (v3 JSON).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from babel import Locale

from callout.sandbox.nominatim_gazetteer import Hit, find, fold, nearest

MISSING = "Invalid request. Missing the 'address', 'components', 'latlng' or 'place_id' parameter."


def geocode(query: Mapping[str, str]) -> dict[str, Any]:
    """The body of one answer, whatever its status."""
    try:
        results = _results(query)
    except ValueError as error:
        return {"error_message": str(error), "results": [], "status": "INVALID_REQUEST"}
    return {"results": results, "status": "OK" if results else "ZERO_RESULTS"}


def _results(query: Mapping[str, str]) -> list[dict[str, Any]]:
    if "latlng" in query:
        lat, lng = _point(query["latlng"])
        hit = nearest(lat, lng)
        return [_result(hit)] if hit else [_plus_code(lat, lng)]
    components = dict(part.split(":", 1) for part in query.get("components", "").split("|") if ":" in part)
    address = query.get("address", "")
    if not address and not components:
        raise ValueError(MISSING)
    country = components.get("country", "").upper()
    text = ", ".join(filter(None, [address, components.get("locality"), components.get("postal_code")]))
    hits = find(text, frozenset({country} - {""}), _centre(query.get("bounds")), 10) if text else []
    if hits or not country:
        return [_result(hit) for hit in hits]
    return [_country(country)] if country in Locale("en").territories else []


def _result(hit: Hit) -> dict[str, Any]:
    city = hit.city
    parts = [
        (hit.number, hit.number, ["street_number"]),
        (hit.street, hit.street, ["route"]),
        (city.name, city.name, ["locality", "political"]),
        (city.region_name, city.region, ["administrative_area_level_1", "political"]),
        (city.country_name, city.country, ["country", "political"]),
        (hit.postcode, hit.postcode, ["postal_code"]),
    ]
    house = f"{hit.number} {hit.street}".strip()
    town = f"{city.name}, {city.region} {hit.postcode}".replace(" ,", ",").strip(", ")
    kind = "street_address" if hit.number else "route" if hit.street else "locality"
    exact = {"street_address": "ROOFTOP", "route": "GEOMETRIC_CENTER", "locality": "APPROXIMATE"}[kind]
    label = ", ".join(filter(None, [house, town, city.country_name]))
    return {
        "address_components": [_component(*part) for part in parts if part[0]],
        "formatted_address": label,
        "geometry": _geometry(hit.lat, hit.lng, exact, {"ROOFTOP": 0.00135, "GEOMETRIC_CENTER": 0.004}.get(exact, 0.1)),
        "place_id": _place_id(label),
        "types": [kind] if kind != "locality" else [kind, "political"],
    }


def _country(code: str) -> dict[str, Any]:
    """The whole country: what a filter by country falls back to when the address is nowhere in it."""
    name = str(Locale("en").territories[code])
    return {
        "address_components": [_component(name, code, ["country", "political"])],
        "formatted_address": name,
        "geometry": _geometry(0.0, 0.0, "APPROXIMATE", 5.0),
        "partial_match": True,
        "place_id": _place_id(name),
        "types": ["country", "political"],
    }


def _plus_code(lat: float, lng: float) -> dict[str, Any]:
    """All there is to say about the open sea."""
    label = f"{lat:.4f},{lng:.4f}"
    return {
        "address_components": [_component(label, label, ["plus_code"])],
        "formatted_address": label,
        "geometry": _geometry(lat, lng, "ROOFTOP", 0.0001),
        "place_id": _place_id(label),
        "types": ["plus_code"],
    }


def _component(long: str, short: str, types: list[str]) -> dict[str, Any]:
    return {"long_name": long, "short_name": short, "types": types}


def _geometry(lat: float, lng: float, exact: str, half: float) -> dict[str, Any]:
    return {
        "location": {"lat": lat, "lng": lng},
        "location_type": exact,
        "viewport": {
            "northeast": {"lat": lat + half, "lng": lng + half},
            "southwest": {"lat": lat - half, "lng": lng - half},
        },
    }


def _place_id(label: str) -> str:
    return f"EiS{hashlib.sha256(fold(label).encode()).hexdigest()[:40]}"


def _point(text: str) -> tuple[float, float]:
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", text)
    lat, lng = (float(found[1]), float(found[2])) if found else (91.0, 0.0)
    if abs(lat) > 90 or abs(lng) > 180:
        raise ValueError("Invalid request. Invalid 'latlng' parameter.")
    return lat, lng


def _centre(bounds: str | None) -> tuple[float, float] | None:
    if not bounds:
        return None
    corners = bounds.split("|")
    if len(corners) != 2:
        raise ValueError("Invalid request. Invalid 'bounds' parameter.")
    (south, west), (north, east) = map(_point, corners)
    return (south + north) / 2, (west + east) / 2
