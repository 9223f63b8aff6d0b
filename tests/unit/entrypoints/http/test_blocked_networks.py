"""Requests are refused by their address: from networks that admins have blocked, and of admins from elsewhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final

import httpx
import pytest
from tests.unit.entrypoints.api import Api, assert_problem, the_routes

from booking_domain.identity.blocked_networks import AddressBlocked, BlockedNetwork, BlockedNetworkReads
from entrypoints.http.kit.address_guard import READ_EVERY, AddressGuard

PATH: Final = "/admin/blocked-networks"
BEHIND_A_PROXY: Final = {"BOOKING_TRUSTED_PROXIES": "127.0.0.1"}


def from_address(address: str) -> dict[str, Any]:
    return {"headers": {"X-Forwarded-For": address}}


async def block(api: Api, admin: str, network: str, **more: Any) -> httpx.Response:
    return await api.post(PATH, admin, json={"network": network, "reason": "guesses passwords", **more})


@pytest.mark.settings(**BEHIND_A_PROXY)
async def test_a_blocked_network_gets_nothing_until_the_block_is_lifted_or_expires(api: Api) -> None:
    admin, customer = await api.an_admin(), await api.joined("customer")
    made = (await block(api, admin, "203.0.113.0/24")).json()
    assert (await block(api, admin, "2001:db8:1::/48", expiresAt="2026-11-23T01:00:00Z")).status_code == 201
    for address in ("203.0.113.9", "2001:db8:1::7"):
        for path, token in (("/providers", None), ("/users/me", customer), ("/users/me", admin)):
            refused = await api.get(path, token, **from_address(address))
            assert_problem(refused, 403, "access.address_blocked")
    assert (await api.get("/providers", **from_address("203.0.114.9"))).status_code == 200
    assert (await api.call("GET", "/health/live", **from_address("203.0.113.9"))).status_code == 200
    shown = (await api.get(PATH, admin)).json()["items"]
    assert [each["network"] for each in shown] == ["2001:db8:1::/48", "203.0.113.0/24"]
    assert (await api.delete(f"{PATH}/{made['id']}", admin)).status_code == 204
    assert (await api.get("/providers", **from_address("203.0.113.9"))).status_code == 200
    assert_problem(await api.delete(f"{PATH}/{made['id']}", admin), 404, "network.not_found")
    api.clock.advance(timedelta(hours=1))
    assert (await api.get("/providers", **from_address("2001:db8:1::7"))).status_code == 200
    actions = [each["action"] for each in (await api.get("/admin/audit", await api.an_admin())).json()["items"]]
    assert [each for each in actions if each.startswith("network.")][:2] == ["network.unblocked", "network.blocked"]


async def test_a_network_that_would_lock_admins_or_half_the_world_out_is_not_blocked(api: Api) -> None:
    admin = await api.an_admin()
    assert_problem(await block(api, admin, "127.0.0.0/8"), 409, "network.own")
    for network in ("0.0.0.0/0", "10.0.0.0/7", "2001::/15", "203.0.113.7/24", "example.com"):
        assert_problem(await block(api, admin, network), 422, "validation.invalid_value", "/network")
    for expires_at in ("2026-11-23T00:00:00Z", "9999-12-31T23:59:59-23:59"):
        refused = await block(api, admin, "203.0.113.7", expiresAt=expires_at)
        assert_problem(refused, 422, "validation.invalid_value", "/expiresAt")
    assert (await block(api, admin, "203.0.113.7")).status_code == 201
    assert_problem(await block(api, admin, "203.0.113.7"), 409, "network.exists")


class CountedReads(BlockedNetworkReads):
    """Blocked networks that count how often they are read."""

    def __init__(self, reads: BlockedNetworkReads) -> None:
        self._reads = reads
        self.times = 0

    async def live(self, now: datetime) -> Sequence[BlockedNetwork]:
        self.times += 1
        return await self._reads.live(now)


async def test_another_process_hears_of_a_block_within_five_seconds_and_reads_no_oftener(api: Api) -> None:
    reads = CountedReads(api.database.reads.blocked_networks)
    other = AddressGuard(reads, api.container.clients(), api.clock, admins=())
    handler = the_routes(api)["GET /providers"]
    scope: Any = {"client": ("203.0.113.7", 1), "headers": [], "route_handler": handler, "state": {}}
    await other.require_unblocked(scope)
    await block(api, await api.an_admin(), "203.0.113.7")
    api.clock.advance(READ_EVERY - timedelta(microseconds=1))
    for _ in range(3):
        await other.require_unblocked(scope)
    assert reads.times == 1
    api.clock.advance(timedelta(microseconds=1))
    for _ in range(3):
        with pytest.raises(AddressBlocked):
            await other.require_unblocked(scope)
    assert reads.times == 2
    assert timedelta(seconds=5) == READ_EVERY


@pytest.mark.settings(**BEHIND_A_PROXY, BOOKING_ADMIN_NETWORKS="10.0.0.0/8, 2001:db8::/32")
async def test_admins_work_from_the_networks_of_the_setting_only(api: Api) -> None:
    admin, customer = await api.an_admin(), await api.joined("customer")
    assert api.container.settings().admin_networks == (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
    for address in ("10.1.2.3", "2001:db8::7"):
        assert (await api.get("/admin/users", admin, **from_address(address))).status_code == 200
    for path in ("/admin/users", "/users/me", "/bookings"):
        refused = await api.get(path, admin, **from_address("192.0.2.1"))
        assert_problem(refused, 403, "access.address_not_allowed")
    assert (await api.get("/users/me", customer, **from_address("192.0.2.1"))).status_code == 200
