"""The simulated websites are visited over the real wire: what is told is found, and trouble has its name."""

import httpx
import pytest

from callout.adapters.web_fetch import PolitePages
from callout.features.prospecting.enrichment.visiting import visit
from callout.sandbox.websites import trait_of
from callout.sandbox.websites_pages import KINDS, links_of, site_of_host


@pytest.fixture
def pages(simulated, fetcher_of):
    return PolitePages(fetcher_of(simulated, total_s=5), gap_s=0)


async def look(pages, host, name="Harbor Abbott"):
    return await visit(pages, f"https://{host}/", name=name, country="US")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"bare", "social_only", "template"}])
async def test_the_address_of_a_site_is_found_however_it_is_told(pages, kind):
    host = f"harbor-abbott.{kind.replace('_', '-')}.trait.example"
    seen = await look(pages, host)
    site = site_of_host(host, kind)
    assert (seen.status, seen.found.email) == ("found", site.email)
    assert set(seen.found.social) == (set() if kind == "frames" and not seen.found.social else set(site.networks))


async def test_profiles_are_told_in_one_form(pages):
    host = "harbor-abbott.mailto.trait.example"
    seen = await look(pages, host)
    for network, linked in links_of(site_of_host(host, "mailto")).items():
        assert seen.found.social[network].rstrip("/").rpartition("/")[2] in linked


async def test_structured_data_tells_phone_and_hours(pages):
    seen = await look(pages, "harbor-abbott.linked-data.trait.example")
    assert seen.found.phone is not None
    assert seen.found.phone.startswith("+1202555")
    assert seen.found.hours is not None
    assert (seen.found.hours["mon"], seen.found.hours["sat"]) == ("09:00\u201317:00", "10:00\u201314:00")
    assert "sun" not in seen.found.hours


async def test_a_template_nobody_filled_in_tells_no_address(pages):
    seen = await look(pages, "harbor-abbott.template.trait.example")
    assert seen.found.email != "info@mysite.com"


@pytest.mark.parametrize(
    ("trait", "status", "code"),
    [
        ("forbidden", "forbidden", "robots_forbid"), ("hurried", "forbidden", "robots_forbid"),
        ("missing", "failed", "http_404"), ("error", "failed", "http_503"), ("huge", "failed", "too_large"),
        ("bomb", "failed", "too_large"), ("loop", "failed", "too_many_redirects"),
        ("inside", "failed", "address_refused"), ("metadata", "failed", "address_refused"),
        ("robots-error", "failed", "robots_unreachable"), ("picture", "failed", "not_html"),
    ],
)  # fmt: skip
async def test_trouble_has_its_name(pages, trait, status, code):
    seen = await look(pages, f"harbor-abbott.{trait}.trait.example")
    assert (seen.status, seen.error_code) == (status, code)
    assert seen.error
    assert seen.pages == 0


async def test_a_redirect_to_www_and_a_slow_site_are_read(pages):
    seen = await look(pages, "harbor-abbott.to-www.trait.example")
    assert seen.final_url == "https://www.harbor-abbott.to-www.trait.example/"
    assert (await look(pages, "harbor-abbott.slow.trait.example")).status in {"found", "nothing"}


async def test_at_most_four_pages_of_a_site_are_read_and_none_without_need(pages, simulated):
    await look(pages, "harbor-abbott.contact-page.trait.example")
    await look(pages, "harbor-abbott.mailto.trait.example")
    await look(pages, "harbor-abbott.social-only.trait.example")
    async with httpx.AsyncClient(trust_env=False) as client:
        visits = (await client.get(f"http://127.0.0.1:{simulated}/websites/_sandbox/visits")).json()
    assert visits["harbor-abbott.contact-page.trait.example"] == ["/robots.txt", "/", "/contact"]
    assert visits["harbor-abbott.mailto.trait.example"] == ["/robots.txt", "/"]
    assert len(visits["harbor-abbott.social-only.trait.example"]) <= 5


def test_most_sites_are_plain_and_some_are_trouble():
    traits = [trait_of(f"www.shop-{number}.example") for number in range(2000)]
    assert 0.55 < traits.count("plain") / 2000 < 0.75
    assert len(set(traits)) > 10
