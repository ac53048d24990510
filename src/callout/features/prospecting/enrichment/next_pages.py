"""Which pages of a website to read after its first one. Pure."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from callout.features.prospecting.catalogue.plain import plain
from callout.features.prospecting.enrichment.domains import same_site
from callout.features.prospecting.enrichment.words import words

_FILES = re.compile(r"\.(pdf|jpe?g|png|gif|webp|svg|zip|docx?|xlsx?|mp[34]|ics|vcf|xml)$", re.IGNORECASE)
_ROMAN = re.compile(r"[a-z0-9]")


def pages_to_read(links: Iterable[tuple[str, str]], home: str, most: int) -> list[str]:
    """The pages of the same site that most likely tell how to reach the business, best first.

    Args:
        links: (absolute address, its words) on the first page, in its order.
        home: the first page.
        most: how many at most.
    """
    ranked: dict[str, int] = {}
    for address, label in links:
        page = address.partition("#")[0]
        if page.rstrip("/") == home.partition("#")[0].rstrip("/") or not same_site(page, home):
            continue
        if weight := _weight(page, label):
            ranked[page] = max(weight, ranked.get(page, 0))
    places = {page: place for place, page in enumerate(ranked)}
    unique: dict[str, str] = {}
    for page in sorted(ranked, key=lambda page: (-ranked[page], places[page])):
        unique.setdefault(_same(page), page)
    return list(unique.values())[:most]


def _weight(page: str, label: str) -> int:
    try:
        parts = urlsplit(page)
    except ValueError:
        return 0
    path = plain(
        parts.path.rpartition(".")[0] if parts.path.endswith((".html", ".htm", ".php", ".aspx")) else parts.path
    )
    if _FILES.search(parts.path) or path.count(" ") > 8:
        return 0
    text = plain(label)
    return max((weight - (len(parts.path.strip("/").split("/")) > 2) for weight, names in words().pages
                if any(_says(text, name) or _says(path, name) for name in names)), default=0)  # fmt: skip


def _says(text: str, name: str) -> bool:
    """Whether a text has a name in it: as whole words, where the script parts words."""
    if not _ROMAN.match(name):
        return name in text
    if len(text) > 60:
        return False
    return f" {name} " in f" {text} "


def _same(page: str) -> str:
    parts = urlsplit(page)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/').lower()}?{parts.query}"
