"""Pages are read as a polite guest reads: robots.txt first, one request of a host at a time, unhurried."""

import asyncio
from itertools import pairwise

import pytest
from tests.contract.web_fetch.conftest import http

from callout.adapters.web_fetch import PolitePages
from callout.features.prospecting.enrichment.ports import PageFailed


def paths(server):
    return [request.split(b" ")[1].decode() for request in server.requests]


def site(robots: bytes = b"", status: str = "200 OK"):
    def answer(request: bytes) -> bytes:
        if b"/robots.txt" in request:
            return http(robots, status=status, kind="text/plain")
        return http("<p>Grüße</p>".encode(), kind="text/html; charset=utf-8")

    return answer


async def failure(pages, url):
    with pytest.raises(PageFailed) as failed:
        await pages.page(url)
    return failed.value.code, failed.value.is_final


async def test_robots_txt_is_asked_once_and_obeyed(serve_raw, fetcher_of):
    server = await serve_raw(
        site(b"User-agent: *\nDisallow: /private\n\nUser-agent: CalloutBot\nDisallow: /not-for-us\n")
    )
    pages = PolitePages(fetcher_of(server.port), gap_s=0)
    assert (await pages.page("http://site.example/")).html == "<p>Grüße</p>"
    await pages.page("http://site.example/private")  # the rules for us are the ones that name us
    assert await failure(pages, "http://site.example/not-for-us/x") == ("robots_forbid", True)
    assert paths(server) == ["/robots.txt", "/", "/private"]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "401 Unauthorized", "410 Gone"])
async def test_a_missing_robots_txt_allows_everything(serve_raw, fetcher_of, status):
    server = await serve_raw(site(status=status))
    pages = PolitePages(fetcher_of(server.port), gap_s=0)
    await pages.page("http://site.example/")
    assert paths(server) == ["/robots.txt", "/"]


@pytest.mark.parametrize("status", ["500 Error", "503 Busy", "429 Too Many"])
async def test_while_robots_txt_cannot_be_had_the_site_is_left_alone(serve_raw, fetcher_of, status):
    server = await serve_raw(site(status=status))
    pages = PolitePages(fetcher_of(server.port), gap_s=0)
    assert await failure(pages, "http://site.example/") == ("robots_unreachable", False)
    assert await failure(pages, "http://site.example/other") == ("robots_unreachable", False)
    assert paths(server) == ["/robots.txt"]


async def test_the_host_a_redirect_leads_to_is_asked_as_well(serve_raw, fetcher_of):
    def answer(request: bytes) -> bytes:
        host = request.split(b"Host: ")[1].split(b"\r\n")[0]
        if b"/robots.txt" in request:
            rules = b"User-agent: *\nDisallow: /\n" if host == b"closed.example" else b""
            return http(rules, kind="text/plain")
        return http(status="301 Moved", Location="http://closed.example/home")

    server = await serve_raw(answer)
    pages = PolitePages(fetcher_of(server.port), gap_s=0)
    assert await failure(pages, "http://open.example/") == ("robots_forbid", True)
    assert paths(server) == ["/robots.txt", "/", "/robots.txt"]


async def test_a_site_that_wants_days_between_requests_is_not_read(serve_raw, fetcher_of):
    server = await serve_raw(site(b"User-agent: *\nCrawl-delay: 86400\n"))
    assert (await failure(PolitePages(fetcher_of(server.port), gap_s=0), "http://site.example/"))[0] == "robots_forbid"


async def test_requests_of_a_host_come_one_by_one_with_a_pause_and_hosts_do_not_wait_for_each_other(
    serve_raw, fetcher_of
):
    running: dict[str, int] = {}
    times: dict[str, list[float]] = {}

    async def meet(request, writer):
        host = request.split(b"Host: ")[1].split(b"\r\n")[0].decode()
        running[host] = running.get(host, 0) + 1
        assert running[host] == 1, "two requests of one host at once"
        times.setdefault(host, []).append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.03)
        running[host] -= 1
        writer.write(site()(request))

    server = await serve_raw(meet)
    pages = PolitePages(fetcher_of(server.port), gap_s=0.1)
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(pages.page(f"http://{host}.example/{page}") for host in "abcdefgh" for page in range(3)))
    assert asyncio.get_running_loop().time() - started < 3
    for of_host in times.values():
        assert len(of_host) == 4  # robots.txt once, three pages
        assert all(after - before >= 0.1 for before, after in pairwise(of_host))


async def test_a_crawl_delay_is_kept(serve_raw, fetcher_of):
    server = await serve_raw(site(b"User-agent: *\nCrawl-delay: 0.3\n"))
    pages = PolitePages(fetcher_of(server.port), gap_s=0)
    started = asyncio.get_running_loop().time()
    for page in "ab":
        await pages.page(f"http://site.example/{page}")
    assert asyncio.get_running_loop().time() - started >= 0.3


async def test_what_is_no_page_is_not_read(serve_raw, fetcher_of):
    def picture(request: bytes) -> bytes:
        return http(b"\x89PNG", kind="image/png") if b"/robots" not in request else http(status="404 Not Found")

    server = await serve_raw(picture)
    assert await failure(PolitePages(fetcher_of(server.port), gap_s=0), "http://site.example/") == ("not_html", True)


async def test_reasons_reach_the_caller_with_their_code(fetcher_of):
    pages = PolitePages(fetcher_of(), gap_s=0)
    assert await failure(pages, "http://127.0.0.1/") == ("address_refused", True)
    assert await failure(pages, "http://user:word@site.dev/") == ("address_refused", True)
