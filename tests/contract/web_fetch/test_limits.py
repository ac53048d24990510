"""However a server behaves, a fetch ends in time and in little memory, with a reason."""

import asyncio
import gzip
import time
import tracemalloc
import zlib

import pytest
from tests.contract.web_fetch.conftest import http

from callout.adapters.web_fetch.errors import Declined, TooLarge, TooSlow, Unreachable, WrongType

URL = "http://site.example/"


@pytest.mark.parametrize(
    "answer",
    [
        http(b"x" * 30_000),
        http(b"x", Content_Length="30000"),
        http(gzip.compress(b"x" * 30_000), Content_Encoding="gzip"),
        http(zlib.compress(b"x" * 30_000), Content_Encoding="deflate"),
    ],
)
async def test_more_bytes_than_taken_are_refused(serve_raw, fetcher_of, answer):
    server = await serve_raw(answer)
    with pytest.raises(TooLarge):
        await fetcher_of(server.port, max_bytes=20_000).get(URL)


async def test_a_bomb_of_compression_fills_no_memory(serve_raw, fetcher_of):
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()
    server = await serve_raw(http(bomb, Content_Encoding="gzip"))
    fetcher = fetcher_of(server.port)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await fetcher.get(URL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


async def test_exactly_the_limit_is_taken(serve_raw, fetcher_of):
    server = await serve_raw(http(gzip.compress(b"x" * 20_000), Content_Encoding="gzip"))
    assert (await fetcher_of(server.port, max_bytes=20_000).get(URL)).body == b"x" * 20_000


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
async def test_a_coding_nobody_asked_for_is_refused(serve_raw, fetcher_of, coding):
    server = await serve_raw(http(b"xxxx", Content_Encoding=coding))
    with pytest.raises(WrongType):
        await fetcher_of(server.port).get(URL)


async def test_raw_deflate_and_trailing_padding_are_read(serve_raw, fetcher_of):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw = packer.compress(b"hello") + packer.flush()
    server = await serve_raw(http(raw, Content_Encoding="deflate"))
    assert (await fetcher_of(server.port).get(URL)).body == b"hello"
    padded = await serve_raw(http(gzip.compress(b"hello") + b"\0" * 100, Content_Encoding="gzip"))
    assert (await fetcher_of(padded.port).get(URL)).body == b"hello"


async def test_broken_compression_is_said(serve_raw, fetcher_of):
    server = await serve_raw(http(b"no gzip at all", Content_Encoding="gzip"))
    with pytest.raises(Unreachable):
        await fetcher_of(server.port).get(URL)


async def test_a_server_that_drips_is_left_when_its_time_is_up(serve_raw, fetcher_of):
    async def drip(request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    server = await serve_raw(drip)
    started = time.monotonic()
    with pytest.raises(TooSlow):
        await fetcher_of(server.port, total_s=0.4).get(URL)
    assert time.monotonic() - started < 2


async def test_silence_is_left_after_the_idle_time(serve_raw, fetcher_of):
    async def silent(request, writer):
        await asyncio.sleep(60)

    server = await serve_raw(silent)
    with pytest.raises(TooSlow):
        await fetcher_of(server.port, idle_s=0.2).get(URL)


async def test_the_time_is_for_all_redirects_together(serve_raw, fetcher_of):
    async def slow(request, writer):
        await asyncio.sleep(0.3)
        writer.write(http(b"", status="302 Found", Location="/again"))

    server = await serve_raw(slow)
    with pytest.raises(TooSlow):
        await fetcher_of(server.port, total_s=0.8).get(URL)


@pytest.mark.parametrize(
    ("status", "is_final"), [("404 Not Found", True), ("410 Gone", True), ("403 Forbidden", True), ("204 None", False),
                             ("429 Too Many", False), ("500 Error", False), ("503 Busy", False)]
)  # fmt: skip
async def test_a_status_says_whether_to_come_again(serve_raw, fetcher_of, status, is_final):
    server = await serve_raw(http(b"", status=status, Retry_After="120"))
    with pytest.raises(Declined) as declined:
        await fetcher_of(server.port).get(URL)
    assert (declined.value.code, declined.value.is_final) == (f"http_{status[:3]}", is_final)
    assert declined.value.retry_after_s == 120


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"])
async def test_a_server_that_speaks_no_http_is_unreachable(serve_raw, fetcher_of, answer):
    server = await serve_raw(answer)
    with pytest.raises(Unreachable):
        await fetcher_of(server.port).get(URL)


async def test_a_closed_port_is_unreachable(fetcher_of, unused_port):
    with pytest.raises(Unreachable):
        await fetcher_of(unused_port).get(URL)


@pytest.fixture
def unused_port():
    import socket  # noqa: PLC0415

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def test_only_the_wanted_types_are_taken(serve_raw, fetcher_of):
    server = await serve_raw(http(kind="application/pdf"))
    with pytest.raises(WrongType):
        await fetcher_of(server.port).get(URL, types=("text/html",))
    assert (await fetcher_of(server.port).get(URL)).content_type == "application/pdf"
