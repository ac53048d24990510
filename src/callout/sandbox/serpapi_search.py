"""The searches of the SerpApi simulator: which answer a set of parameters gets, in the shapes of the real service."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote_plus, urlencode

from callout.kit.geo import Box
from callout.sandbox.places_world import Shop, shop, shops_in, where_in
from callout.sandbox.serpapi_shapes import SITE, local_result, place_info, place_result, review_result
from callout.sandbox.serpapi_view import box_of, widened

CAP, PAGE_SIZE = 120, 20
FIRST_REVIEWS, REVIEWS, MOST_REVIEWS = 8, 10, 20
NOTHING = "Google hasn't returned any results for this query."
NO_REVIEWS = "Google Maps Reviews hasn't returned any results for this query."
ENGINES = ("google_maps", "google_maps_reviews")
SORTS = ("qualityScore", "newestFirst", "ratingHigh", "ratingLow")
ECHOED = ("engine", "type", "q", "ll", "place_id", "data_cid", "data_id", "data", "google_domain", "hl", "gl")
_LANGUAGE = re.compile(r"[a-z]{2,3}|en-(au|gb)|es-419|fr-ca|pt-(br|pt)|zh-(cn|hk|tw)|iw|fil", re.IGNORECASE)
_DATA_ID = re.compile(r"!1s(0x[0-9a-f]+:0x[0-9a-f]+)")
_FORGETS_NEXT = 13
"""One full page in so many does not name the following one."""


class Refused(Exception):  # noqa: N818 - the word for it
    """A request that is answered with status 400."""


def check(asked: Mapping[str, str]) -> None:
    """Passes what the service would search for.

    Raises:
        Refused: a parameter is missing or not understood.
    """
    engine = asked.get("engine", "")
    if engine not in ENGINES:
        raise Refused(f"Unsupported `{engine}` search engine." if engine else "Missing `engine` parameter.")
    if (hl := asked.get("hl")) and not _LANGUAGE.fullmatch(hl):
        raise Refused(f"Unsupported `{hl}` interface language - hl parameter.")
    if not re.fullmatch(r"\d{0,5}", asked.get("start", "")):
        raise Refused(f"Unsupported `{asked['start']}` result offset - start parameter.")
    if engine == "google_maps_reviews":
        _check_reviews(asked)
    elif not (asked.get("place_id") or asked.get("data_cid")):
        _check_search(asked)
    elif asked.get("place_id") and asked.get("data_cid"):
        raise Refused("`place_id` and `data_cid` parameters can't be used together.")


def answer(asked: Mapping[str, str], search_id: str, at: datetime, *, is_duplicate: bool = False) -> dict[str, Any]:
    """The body of one search.

    Args:
        asked: parameters that passed `check`.
        search_id: 24 hexadecimal digits.
        at: when it is made.
        is_duplicate: the places of the page before come instead of those of this page.
    """
    hl = asked.get("hl") or "en"
    if asked["engine"] == "google_maps_reviews":
        return _head(asked, search_id, at) | _reviews(asked, hl, at)
    if asked.get("place_id") or asked.get("data_cid") or asked.get("type") == "place":
        return _head(asked, search_id, at) | _place(asked, hl, at)
    return _head(asked, search_id, at) | _list(asked, hl, at, is_duplicate=is_duplicate)


def results_of(body: Mapping[str, Any]) -> int:
    """How many places or reviews an answer has."""
    listed = body.get("local_results") or body.get("reviews") or []
    return len(listed) or int("place_results" in body)


def _check_search(asked: Mapping[str, str]) -> None:
    kind = asked.get("type", "search")
    if kind not in ("search", "place"):
        raise Refused(f"Unsupported `{kind}` search type - type parameter.")
    if kind == "place" and not _DATA_ID.search(asked.get("data", "")):
        raise Refused("Missing `data` parameter.")
    if kind == "search" and not asked.get("q", "").strip():
        raise Refused("Missing query `q` parameter.")
    if (view := asked.get("ll")) and box_of(view) is None:
        raise Refused(f"Unsupported `{view}` location - ll parameter.")


def _check_reviews(asked: Mapping[str, str]) -> None:
    if not (asked.get("data_id") or asked.get("place_id")):
        raise Refused("Missing `data_id` or `place_id` parameter.")
    if asked.get("sort_by", SORTS[0]) not in SORTS:
        raise Refused(f"Unsupported `{asked['sort_by']}` sorting - sort_by parameter.")
    if asked.get("next_page_token") and _offset(asked["next_page_token"]) is None:
        raise Refused("Invalid `next_page_token` parameter.")
    if not re.fullmatch(r"|[1-9]|1\d|20", asked.get("num", "")):
        raise Refused(f"Unsupported `{asked['num']}` number of results - num parameter.")


def _head(asked: Mapping[str, str], search_id: str, at: datetime) -> dict[str, Any]:
    stamp = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    folder = f"{SITE}/searches/{hashlib.sha256(search_id.encode()).hexdigest()[:16]}/{search_id}"
    is_reviews = asked["engine"] == "google_maps_reviews"
    about = quote_plus(asked.get("q", "")) if not is_reviews else asked.get("data_id") or asked.get("place_id", "")
    parameters: dict[str, Any] = {name: asked[name] for name in ECHOED if asked.get(name)}
    parameters.setdefault("google_domain", "google.com")
    parameters.setdefault("hl", "en")
    if asked.get("start"):
        parameters["start"] = int(asked["start"])
    name = "google_maps_reviews_url" if is_reviews else "google_maps_url"
    return {
        "search_metadata": {
            "id": search_id,
            "status": "Success",
            "json_endpoint": f"{folder}.json",
            "created_at": stamp,
            "processed_at": stamp,
            name: f"https://www.google.com/maps/search/{about}/{asked.get('ll', '')}?hl={parameters['hl']}",
            "raw_html_file": f"{folder}.html",
            "total_time_taken": 1.0 + int(search_id[:2], 16) / 100,
        },
        "search_parameters": parameters,
    }


def _list(asked: Mapping[str, str], hl: str, at: datetime, *, is_duplicate: bool) -> dict[str, Any]:
    query = asked["q"]
    what, named = where_in(query)
    view = box_of(asked["ll"]) if asked.get("ll") else named
    start = int(asked.get("start") or 0)
    found = _found(what, view) if view is not None else []
    if len(found) == 1 and not asked.get("start"):
        state = 'Showing results for type: "place" instead of type: "search"'
        told = {"search_information": {"local_results_state": state, "query_displayed": query}}
        return told | {"place_results": place_result(found[0], hl, at)}
    first = start - PAGE_SIZE if is_duplicate and start >= PAGE_SIZE else start
    page = found[first : first + PAGE_SIZE] if start < len(found) else []
    if not page:
        return {"search_information": {"local_results_state": "Fully empty"}, "error": NOTHING}
    body: dict[str, Any] = {
        "search_information": {"local_results_state": "Results for exact spelling", "query_displayed": query},
        "local_results": [local_result(shop, start + i, hl, at) for i, shop in enumerate(page, 1)],
    }
    if start + PAGE_SIZE < len(found) and not _forgets_next(asked):
        body["serpapi_pagination"] = {"next": _next_link(asked, hl, start + PAGE_SIZE, view)}
    return body


def _found(what: str, view: Box) -> list[Shop]:
    """The best known in the window, at most 120; where there is hardly any, those around it too, as Google does it."""
    inside = shops_in(view, what)
    if len(inside) >= PAGE_SIZE:
        return inside[:CAP]
    known = {shop.place_id for shop in inside}
    around = [shop for shop in shops_in(widened(view, 3), what) if shop.place_id not in known]
    return [*inside, *around[: PAGE_SIZE - len(inside)]]


def _forgets_next(asked: Mapping[str, str]) -> bool:
    told = f"{asked.get('q')}|{asked.get('ll')}|{asked.get('start')}"
    return bool(asked.get("ll")) and hashlib.sha256(told.encode()).digest()[0] % _FORGETS_NEXT == 0


def _next_link(asked: Mapping[str, str], hl: str, start: int, view: Box | None) -> str:
    ll = asked.get("ll")
    if not ll and view is not None:
        ll = f"@{(view.south + view.north) / 2:.7f},{(view.west + view.east) / 2:.7f},13z"
    query = {"engine": "google_maps", "google_domain": "google.com", "hl": hl, "ll": ll, "q": asked["q"]}
    return f"{SITE}/search.json?{urlencode({**query, 'start': start, 'type': 'search'})}"


def _place(asked: Mapping[str, str], hl: str, at: datetime) -> dict[str, Any]:
    in_data = _DATA_ID.search(asked.get("data", ""))
    known = shop(asked.get("place_id") or asked.get("data_cid") or (in_data.group(1) if in_data else ""))
    if known is None:
        return {"search_information": {"local_results_state": "Fully empty"}, "error": NOTHING}
    return {"place_results": place_result(known, hl, at)}


def _reviews(asked: Mapping[str, str], hl: str, at: datetime) -> dict[str, Any]:
    given = asked.get("data_id") or asked.get("place_id", "")
    known = shop(str(int(given.rpartition(":")[2], 16)) if re.fullmatch(r"0x0:0x[0-9a-f]+", given) else given)
    if known is None or not known.review_count:
        return ({"place_info": place_info(known)} if known else {}) | {"error": NO_REVIEWS}
    token = asked.get("next_page_token")
    start = _offset(token) or 0 if token else 0
    count = min(int(asked.get("num") or REVIEWS), MOST_REVIEWS) if token else FIRST_REVIEWS
    remarks = list(islice(known.all_reviews(), 4000))
    if asked.get("sort_by") in ("ratingHigh", "ratingLow"):
        remarks.sort(key=lambda remark: remark.rating, reverse=asked["sort_by"] == "ratingHigh")
    page = remarks[start : start + count]
    if not page:
        return {"error": NO_REVIEWS}
    body: dict[str, Any] = {
        "place_info": place_info(known),
        "reviews": [review_result(remark, i, hl, at) for i, remark in enumerate(page, 1)],
    }
    if start + count < len(remarks):
        following = base64.urlsafe_b64encode(f"from {start + count}".encode()).decode().rstrip("=")
        query = {"data_id": known.data_id, "engine": "google_maps_reviews", "hl": hl, "next_page_token": following}
        link = f"{SITE}/search.json?{urlencode(query)}"
        body["serpapi_pagination"] = {"next": link, "next_page_token": following}
    return body


def _offset(token: str) -> int | None:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        return None
    found = re.fullmatch(r"from (\d{1,6})", text)
    return int(found.group(1)) if found else None


def month_from(now: datetime) -> str:
    """When a plan begun today renews."""
    return (now + timedelta(days=30)).date().isoformat()
