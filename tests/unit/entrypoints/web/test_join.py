"""The invitations of salons on pages: by a link, to a contact, to a profile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor

SALONS = "/en/join/salons"


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving(BOOKING_PUBLIC_URL="https://booking.test") as api:
        yield api


async def inviting(api: Api, **body: Any) -> tuple[str, dict[str, Any]]:
    """A manager, and an invitation of their salon."""
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    await api.verify_contacts()
    made = await api.post(f"/salons/{salon['id']}/invitations", manager, json=body)
    assert made.status_code == 201, made.text
    return manager, {**made.json(), "salon": salon["id"]}


async def test_a_link_shows_the_salon_and_is_accepted_after_signing_in(api: Api) -> None:
    _, invitation = await inviting(api)
    assert invitation["url"].startswith("https://booking.test/join#"), "the pages are the web app"
    visitor = Visitor(api)
    wrong = await visitor.submit(await visitor.get("/en/join"), "/join", link="nonsense")
    assert 'id="field-link-error"' in wrong.text
    opened = await visitor.submit(wrong, "/join", link=invitation["url"])
    assert opened.headers["Location"] == SALONS
    shown = await visitor.get(SALONS)
    assert ">Nomad<" in shown.text
    assert 'action="/en/join' not in shown.text
    assert 'href="/en/sign-in?next=%2Fjoin%2Fsalons"' in shown.text
    owner, _ = await api.open_provider()
    visitor.cookies |= Visitor(api, owner).cookies
    done = await visitor.submit(await visitor.get(SALONS), "/join/accept")
    assert done.headers["Location"] == f"{SALONS}?done=accepted"
    assert "__Host-invitation" not in visitor.cookies
    assert (await api.get("/salons/membership", owner)).json()["salon"]["name"] == "Nomad"
    assert "You are a member of the salon now." in (await visitor.get(done.headers["Location"])).text


async def test_an_invitation_to_a_profile_is_accepted_or_declined_without_a_link(api: Api) -> None:
    for answer, member in (("decline", False), ("accept", True)):
        manager, invitation = await inviting(api)
        owner, provider_id = await api.open_provider()
        body = {"providerId": provider_id}
        assert (await api.post(f"/salons/{invitation['salon']}/members", manager, json=body)).status_code == 201
        visitor = Visitor(api, owner)
        done = await visitor.submit(await visitor.get(SALONS), f"/{answer}")
        assert done.status_code == 303, done.text
        assert ("salon" in (await api.get("/salons/membership", owner)).json()) is member
        again = await visitor.send(f"/en/join/{invitation['salon']}/decline", {"csrf": "x"})
        assert again.status_code == 403
        assert "No invitation waits for you" in (await visitor.get(SALONS)).text


async def test_who_cannot_accept_is_told_why(api: Api) -> None:
    _, invitation = await inviting(api)
    customer = Visitor(api, await api.joined("customer"))
    await customer.send("/en/join", {"link": invitation["url"]})
    shown = await customer.get(SALONS)
    assert "Members of salons are providers." in shown.text
    assert 'action="/en/join' not in shown.text
    nobody = Visitor(api, await api.joined("provider"))
    await nobody.send("/en/join", {"link": invitation["url"]})
    refused = await nobody.submit(await nobody.get(SALONS), "/join/accept")
    assert refused.status_code == 404
    assert "<title>Error: " in refused.text
