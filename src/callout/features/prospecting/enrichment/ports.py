"""What enrichment needs from outside: pages of websites."""

from typing import Protocol

import msgspec


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a website.

    Attributes:
        url: where it came from in the end, after redirects.
        html: its text, decoded.
    """

    url: str
    html: str


class PageFailed(Exception):  # noqa: N818 - an outcome with a reason
    """A page that was not read.

    Attributes:
        code: address_refused, host_unknown, unreachable, bad_certificate, too_slow, too_large, too_many_redirects,
            not_html, robots_forbid, robots_unreachable, or http_ and a status.
        is_final: the same address will very likely not do better tomorrow.
    """

    def __init__(self, code: str, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.is_final = is_final


class WebPages(Protocol):
    """Reads pages the way a polite guest does: asking robots.txt, one request of a host at a time, unhurried."""

    async def page(self, url: str) -> Page:
        """The page at an address somebody wrote; it may lead anywhere and is checked before anything is asked.

        Raises:
            PageFailed: with the reason.
        """
        ...
