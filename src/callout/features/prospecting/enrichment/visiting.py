"""Visiting a website: its first page, and those of its pages that tell how to reach the business."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from callout.features.prospecting.enrichment.domains import host_of, same_site, site_of
from callout.features.prospecting.enrichment.emails import best
from callout.features.prospecting.enrichment.found import Found, PageFacts
from callout.features.prospecting.enrichment.next_pages import pages_to_read
from callout.features.prospecting.enrichment.ports import PageFailed, WebPages
from callout.features.prospecting.enrichment.reading_pages import read_page
from callout.features.prospecting.enrichment.social import chosen, profile_of
from callout.kit.text.phones import parse_phone

MORE_PAGES = 3
Status = Literal["found", "nothing", "failed", "forbidden", "profile"]
"""`forbidden` by robots.txt; `profile` when the website is a page of a social network, which is not visited."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """How a visit ended.

    Attributes:
        final_url: where the first page came from, after redirects.
        error_code: of the first page, see `PageFailed`.
        is_final: whether another visit soon would end the same way.
        pages: how many were read.
    """

    status: Status
    final_url: str | None = None
    error_code: str | None = None
    error: str | None = None
    is_final: bool = True
    pages: int = 0
    found: Found = Found()


async def visit(web: WebPages, website: str, *, name: str, country: str | None) -> Visit:
    """Reads a website as far as needed: once the business's own e-mail address is known, no further page is asked for.

    Args:
        web: reads pages.
        website: as it was listed; without a scheme https is tried first.
        name: of the business, to tell its profiles from others'.
        country: ISO 3166-1 alpha-2; phones in national form are read as its own.
    """
    if profile := profile_of(_with_scheme(website)):
        network, address = profile
        return Visit(status="profile", found=Found(social={network: address}))
    try:
        url, first = await _first_page(web, website)
    except PageFailed as failed:
        status: Status = "forbidden" if failed.code == "robots_forbid" else "failed"
        return Visit(status=status, error_code=failed.code, error=failed.message, is_final=failed.is_final)
    facts, links = [first], list(first.links)
    waiting = [*(page for page in first.onward if same_site(page, url)), *pages_to_read(links, url, MORE_PAGES)]
    for page in list(dict.fromkeys(waiting))[:MORE_PAGES]:
        if _reached(facts, url):
            break
        try:
            got = await web.page(page)
        except PageFailed:
            continue
        if same_site(got.url, url):
            facts.append(await asyncio.to_thread(read_page, got.html, got.url))
    found = summed_up(facts, url, name=name, country=country)
    return Visit(status="nothing" if found.is_empty else "found", final_url=url, pages=len(facts), found=found)


def summed_up(facts: Sequence[PageFacts], url: str, *, name: str, country: str | None) -> Found:
    """The best of what some pages of one website tell."""
    site = site_of(host_of(url))
    email, is_own = best((mention for page in facts for mention in page.emails), site)
    return Found(
        email=email,
        is_own=is_own,
        social=chosen((profile for page in facts for profile in page.profiles), name, site),
        phone=_phone(facts, country),
        hours=next((page.hours for page in facts if page.hours), None),
    )


async def _first_page(web: WebPages, website: str) -> tuple[str, PageFacts]:
    try:
        page = await web.page(_with_scheme(website))
    except PageFailed as failed:
        if urlsplit(website).scheme or failed.code not in {"unreachable", "bad_certificate"}:
            raise
        page = await web.page(f"http://{website}")
    return page.url, await asyncio.to_thread(read_page, page.html, page.url)


def _with_scheme(website: str) -> str:
    return website if "://" in website else f"https://{website}"


def _reached(facts: Iterable[PageFacts], url: str) -> bool:
    site = site_of(host_of(url))
    return best((mention for page in facts for mention in page.emails), site)[1]


def _phone(facts: Iterable[PageFacts], country: str | None) -> str | None:
    told = sorted((mention for page in facts for mention in page.phones), key=lambda mention: mention.where != "data")
    for mention in told:
        try:
            return parse_phone(mention.value, country)
        except ValueError:
            continue
    return None
