"""Public addresses according to the IANA special-purpose address registries (RFC 6890 and successors)."""

from collections.abc import Awaitable
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.adapters.calendars.feed_server import FakeResolver, resolve_literal

from adapters.kit.destinations import (
    DestinationRefused,
    Destinations,
    SystemResolver,
    is_public,
    literal_is_allowed,
    parsed_url,
)

PUBLIC = ["8.8.8.8", "1.1.1.1", "203.0.114.1", "192.0.1.1", "172.32.0.1", "2606:4700::1111", "2001:4860:4860::8888"]
NOT_PUBLIC = {
    "loopback, RFC 1122": ["127.0.0.1", "127.255.255.254", "::1"],
    "private, RFC 1918 and RFC 4193": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local, where clouds keep their metadata": ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0"],
    "carrier-grade NAT, RFC 6598": ["100.64.0.1", "100.127.255.255", "100.100.100.200"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "reserved, RFC 1112": ["240.0.0.1", "255.255.255.255", "4000::1", "e000::1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104
    "IETF assignments": ["192.0.0.8", "192.0.0.170", "192.88.99.1", "2001:1::1"],
    "documentation and benchmarks": [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "2001:db8::1",
        "3fff::1",
    ],
    "IPv4 in IPv6, RFC 4291": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8"],
    "NAT64, RFC 6052 and RFC 8215": ["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
    "6to4, RFC 3056": ["2002:7f00:1::", "2002:a9fe:a9fe::1"],
    "Teredo, RFC 4380": ["2001:0:7f00:1::1"],
    "site-local, RFC 3879": ["fec0::1"],
    "discard, RFC 6666": ["100::1"],
    "a zone, RFC 4007": ["2606:4700::1111%lo", "2001:4860:4860::8888%1"],
}
_REFUSED = [(kind, address) for kind, addresses in NOT_PUBLIC.items() for address in addresses]


@pytest.mark.parametrize("address", PUBLIC)
def test_routable_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(("kind", "address"), _REFUSED)
def test_special_purpose_addresses_are_not_public(kind: str, address: str) -> None:
    assert not is_public(ip_address(address)), kind


async def failure_reason(resolved: Awaitable[object]) -> str:
    with pytest.raises(DestinationRefused) as caught:
        await resolved
    return caught.value.detail or caught.value.why


async def refused(url: str, *names: str) -> str:
    resolve = FakeResolver([names]) if names else resolve_literal
    return await failure_reason(Destinations(resolve).resolve(httpx.URL(url)))


@pytest.mark.parametrize(("kind", "address"), _REFUSED)
async def test_a_name_with_any_non_public_address_is_refused(kind: str, address: str) -> None:
    for names in ((address, "8.8.8.8"), ("8.8.8.8", address)):
        assert await refused("https://feed.test/", *names) == "its address is not on the public internet", kind


async def test_a_public_name_resolves_to_its_addresses() -> None:
    destinations = Destinations(FakeResolver([["8.8.8.8", "2606:4700::1111"]]))
    found = await destinations.resolve(httpx.URL("https://feed.test/"))
    assert list(map(str, found)) == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize(
    "url", ["ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "//8.8.8.8/", "https:///x"]
)
async def test_only_http_urls_are_allowed(url: str) -> None:
    assert await refused(url) == "its address is not an http(s) or webcal address"


@pytest.mark.parametrize("url", ["https://u:p@8.8.8.8/", "https://u@8.8.8.8/", "https://:p@8.8.8.8/"])
async def test_urls_with_credentials_are_refused(url: str) -> None:
    assert await refused(url) == "its address holds a user name or a password"


@pytest.mark.parametrize("port", [0, 1, 22, 25, 81, 444, 5432, 6379, 8080, 65535])
async def test_ports_other_than_80_and_443_are_refused(port: int) -> None:
    assert await refused(f"http://8.8.8.8:{port}/") == "its address names a port other than 80 and 443"


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "http://8.8.8.8:443/", "https://8.8.8.8:80/", "https://8.8.8.8/"])
async def test_ports_80_and_443_are_allowed(url: str) -> None:
    assert await Destinations(resolve_literal).resolve(httpx.URL(url)) == [ip_address("8.8.8.8")]


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.1", "localhost", "[::1]", "[::]"])
async def test_alternative_notations_of_loopback_are_refused(host: str) -> None:
    async def run() -> str:
        resolver = SystemResolver()
        try:
            return await failure_reason(Destinations(resolver).resolve(httpx.URL(f"http://{host}/")))
        finally:
            resolver.close()

    assert await run() == "its address is not on the public internet"


@pytest.mark.parametrize("results", [[[]], [["not-an-address"]]])
async def test_an_unresolvable_name_is_unreadable(results: list[list[str]]) -> None:
    reason = await failure_reason(Destinations(FakeResolver(results)).resolve(httpx.URL("https://feed.test/")))
    assert reason == "its host name is not known"


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a" * 64 + ".test"])
async def test_the_system_resolver_reports_unknown_names(host: str) -> None:
    async def run() -> str:
        resolver = SystemResolver()
        try:
            return await failure_reason(Destinations(resolver).resolve(httpx.URL(f"http://{host}/")))
        finally:
            resolver.close()

    assert await run() == "its host name is not known"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "api.localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "10.0.0.0x1",
        "169.254.169.254",
        "::1",
        "::ffff:169.254.169.254",
        "fe80::1%eth0",
    ],
)
def test_a_host_that_is_no_public_address_is_refused_by_its_text(host: str) -> None:
    assert not literal_is_allowed(host)


@pytest.mark.parametrize(
    "host", ["example.com", "10.example.com", "8.8.8.8", "2606:4700::1111", "localhost.example.com"]
)
def test_names_and_public_addresses_pass_by_their_text(host: str) -> None:
    assert literal_is_allowed(host)


NO_NAMES: Final = (
    *("xn--", "a.xn--", "xn--.example.com", "xn--a\\b", "a..b", ".a", "-a.com", "a-.com", "a b", "a%20b", "a%00b"),
    *("a%2eb", "%31%32%37.0.0.1", "127.0.0.1%20", "evil.com\\.example.com", "a;b", "a,b", "*.example.com", "a!b"),
    *("x" * 64 + ".com", "x." * 127 + "xx", "[2606:4700::1111%25lo]", "[2606:4700::1111%lo]", "[::1]x", "[v1.x]", "[]"),
)
"""Hosts that a resolver, TLS, a proxy or a server could read as another one."""


@pytest.mark.parametrize("host", NO_NAMES)
async def test_a_host_that_is_no_name_is_never_asked_for(host: str) -> None:
    resolver = FakeResolver([["8.8.8.8"]])
    with pytest.raises(DestinationRefused):
        await Destinations(resolver).resolve(parsed_url(f"https://{host}/"))
    assert resolver.hosts == []


@pytest.mark.parametrize(
    "host", ["example.com", "a_b.example.com.", "xn--e1afmkfd.xn--p1ai", "почта.рф", "8.8.8.8", "[2606:4700::1]"]
)
async def test_a_name_in_any_script_is_asked_for_in_ascii(host: str) -> None:
    resolver = FakeResolver([["8.8.8.8"]])
    assert await Destinations(resolver).resolve(parsed_url(f"https://{host}/"))
    assert all(each.isascii() for each in resolver.hosts)


@given(st.text(st.characters(exclude_categories=()), max_size=40))
@example("xn--")
@example("\ud800")
@example("\0")
@example("[::1")
@example("a:99999999999999999999")
async def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}.example.com/", f"https://a.example.com:{text}/"):
        with suppress(DestinationRefused):
            assert await Destinations(FakeResolver([["8.8.8.8"]])).resolve(parsed_url(url)) == [ip_address("8.8.8.8")]
