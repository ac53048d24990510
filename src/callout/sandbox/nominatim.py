"""A Nominatim server over a made-up map: `/search`, `/reverse` and `/status` in the jsonv2 format."""

import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from callout.sandbox.nominatim_gazetteer import Hit, find, nearest

LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"
MOST = 40
STRUCTURED = ("street", "city", "state", "postalcode", "country")

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]
Answer = tuple[int, Any]


class Refused(Exception):  # noqa: N818 - the word for it
    """A request the server answers with status 400."""


def app() -> Asgi:
    """A new simulator as an ASGI application; it keeps no state."""

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
            await _reply(send, *answer(scope["path"], query, headers))

    return serve


def answer(path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
    """Status and JSON body of one request."""
    path = path.rstrip("/").removesuffix(".php")
    if path == "/status":
        return 200, {"status": 0, "message": "OK", "software_version": "5.1.0", "database_version": "5.1.0"}
    if not headers.get("user-agent"):
        return 403, {"error": {"code": 403, "message": "A User-Agent is required (usage policy)."}}
    try:
        if path == "/search":
            return 200, search(query)
        if path == "/reverse":
            return 200, reverse(query)
    except Refused as refused:
        return 400, {"error": {"code": 400, "message": str(refused)}}
    return 404, {"error": {"code": 404, "message": "No such endpoint"}}


def search(query: dict[str, str]) -> list[Message]:
    """The body of `/search`.

    Raises:
        Refused: neither `q` nor a structured query, or a bad number.
    """
    text = query.get("q") or ", ".join(query[key] for key in STRUCTURED if query.get(key))
    if not text:
        raise Refused("Nothing to search for.")
    limit = max(1, min(int(_number(query, "limit", 10)), MOST))
    countries = frozenset(code.strip().upper() for code in query.get("countrycodes", "").split(",") if code.strip())
    details = query.get("addressdetails", "0") == "1"
    return [_result(hit, details) for hit in find(text, countries, _centre(query), limit)]


def reverse(query: dict[str, str]) -> Message:
    """The body of `/reverse`; an error object with status 200 where no address is near.

    Raises:
        Refused: `lat` or `lon` missing or not on the earth.
    """
    lat, lon = _number(query, "lat"), _number(query, "lon")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused("Coordinates are out of range.")
    hit = nearest(lat, lon)
    if hit is None:
        return {"error": "Unable to geocode"}
    return _result(hit, query.get("addressdetails", "1") == "1")


def _result(hit: Hit, details: bool) -> Message:
    rank, addresstype, category, kind = _kind(hit)
    city = hit.city
    address = {
        "house_number": hit.number,
        "road": hit.street,
        "city": city.name,
        "state": city.region_name,
        "ISO3166-2-lvl4": f"{city.country}-{city.region}" if city.country == "US" else "",
        "postcode": hit.postcode,
        "country": city.country_name,
        "country_code": city.country.lower(),
    }
    address = {key: value for key, value in address.items() if value}
    shown = [value for key, value in address.items() if key not in ("ISO3166-2-lvl4", "country_code")]
    number = zlib.crc32(", ".join(shown).encode())
    half = 0.00005 if hit.number else 0.002 if hit.street else 0.1
    body: Message = {
        "place_id": number,
        "licence": LICENCE,
        "osm_type": "node",
        "osm_id": number + 1_000_000_000,
        "lat": f"{hit.lat:.7f}",
        "lon": f"{hit.lng:.7f}",
        "category": category,
        "type": kind,
        "place_rank": rank,
        "importance": 0.00001 if hit.number else 0.05 if hit.street else 0.7,
        "addresstype": addresstype,
        "name": "" if hit.number else hit.street or city.name,
        "display_name": ", ".join(shown),
        "boundingbox": [f"{edge:.7f}" for edge in (hit.lat - half, hit.lat + half, hit.lng - half, hit.lng + half)],
    }
    return body | {"address": address} if details else body


def _kind(hit: Hit) -> tuple[int, str, str, str]:
    if hit.number:
        return 30, "place", "place", "house"
    if hit.street:
        return 26, "road", "highway", "residential"
    return 16, "city", "boundary", "administrative"


def _number(query: dict[str, str], name: str, default: float | None = None) -> float:
    raw = query.get(name)
    if raw is None:
        if default is None:
            raise Refused(f"Parameter '{name}' missing.")
        return default
    try:
        return float(raw)
    except ValueError as error:
        raise Refused(f"Parameter '{name}' must be a number.") from error


def _centre(query: dict[str, str]) -> tuple[float, float] | None:
    if "viewbox" not in query:
        return None
    try:
        x1, y1, x2, y2 = (float(edge) for edge in query["viewbox"].split(","))
    except ValueError as error:
        raise Refused("Bad format for parameter 'viewbox'.") from error
    return (y1 + y2) / 2, (x1 + x2) / 2


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _reply(send: Send, status: int, body: Any) -> None:
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body, ensure_ascii=False).encode()})
