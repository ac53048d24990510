"""The websites of simulated businesses (hosts under `.example`): pages, robots.txt, and whatever goes wrong on the web.

A host `<trait>.trait.example` always shows that trait; others show one by chance, but always the same. A visitor's
requests are kept: `GET /_sandbox/visits` tells host → paths. Source of robots.txt: RFC 9309.
"""

import asyncio
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, NamedTuple

from callout.sandbox.websites_pages import KINDS, page_of, site_of_host

TRAITS = (
    ("plain", 64), ("to_www", 8), ("forbidden", 5), ("slow", 4), ("missing", 4), ("error", 3), ("huge", 2), ("bomb", 1),
    ("loop", 2), ("inside", 2), ("metadata", 1), ("robots_error", 2), ("picture", 1), ("hurried", 1),
)  # fmt: skip
"""What a host is like, and of a hundred how many are."""
SLOW_S = 2.0
HUGE_BYTES = 8_000_000
_ROBOTS = "User-agent: *\nDisallow: /private/\nSitemap: /sitemap.xml\n"
_NOBODY = "User-agent: *\nDisallow: /\n"
_HURRIED = "User-agent: *\nCrawl-delay: 3600\n"
Send = Callable[[Any], Awaitable[None]]


class Answer(NamedTuple):
    """One answer."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def trait_of(host: str) -> str:
    """What a host is like."""
    label = host.removeprefix("www.")
    if label.endswith(".trait.example"):
        return label.removesuffix(".trait.example").rpartition(".")[2].replace("-", "_")
    number = int.from_bytes(hashlib.sha256(b"trait" + label.encode()).digest()[:4]) % 100
    for trait, share in TRAITS:
        number -= share
        if number < 0:
            return trait
    return "plain"


def create_app() -> Callable[[Any, Any, Any], Awaitable[None]]:
    """All websites as one ASGI application; which one is asked stands in the Host header."""
    visits: dict[str, list[str]] = defaultdict(list)

    async def app(scope: Any, _receive: Any, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/_sandbox/"):
            await _send(send, Answer(200, json.dumps(visits).encode(), "application/json"))
            return
        named = dict(scope["headers"]).get(b"host", b"").decode("ascii", "replace")
        host = named.partition(":")[0].lower()
        visits[host].append(path)
        trait = trait_of(host)
        if trait == "slow" and path != "/robots.txt":
            await asyncio.sleep(SLOW_S)
        await _send(send, answer(host, trait, path))

    return app


def answer(host: str, trait: str, path: str) -> Answer:
    """What a website answers."""
    if path == "/robots.txt":
        return _robots(trait)
    if trait == "to_www" and not host.startswith("www."):
        return _onward(f"https://www.{host}{path}", 301)
    if trait == "loop":
        return _onward(f"/again{path}"[:200], 302)
    if trouble := _troubles().get(trait):
        return trouble
    site = site_of_host(host, trait if trait in KINDS else None)
    page = page_of(site, path)
    if page is None:
        return Answer(404, b"<h1>Not found</h1>")
    if site.kind == "latin1":
        text = page.replace("charset=utf-8", "charset=iso-8859-1").encode("cp1252", "replace")
        return Answer(200, text, "text/html")
    return Answer(200, page.encode())


@cache
def _troubles() -> dict[str, Answer]:
    return {
        "inside": _onward("http://127.0.0.1:80/admin", 302),
        "metadata": _onward("http://169.254.169.254/latest/meta-data/", 307),
        "missing": Answer(404, b"<h1>Not found</h1>"),
        "error": Answer(503, b"<h1>Service unavailable</h1>", headers=((b"retry-after", b"120"),)),
        "huge": Answer(200, b"<html>" + b"<p>word</p>" * (HUGE_BYTES // 11)),
        "bomb": Answer(200, gzip.compress(b"\0" * 50_000_000, 1), headers=((b"content-encoding", b"gzip"),)),
        "picture": Answer(200, b"\x89PNG\r\n\x1a\n", "image/png"),
    }


def _robots(trait: str) -> Answer:
    if trait == "robots_error":
        return Answer(500, b"")
    text = {"forbidden": _NOBODY, "hurried": _HURRIED}.get(trait, _ROBOTS)
    return Answer(404, b"") if trait in {"missing", "bare"} else Answer(200, text.encode(), "text/plain")


def _onward(address: str, status: int) -> Answer:
    return Answer(status, b"", headers=((b"location", address.encode()),))


async def _send(send: Send, given: Answer) -> None:
    headers = [(b"content-type", given.kind.encode()), (b"content-length", str(len(given.body)).encode())]
    headers += [(b"set-cookie", b"visitor=1; Path=/"), *given.headers]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body, "more_body": False})
