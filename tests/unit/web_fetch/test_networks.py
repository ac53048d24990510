"""Public is what the registries of addresses say."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.adapters.web_fetch.networks import NOT_PUBLIC_V4, refusal


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
     "198.17.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "64:ff9b::808:808"],
)  # fmt: skip
def test_public_addresses_are_gone_to(address):
    assert refusal(address) is None


@pytest.mark.parametrize("network", NOT_PUBLIC_V4, ids=str)
def test_the_edges_of_a_network_are_inside_it(network):
    assert refusal(str(network[0])) is not None
    assert refusal(str(network[-1])) is not None


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_in_any_ipv6_disguise_is_no_more_public_than_itself(number):
    plain = IPv4Address(number)
    assert refusal(f"::ffff:{plain}") is not None
    assert refusal(f"::{plain}") is not None
    assert refusal(str(IPv6Address(0x2002 << 112 | number << 80))) is not None
    nat64 = IPv6Address(int(IPv6Address("64:ff9b::")) | number)
    assert (refusal(str(nat64)) is None) == (refusal(str(plain)) is None)


@given(st.integers(0, 2**128 - 1))
def test_outside_global_unicast_nothing_of_ipv6_is_public(number):
    address = IPv6Address(number)
    if number >> 125 != 1 and address not in ip_network("64:ff9b::/96"):
        assert refusal(str(address)) is not None


@given(st.text(max_size=40))
def test_what_is_no_address_is_refused(text):
    assert refusal(text) is not None or text.strip() == text


def test_networks_of_ours_are_refused_whatever_they_are():
    ours = (ip_network("8.8.8.0/24"), ip_network("2606:4700::/32"))
    assert refusal("8.8.8.8", ours) is not None
    assert refusal("64:ff9b::808:808", ours) is not None
    assert refusal("2606:4700:4700::1111", ours) is not None
    assert refusal("8.8.4.4", ours) is None
