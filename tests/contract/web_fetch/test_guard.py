"""No address, name, redirect or disguise leads the fetcher into our own network; real servers count who knocks."""

import httpcore
import pytest
from tests.contract.web_fetch.conftest import http

from callout.adapters.web_fetch.errors import AddressRefused, HostUnknown, TooManyRedirects, Unreachable
from callout.adapters.web_fetch.pinned import PinnedBackend


async def resolves_to(*addresses):
    async def resolve(host, port):
        return list(addresses)

    return resolve


INSIDE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.7", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "198.18.0.1",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fd00:ec2::254", "fe80::1", "ff02::1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2001:db8::1", "2001:0:7f00:1::",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_refused_before_anybody_is_asked(serve_raw, fetcher_of, address):
    server = await serve_raw(http())
    fetcher = fetcher_of(resolve=await resolves_to(address), ports={80, 443, server.port})
    with pytest.raises(AddressRefused, match=r"public|link"):
        await fetcher.get(f"http://inner.callout.dev:{server.port}/")
    assert server.connections == 0


async def test_one_inner_address_among_public_ones_spoils_the_name(serve_raw, fetcher_of):
    server = await serve_raw(http())
    fetcher = fetcher_of(resolve=await resolves_to("93.184.215.14", "127.0.0.1"), ports={server.port})
    with pytest.raises(AddressRefused):
        await fetcher.get(f"http://mixed.callout.dev:{server.port}/")
    assert server.connections == 0


class Sockets(httpcore.AsyncMockBackend):
    """Opens no socket, but remembers to where."""

    def __init__(self):
        super().__init__([])
        self.opened = []

    async def connect_tcp(self, host, port, **options):
        self.opened.append((host, port))
        return await super().connect_tcp(host, port)


async def test_a_name_that_changes_its_mind_between_check_and_use_gains_nothing():
    answers = iter([["93.184.215.14", "2606:2800:21f::1"], ["127.0.0.1"]])
    sockets = Sockets()

    async def resolve(host, port):
        return next(answers)

    backend = PinnedBackend(resolve=resolve, sockets=sockets)
    await backend.connect_tcp("rebinding.callout.dev", 443)
    assert sockets.opened == [("93.184.215.14", 443)]  # the checked address, not the name
    with pytest.raises(AddressRefused):
        await backend.connect_tcp("rebinding.callout.dev", 443)
    assert len(sockets.opened) == 1


async def test_the_certificate_is_asked_of_the_name_not_of_the_address():
    sockets = Sockets()
    asked = []

    class Stream(httpcore.AsyncMockStream):
        async def start_tls(self, ssl_context, server_hostname=None, **options):
            asked.append(server_hostname)
            return await super().start_tls(ssl_context, server_hostname)

    async def connect(host, port, **options):
        sockets.opened.append((host, port))
        return Stream([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"])

    sockets.connect_tcp = connect
    backend = PinnedBackend(resolve=await resolves_to("93.184.215.14"), sockets=sockets)
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        assert (await pool.request("GET", "https://site.callout.dev/")).content == b"hi"
    assert (sockets.opened, asked) == ([("93.184.215.14", 443)], ["site.callout.dev"])


LITERALS = (
    "http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.1:{port}/", "http://017700000001:{port}/",
    "http://127.1:{port}/", "http://127.0.0.1.:{port}/", "http://0:{port}/", "http://[fe80::1%25lo]:{port}/",
    "http://user:secret@callout.dev:{port}/", "http://callout.dev@127.0.0.1:{port}/", "http://callout.dev\\@127.0.0.1/",
    "http://127.0.0.1:{port}\t/", "http://metadata.google.internal/", "http://printer.local/", "http://intranet/",
    "ftp://callout.dev/", "file:///etc/passwd", "gopher://callout.dev/", "//callout.dev/", "http://", "http:///x",
    "http://callout.dev:22/", "https://callout.dev:8443/", "javascript:alert(1)", "http://①②⑦.0.0.1/",
    "http://" + "a" * 3000 + ".dev/",
)  # fmt: skip


@pytest.mark.parametrize("address", LITERALS, ids=lambda address: address[:40])
async def test_an_address_we_do_not_go_to_is_refused_in_words(serve_raw, fetcher_of, address):
    server = await serve_raw(http())
    fetcher = fetcher_of(ports={80, 443, server.port})
    with pytest.raises(AddressRefused) as refused:
        await fetcher.get(address.format(port=server.port))
    assert refused.value.message
    assert server.connections == 0


@pytest.mark.parametrize(
    "onward",
    [
        "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/passwd",
        "http://user@public.example/", "//10.0.0.1/", "http://0x7f.1/", "http://public.example:25/",
    ],
)  # fmt: skip
async def test_a_redirect_is_checked_like_the_first_address(serve_raw, fetcher_of, onward):
    server = await serve_raw(http(b"", status="302 Found", Location=onward))
    with pytest.raises(AddressRefused):
        await fetcher_of(server.port).get("http://site.example/")
    assert server.connections == 1


async def test_redirects_are_followed_so_far_and_no_further(serve_raw, fetcher_of):
    def answer(request: bytes) -> bytes:
        step = int(request.split(b" ")[1].strip(b"/") or b"0")
        return http(status="302 Found", Location=f"/{step + 1}") if step < 5 else http(b"<p>arrived</p>")

    server = await serve_raw(answer)
    fetcher = fetcher_of(server.port)
    got = await fetcher.get("http://site.example/0")
    assert (got.url, got.body) == ("http://site.example/5", b"<p>arrived</p>")
    endless = await serve_raw(http(b"", status="302 Found", Location="/again"))
    with pytest.raises(TooManyRedirects):
        await fetcher_of(endless.port).get("http://site.example/")
    assert endless.connections == 6


async def test_a_redirect_to_nonsense_is_refused(serve_raw, fetcher_of):
    server = await serve_raw(http(b"", status="302 Found", Location="http://[::1/"))
    with pytest.raises((Unreachable, AddressRefused)):
        await fetcher_of(server.port).get("http://site.example/")


async def test_who_asks_is_said_and_nothing_is_remembered(serve_raw, fetcher_of, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = await serve_raw(http(Set_Cookie="visitor=1; Path=/"))
    fetcher = fetcher_of(server.port)
    for _ in range(2):
        await fetcher.get("https://www.site.example/page?q=1#part", types=("text/html",))
    first, second = server.requests
    assert first == second
    assert first.startswith(b"GET /page?q=1 HTTP/1.1\r\nHost: www.site.example\r\n")
    assert b"User-Agent: CalloutBot (+https://callout.test)\r\n" in first
    assert b"cookie" not in first.lower()
    assert b"Referer" not in first


async def test_networks_of_ours_may_be_public_and_are_refused_all_the_same(fetcher_of):
    fetcher = fetcher_of(resolve=await resolves_to("93.184.215.14"), also_refused=["93.184.215.0/24"])
    with pytest.raises(AddressRefused, match="our own network"):
        await fetcher.get("https://own.callout.dev/")


async def test_stand_ins_do_not_open_the_guard_for_others(serve_raw, fetcher_of):
    server = await serve_raw(http())
    fetcher = fetcher_of(server.port)
    assert (await fetcher.get("https://any.example/")).body == b"<p>hi</p>"
    for address in ("http://127.0.0.1/", "http://example/", "http://evil-example/", f"http://127.0.0.1:{server.port}/"):
        with pytest.raises(AddressRefused):
            await fetcher.get(address)
    assert server.connections == 1


async def test_a_name_without_addresses_is_unknown(fetcher_of):
    with pytest.raises(HostUnknown):
        await fetcher_of(resolve=await resolves_to()).get("https://nowhere.callout.dev/")
