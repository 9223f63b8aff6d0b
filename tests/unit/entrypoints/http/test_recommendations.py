"""Recommendations: who is shown to whom, why, and never to those who opted out."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_search import PLACE, indexed
from tests.unit.entrypoints.http.test_users import PREFERENCES

from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import present
from booking_domain.use_cases.search.recommendations import rebuild_similar_providers

PATH = "/providers/recommended"
A_DAY = timedelta(days=1)


async def been(api: Api, make: Builder, token: str, *provider_ids: str) -> None:
    """Store a completed booking of the caller with each provider."""
    user_id = UserId(UUID((await api.get("/users/me", token)).json()["id"]))
    start = api.clock.now() - A_DAY
    span = TimeRange(start, start + timedelta(hours=1))
    async with api.container.database().begin() as tx:
        user = present(await tx.users.lock(user_id))
        for each in provider_ids:
            profile = present(await tx.profiles.get(ProviderId(UUID(each))))
            booking = make.booking(profile, user)
            await tx.bookings.add(replace(booking, status=Status.COMPLETED, span=span, blocked=span), [])


async def shown(api: Api, token: str | None = None, **query: object) -> list[tuple[str, str]]:
    answer = await api.get(PATH, token, params=query)
    assert answer.status_code == 200, answer.text
    return [(each["hit"]["displayName"], each["reason"]) for each in answer.json()["items"]]


async def test_each_recommendation_has_its_reason(api: Api) -> None:
    make = Builder()
    names = ("Anna", "Bold", "Dorj", "Saraa", "Gone")
    opened = {
        name: await api.open_provider(
            displayName=name, location=PLACE, styles=["realism"] if name in {"Anna", "Dorj"} else []
        )
        for name in names
    }
    ids = {name: provider_id for name, (_, provider_id) in opened.items()}
    await indexed(api)
    assert set(await shown(api, None, **PLACE)) == {
        (name, "ranks_well") for name in ("Anna", "Bold", "Dorj", "Saraa", "Gone")
    }
    assert len(await shown(api, limit=2)) == 2
    others = [await api.joined("customer") for _ in range(3)]
    for each in others:
        await been(api, make, each, ids["Anna"], ids["Bold"], ids["Gone"])
    await been(api, make, others[0], ids["Saraa"])
    await api.container.executor().run(rebuild_similar_providers, None, actor=SYSTEM)
    assert (await api.post("/providers/me/withdraw", opened["Gone"][0])).status_code == 200
    me = await api.joined("customer")
    popular = {("Anna", "popular"), ("Bold", "popular"), ("Saraa", "popular")}
    for token in (None, me):
        assert set(await shown(api, token)) == {*popular, ("Dorj", "ranks_well")}
        assert set(await shown(api, token, lat=40, lon=100)) == set()
    await been(api, make, me, ids["Anna"])
    assert await shown(api, me) == [
        ("Anna", "book_again"),
        ("Bold", "similar"),
        ("Dorj", "style"),
        ("Saraa", "popular"),
    ]
    (first, *_) = (await api.get(PATH, me, params={**PLACE, "limit": 1, "timeZone": "Asia/Ulaanbaatar"})).json()[
        "items"
    ]
    assert first["hit"]["distanceMetres"] == 0
    assert len(first["hit"]["slots"]) == 3
    assert first["hit"]["slots"][0]["start"].endswith("+08:00")
    assert ("Bold", "similar") not in await shown(api, opened["Bold"][0])

    assert_problem(await api.get(PATH, me, params={"lat": 1}), 422, "validation.invalid_value", "/query/lon")
    wanted = {**PREFERENCES, "recommendations": False}
    assert (await api.put("/users/me/preferences", me, json=wanted)).json()["recommendations"] is False
    assert await shown(api, me) == []
