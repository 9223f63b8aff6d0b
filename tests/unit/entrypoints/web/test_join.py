"""The invitations of salons on pages: by a link, to a contact, to a profile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.forms import Visitor, code_of, form_in

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
    out = await customer.send(*form_in(shown, "/sign-out", next="/sign-in?next=/join/salons"))
    assert out.headers["Location"] == "/en/sign-in?next=/join/salons"


async def test_who_is_new_becomes_a_provider_and_accepts(api: Api) -> None:
    _, invitation = await inviting(api)
    visitor = Visitor(api)
    await visitor.send("/en/join", {"link": invitation["url"]})
    asked = await visitor.get("/en/sign-in?next=/join/salons")
    assert "you get the account of a provider" in asked.text
    sent = await visitor.submit(asked, "/sign-in", contact="+97699116601")
    named = await visitor.submit(sent, "/sign-in", code=await code_of(api))
    done = await visitor.submit(await visitor.get(named.headers["Location"]), "/sign-in/name", name="Bold")
    assert done.headers["Location"] == SALONS
    shown = await visitor.get(SALONS)
    assert 'href="/en/join/profile"' in shown.text
    profile = await visitor.get("/en/join/profile")
    assert 'value="Bold"' in profile.text
    wrong = await visitor.submit(profile, "/join/profile", display_name="Bold", time_zone="Nowhere/City")
    assert 'id="field-time_zone-error"' in wrong.text
    nameless = await visitor.submit(profile, "/join/profile", display_name=" ", time_zone="Asia/Hovd")
    assert 'id="field-display_name-error"' in nameless.text
    for _ in range(2):  # the second click changes nothing
        made = await visitor.submit(profile, "/join/profile", display_name="Bold", time_zone="Asia/Ulaanbaatar")
        assert made.headers["Location"] == SALONS
    accepted = await visitor.submit(await visitor.get(SALONS), "/join/accept")
    assert accepted.headers["Location"] == f"{SALONS}?done=accepted"
