"""Pages of websites, read politely: implements `WebPages` of prospecting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from callout.adapters.web_fetch.charset import decoded
from callout.adapters.web_fetch.errors import FetchFailed, WrongType
from callout.adapters.web_fetch.fetcher import SafeFetcher
from callout.adapters.web_fetch.pacing import HostPace
from callout.adapters.web_fetch.robots import Robots
from callout.features.prospecting.enrichment.ports import Page, PageFailed

AGENT = "CalloutBot"
"""Our name in robots.txt."""
HTML = ("text/html", "application/xhtml+xml")
GAP_S = 1.0


class PolitePages:
    """Reads pages by a `SafeFetcher`, asking robots.txt of every host on the way and pausing between requests."""

    def __init__(self, fetcher: SafeFetcher, *, gap_s: float = GAP_S, agent: str = AGENT) -> None:
        self._fetcher = fetcher
        self._pace = HostPace(gap_s)
        self._robots = Robots(fetcher, self._pace, agent=agent)

    async def page(self, url: str) -> Page:
        """See `WebPages.page`."""
        try:
            got = await self._fetcher.get(url, types=HTML, turn=self._turn)
            if not got.content_type and not got.body.lstrip()[:1] == b"<":
                raise WrongType("it is no page")
        except FetchFailed as error:
            code = "not_html" if isinstance(error, WrongType) else error.code
            raise PageFailed(code, error.message, is_final=error.is_final) from error
        return Page(url=got.url, html=decoded(got.body, got.content_type))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._fetcher.aclose()

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        delay_s = await self._robots.delay_s(url)
        async with self._pace.turn(httpx.URL(url).host, delay_s):
            yield
