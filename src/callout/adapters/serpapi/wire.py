"""The answers of SerpApi taken apart: results, whatever shape they come in, and where the next page is. Pure.

Sources: https://serpapi.com/google-maps-api, https://serpapi.com/maps-local-results,
https://serpapi.com/maps-place-results, https://serpapi.com/google-maps-reviews-api.
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from callout.adapters.serpapi.refusals import error_of
from callout.features.prospecting.ports import Unavailable

PAGE_SIZE = 20
CAP = 120
"""SerpApi advises offsets up to 100, as the web application of Google Maps does; beyond, results repeat."""
_NOTHING = re.compile(r"hasn.t returned any results|no results|fully empty", re.IGNORECASE)


class Found(msgspec.Struct, frozen=True):
    """One page of a search.

    Attributes:
        results: each as it came; what is no object counts as one too.
        next_start: offset of the following page, when the answer names one.
        next_view: the `ll` the following page is asked with, when the answer names one.
    """

    results: list[Any]
    next_start: int | None = None
    next_view: str | None = None


def body_of(content: bytes) -> dict[str, Any]:
    """The object an answer is.

    Raises:
        Unavailable: it is cut off, a page for people, or nothing of the kind.
    """
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise Unavailable("SerpApi gave an unreadable answer.")
    return body


def found_in(body: dict[str, Any]) -> Found:
    """The results of a search, be they a list or the one place it is about; none where Google had none.

    Raises:
        Unavailable: the search failed on SerpApi's side, or is not done.
    """
    if isinstance(results := body.get("local_results"), list) and results:
        return Found(results, *_following(body))
    if isinstance(place := body.get("place_results"), dict) and place:
        return Found([place])
    if isinstance(place, list) and place:
        return Found(place)
    _check_empty(body)
    return Found([])


def place_in(body: dict[str, Any]) -> dict[str, Any] | None:
    """The place an answer is about; None where Google knows none.

    Raises:
        Unavailable: as `found_in` says.
    """
    results = found_in(body).results
    return results[0] if results and isinstance(results[0], dict) else None


def reviews_in(body: dict[str, Any]) -> tuple[list[Any], str | None]:
    """The reviews of a page, and the token of the next one.

    Raises:
        Unavailable: as `found_in` says.
    """
    reviews = body.get("reviews")
    if not isinstance(reviews, list) or not reviews:
        _check_empty(body)
        return [], None
    token = _pagination(body).get("next_page_token")
    return reviews, token if isinstance(token, str) and token else None


def _check_empty(body: dict[str, Any]) -> None:
    """Passes where an answer without results means that there are none."""
    metadata, information = body.get("search_metadata"), body.get("search_information")
    status = metadata.get("status") if isinstance(metadata, dict) else None
    state = information.get("local_results_state") if isinstance(information, dict) else None
    told = error_of(body)
    if status not in (None, "Success", "Cached"):
        raise Unavailable(f"SerpApi could not finish the search ({status}).")
    if told and not _NOTHING.search(f"{told} {state}"):
        raise Unavailable(f"SerpApi could not finish the search: {told[:200]}")
    if status is None and not told:
        raise Unavailable("SerpApi gave an answer that is no search.")


def _following(body: dict[str, Any]) -> tuple[int | None, str | None]:
    link = _pagination(body).get("next")
    if not isinstance(link, str):
        return None, None
    query = parse_qs(urlsplit(link).query)
    start, view = query.get("start", [""])[0], query.get("ll", [""])[0]
    return (int(start) if start.isascii() and start.isdigit() and len(start) < 6 else None), view or None


def _pagination(body: dict[str, Any]) -> dict[str, Any]:
    found = body.get("serpapi_pagination")
    return found if isinstance(found, dict) else {}
