"""robots.txt as RFC 9309 asks: read once a day for each origin, a missing one allows everything.

An origin that cannot be asked (5xx, 429, no connection) is left alone until it can.
"""

import asyncio
import time
from collections import OrderedDict

import httpx
from protego import Protego

from callout.adapters.web_fetch.charset import decoded
from callout.adapters.web_fetch.errors import (
    AddressRefused,
    BadCertificate,
    Declined,
    FetchFailed,
    HostUnknown,
    TooManyRedirects,
    Unreachable,
)
from callout.adapters.web_fetch.fetcher import SafeFetcher
from callout.adapters.web_fetch.pacing import HostPace

KEPT_S = 24 * 3600
KEPT_FAILURE_S = 300
MOST_ORIGINS = 5000
MOST_BYTES = 512_000
"""RFC 9309 §2.5 asks for at least 500 kibibytes."""
LONGEST_DELAY_S = 30.0


class RobotsForbid(FetchFailed):
    """The site does not want this page read by us."""

    code = "robots_forbid"
    is_final = True


class RobotsUnreachable(FetchFailed):
    """Whether the site wants to be read cannot be found out now."""

    code = "robots_unreachable"


class _Rules:
    def __init__(self, text: str | None, failure: FetchFailed | None, until: float) -> None:
        self.parsed = None if text is None else Protego.parse(text)
        self.failure = failure
        self.until = until


class Robots:
    """What sites allow `agent`, asked with `fetcher` at `pace`."""

    def __init__(self, fetcher: SafeFetcher, pace: HostPace, *, agent: str) -> None:
        self._fetcher = fetcher
        self._pace = pace
        self._agent = agent
        self._origins: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def delay_s(self, url: str) -> float:
        """Seconds the site wants between requests, when we may read a page.

        Raises:
            RobotsForbid: we may not, or only so slowly that we rather do not.
            FetchFailed: the site cannot be asked.
        """
        rules = await self._rules(httpx.URL(url))
        if rules.failure is not None:
            raise rules.failure
        if rules.parsed is None:
            return 0.0
        if not rules.parsed.can_fetch(url, self._agent):
            raise RobotsForbid("its robots.txt asks us not to read this page")
        delay = float(rules.parsed.crawl_delay(self._agent) or 0)
        if delay > LONGEST_DELAY_S:
            raise RobotsForbid(f"its robots.txt asks for {delay:.0f} seconds between requests")
        return delay

    async def _rules(self, url: httpx.URL) -> _Rules:
        origin = str(url.copy_with(raw_path=b"/"))
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._origins.get(origin)
            if known is None or known.until <= time.monotonic():
                known = self._origins[origin] = await self._ask(url)
            self._origins.move_to_end(origin)
            if len(self._origins) > MOST_ORIGINS:
                self._origins.popitem(last=False)
        self._asking.pop(origin, None)  # whoever still waits finds the rules kept
        return known

    async def _ask(self, url: httpx.URL) -> _Rules:
        address = str(url.copy_with(raw_path=b"/robots.txt"))
        now = time.monotonic()
        try:
            got = await self._fetcher.get(
                address, max_bytes=MOST_BYTES, turn=lambda at: self._pace.turn(httpx.URL(at).host)
            )
        except Declined as error:
            if 400 <= error.status < 500 and error.status != 429:
                return _Rules(None, None, now + KEPT_S)
            return _Rules(None, RobotsUnreachable(f"its robots.txt answers {error.status}"), now + KEPT_FAILURE_S)
        except (TooManyRedirects, AddressRefused):  # RFC 9309 §2.3.1.2: as if there were none
            return _Rules(None, None, now + KEPT_S)
        except (HostUnknown, BadCertificate, Unreachable) as error:  # the page itself would fail the same way
            return _Rules(None, error, now + KEPT_FAILURE_S)
        except FetchFailed as error:
            failure = RobotsUnreachable(f"its robots.txt cannot be read: {error.message}")
            return _Rules(None, failure, now + KEPT_FAILURE_S)
        return _Rules(decoded(got.body, "charset=utf-8"), None, now + KEPT_S)
