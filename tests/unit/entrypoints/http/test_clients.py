"""Which address of a client counts, and which proxies are trusted."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any, cast

import pytest
from litestar.types import Scope

from entrypoints.http.kit.clients import Clients

TRUSTED = Clients([ip_network("10.0.0.0/8"), ip_network("2001:db8:f::/48")])
NOBODY = Clients()


def a_scope(peer: str | None, *forwarded: str, proto: Sequence[str] = ()) -> Scope:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    headers += [(b"x-forwarded-proto", each.encode("latin-1")) for each in proto]
    client = None if peer is None else (peer, 1234)
    return cast("Scope", cast("Any", {"type": "http", "client": client, "headers": headers}))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),  # it is no proxy of ours, whatever it says
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("spoofed, 1.1.1.1, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),  # the header twice is one list
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2,10.0.0.3",), "198.51.100.1"),
        ("10.0.0.1", ("10.0.0.9, 10.0.0.2",), "10.0.0.9"),  # all of them are ours
        ("10.0.0.1", ("198.51.100.1, nonsense, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", ("198.51.100.1, ",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1:80",), "10.0.0.1"),
        ("10.0.0.1", ("é",), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("::ffff:198.51.100.1",), "198.51.100.1"),
        ("2001:db8:f::1", ("2001:DB8::0:7",), "2001:db8::7"),
        ("2001:db8:f::1", ("fe80::1%eth0",), "fe80::1"),
        (None, ("198.51.100.1",), ""),
        ("/run/api.sock", ("198.51.100.1",), ""),
    ],
)
def test_the_client_is_the_rightmost_untrusted_address(
    peer: str | None, forwarded: Sequence[str], address: str
) -> None:
    assert TRUSTED.address(a_scope(peer, *forwarded)) == address


def test_by_default_no_proxy_is_trusted() -> None:
    scope = a_scope("10.0.0.1", "198.51.100.1", proto=["http"])
    assert NOBODY.address(scope) == NOBODY.counted_as(scope) == "10.0.0.1"
    assert not NOBODY.is_unencrypted(scope)


@pytest.mark.parametrize(
    ("peer", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, ""),
    ],
)
def test_an_ipv6_network_is_counted_as_one_client(peer: str | None, counted_as: str) -> None:
    assert NOBODY.counted_as(a_scope(peer)) == counted_as


@pytest.mark.parametrize(
    ("peer", "proto", "in_the_clear"),
    [
        ("10.0.0.1", ["http"], True),
        ("10.0.0.1", ["HTTP"], True),
        ("10.0.0.1", ["https"], False),
        ("10.0.0.1", ["https, http"], True),
        ("10.0.0.1", ["http", "https"], False),
        ("10.0.0.1", [], False),
        ("10.0.0.1", [" "], False),
        ("203.0.113.7", ["http"], False),
        (None, ["http"], False),
    ],
)
def test_only_trusted_proxies_report_the_scheme(peer: str | None, proto: Sequence[str], *, in_the_clear: bool) -> None:
    assert TRUSTED.is_unencrypted(a_scope(peer, proto=proto)) is in_the_clear
