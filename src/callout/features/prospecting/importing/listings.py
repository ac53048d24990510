"""What exports of map listings write as JSON within a cell: photos, reviews, profiles, services. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callout.features.prospecting.importing import values
from callout.kit.http.wire import timestamp

NETWORKS = ("facebook", "instagram", "linkedin", "x", "youtube", "tiktok")
"""Social networks that may have a column of their own."""
MOST = 10
_OPTIONS = 60


def photos(value: Any) -> list[str]:
    """Addresses of pictures: a list of them, a list of objects that name one, or a plain address."""
    if not value:
        return []
    found = values.document(value)
    items = found if isinstance(found, list) else values.text(value).split()
    addresses = (
        item if isinstance(item, str) else item.get("image") or item.get("url")
        for item in items[: 3 * MOST]
        if isinstance(item, str | dict)
    )
    return list(dict.fromkeys(address for one in addresses if (address := values.website(one))))[:MOST]


def social(record: Mapping[str, Any]) -> dict[str, str] | None:
    """Network → address of the profile."""
    found = {
        name.casefold()[:20]: address
        for name, one in list(values.mapping(record.get("social")).items())[:20]
        if isinstance(one, str) and (address := values.website(one))
    }
    for network in NETWORKS:
        if (cell := record.get(network)) and (address := values.website(cell)):
            found.setdefault(network, address)
    return found or None


def reviews(value: Any) -> list[dict[str, Any]]:
    """{rating, text, at} of each review; who wrote it is left out."""
    found = values.document(value)
    if not isinstance(found, list):
        return []
    made = []
    for item in found[:MOST]:
        if not isinstance(item, dict):
            continue
        told = {key.casefold(): one for key, one in item.items() if isinstance(key, str)}
        body = values.line(told.get("text") or told.get("description") or told.get("snippet"), 2000)
        stars = values.rating(told.get("rating"))
        if body or stars is not None:
            at = _moment(told.get("at") or told.get("when") or told.get("iso_date"))
            made.append({"rating": None if stars is None else float(stars), "text": body or "", "at": at})
    return made


def service_options(value: Any) -> dict[str, Any] | None:
    """Option → whether it is offered; sections of options are made one."""
    found = values.document(value)
    if isinstance(found, dict):
        options: dict[str, Any] = dict(list(found.items())[:_OPTIONS])
        return options or None
    if not isinstance(found, list):
        return None
    options = {}
    for section in found:
        for option in (section.get("options") or ()) if isinstance(section, dict) else ():
            if isinstance(option, dict) and (name := values.line(option.get("name"), 80)):
                options[name] = bool(option.get("enabled")) or options.get(name, False)
    return dict(list(options.items())[:_OPTIONS]) or None


def _moment(value: Any) -> str | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return timestamp(moment) if moment is not None and moment.tzinfo is not None else None
