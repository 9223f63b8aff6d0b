"""`/availability/holidays` and `/availability/closed-dates`."""

from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.scheduling.model import MAX_EXCEPTIONS

NAADAM = [f"2027-07-{day}" for day in range(11, 16)]


async def test_a_provider_closes_on_public_holidays_and_keeps_other_hours(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    short = {"date": "2027-07-11", "ranges": [{"startTime": "10:00", "endTime": "12:00"}]}
    own = (await api.post("/availability/exceptions", provider, json=short)).json()
    listed = await api.get("/availability/holidays?country=MN&year=2027", provider)
    by_date = {each["date"]: each for each in listed.json()["items"]}
    assert [*by_date] == sorted(by_date)
    assert by_date["2027-07-11"]["exceptionId"] == own["id"]
    assert "exceptionId" not in by_date["2027-07-12"]
    closed = await api.post("/availability/closed-dates", provider, json={"dates": [*reversed(NAADAM), NAADAM[1]]})
    assert [(each["date"], each["closed"]) for each in closed.json()["items"]] == [(day, True) for day in NAADAM[1:]]
    again = await api.post("/availability/closed-dates", provider, json={"dates": NAADAM})
    assert again.json() == {"items": []}
    exceptions = (await api.get(f"/availability/{provider_id}")).json()["exceptions"]
    assert [each["date"] for each in exceptions] == NAADAM
    assert exceptions[0]["ranges"] == short["ranges"]
    undone = await api.delete(f"/availability/exceptions/{closed.json()['items'][0]['id']}", provider)
    assert undone.status_code == 204


async def test_holidays_have_names_in_the_language_of_the_account(api: Api) -> None:
    provider, _ = await api.open_provider()

    async def new_year(country: str, language: str) -> str:
        await api.patch("/users/me", provider, json={"locale": language})
        found = (await api.get(f"/availability/holidays?country={country}&year=2027", provider)).json()["items"]
        return next(str(each["name"]) for each in found if each["date"] == "2027-01-01")

    assert await new_year("MN", "mn") == "Шинэ жил"
    assert await new_year("MN", "fa") == await new_year("DE", "en") == "New Year's Day"


async def test_a_country_without_known_holidays_is_refused(api: Api) -> None:
    provider, _ = await api.open_provider()
    path = "/availability/holidays"
    unknown = await api.get(f"{path}?country=XX&year=2027", provider)
    assert_problem(unknown, 404, "availability.no_holidays_known")
    for query in ("country=mn&year=2027", "country=MN&year=1066", "country=MN"):
        assert (await api.get(f"{path}?{query}", provider)).status_code == 400
    stranger = await api.joined("customer")
    assert_problem(await api.get(f"{path}?country=MN&year=2027", stranger), 403, "auth.not_permitted")


async def test_dates_are_closed_all_or_none(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await api.post("/availability/exceptions", provider, json={"date": "2026-12-31", "closed": True})
    many = [f"20{year}-{month:02}-{day:02}" for year in (27, 28) for month in range(1, 13) for day in range(1, 29)]
    refused = await api.post("/availability/closed-dates", provider, json={"dates": many[:MAX_EXCEPTIONS]})
    assert_problem(refused, 409, "availability.too_many_exceptions")
    assert len((await api.get(f"/availability/{provider_id}")).json()["exceptions"]) == 1
