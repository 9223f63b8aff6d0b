"""Booking links: addresses that a provider gives out, and their counts."""

from datetime import timedelta
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.testing.catalogue.memory.tables import LINK_VISITORS

LINKS: Final = "/providers/me/booking-links"
PHONE: Final = {"User-Agent": "Mozilla/5.0 (iPhone)"}
LAPTOP: Final = {"User-Agent": "Mozilla/5.0 (X11; Linux)"}


async def linked(api: Api) -> tuple[str, str, dict[str, Any]]:
    """A provider's token and id, and a link."""
    owner, provider_id = await api.open_provider()
    answer = await api.post(LINKS, owner, json={"name": "Instagram"})
    assert answer.status_code == 201
    return owner, provider_id, dict(answer.json())


def address(link: dict[str, Any]) -> str:
    return str(link["path"]).removeprefix("/api/v1")


async def counted(api: Api, owner: str) -> tuple[int, int]:
    (link,) = (await api.get(LINKS, owner)).json()["items"]
    return link["visitors"], link["bookings"]


async def test_a_link_shows_the_public_page_without_an_account(api: Api) -> None:
    _, provider_id, link = await linked(api)
    assert (await api.get(address(link))).json() == (await api.get(f"/providers/{provider_id}/page")).json()


@pytest.mark.settings(BOOKING_TRUSTED_PROXIES="127.0.0.1")
async def test_an_address_counts_once_a_day_whatever_its_user_agents_and_bots_never(api: Api) -> None:
    owner, _, link = await linked(api)

    async def visit(user_agent: str, at: str) -> None:
        headers = {"User-Agent": user_agent, "X-Forwarded-For": at}
        assert (await api.get(address(link), headers=headers)).status_code == 200

    for number in range(100):
        await visit(f"Mozilla/5.0 ({number})", "203.0.113.7")
    assert await counted(api, owner) == (1, 0)
    for neighbour in range(1, 20):
        await visit(f"Mozilla/5.0 ({neighbour})", f"2001:db8::{neighbour:x}")
    assert await counted(api, owner) == (2, 0)
    for bot in ("Googlebot/2.1", "WhatsApp/2.23", "curl/8", ""):
        await visit(bot, "203.0.113.8")
    assert await counted(api, owner) == (2, 0)
    await visit("Mozilla/5.0", "203.0.113.8")
    assert await counted(api, owner) == (3, 0)


async def test_a_visitor_counts_again_the_next_day_and_on_another_link(api: Api) -> None:
    owner, _, link = await linked(api)
    other = (await api.post(LINKS, owner, json={"name": "Flyer"})).json()
    for headers in (PHONE, LAPTOP):
        for each in (link, other):
            await api.get(address(each), headers=headers)
    api.clock.advance(-timedelta(days=1))
    await api.get(address(link), headers=PHONE)
    api.clock.advance(timedelta(days=1))
    items = (await api.get(LINKS, owner)).json()["items"]
    assert [[day["visitors"] for day in each["days"]] for each in items] == [[1, 1], [1]]
    digests = {visitor for _, _, visitor in api.database.rows(LINK_VISITORS)}
    assert [len(each) for each in digests] == [16, 16]  # one for each day


async def test_a_regenerated_link_ends_the_former_address_at_once(api: Api) -> None:
    owner, provider_id, link = await linked(api)
    await api.get(address(link), headers=PHONE)
    after = (await api.post(f"{LINKS}/{link['id']}/regenerate", owner)).json()
    assert after["linkToken"] != link["linkToken"]
    assert_problem(await api.get(address(link), headers=PHONE), 404, "link.not_found")
    assert (await api.get(address(after), headers=PHONE)).status_code == 200
    assert await counted(api, owner) == (1, 0)
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "linkToken": link["linkToken"]}
    assert_problem(await api.post("/bookings", customer, json=wish), 404, "link.not_found")
    assert await counted(api, owner) == (1, 0)


async def test_a_booking_over_a_link_counts_exactly_once(api: Api) -> None:
    owner, provider_id, link = await linked(api)
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "linkToken": link["linkToken"]}
    assert (await api.post("/bookings", json=wish)).status_code == 401
    key = {"Idempotency-Key": "once"}
    answers = [await api.post("/bookings", customer, json=wish, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert_problem(await api.post("/bookings", customer, json=wish), 409, "booking.slot_taken")
    assert await counted(api, owner) == (0, 1)


async def test_the_token_of_another_provider_is_not_found(api: Api) -> None:
    _, _, link = await linked(api)
    _, other_id, _ = await linked(api)
    customer = await api.joined("customer")
    wish = {"providerId": other_id, "slot": MONDAY_AT_TEN, "linkToken": link["linkToken"]}
    assert_problem(await api.post("/bookings", customer, json=wish), 404, "link.not_found")
    assert (await api.get(f"/book/{other_id}/{link['linkToken']}")).status_code == 404


async def test_a_link_of_an_unpublished_profile_shows_nothing_and_counts_nobody(api: Api) -> None:
    owner, _, link = await linked(api)
    await api.post("/providers/me/withdraw", owner)
    assert (await api.get(address(link), headers=PHONE)).status_code == 404
    assert await counted(api, owner) == (0, 0)


async def test_a_provider_has_at_most_fifty_links(api: Api) -> None:
    owner, _, link = await linked(api)
    for _ in range(49):
        assert (await api.post(LINKS, owner, json={"name": "Flyer"})).status_code == 201
    assert_problem(await api.post(LINKS, owner, json={"name": "Flyer"}), 409, "link.too_many")
    assert (await api.delete(f"{LINKS}/{link['id']}", owner)).status_code == 204
    assert (await api.get(address(link))).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("", 400), ("  ", 422), ("x" * 81, 400)])
async def test_a_link_has_a_name(api: Api, name: str, status: int) -> None:
    owner, _ = await api.open_provider()
    assert (await api.post(LINKS, owner, json={"name": name})).status_code == status
