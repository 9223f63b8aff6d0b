"""The figures of providers and salons."""

import csv
from typing import Any
from uuid import UUID

from tests.unit.adapters.documents.test_renderer import text_of
from tests.unit.adapters.documents.test_spreadsheets import cells
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.features.bookings import EARLIER_TODAY

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, ProviderId, SalonId
from booking_domain.use_cases.statistics.counting import FollowMember, follow_booking, follow_member
from booking_domain.use_cases.statistics.rosters import follow_roster

MINE = "/analytics/providers/me"
NOVEMBER = "from=2026-11-16&to=2026-11-30"


async def followed(api: Api, *booking_ids: str) -> None:
    """Count the bookings, as the worker does."""
    for each in booking_ids:
        await follow_booking(BookingId(UUID(each)), api.container.executor())


async def shown(api: Api, path: str, token: str, query: str = NOVEMBER) -> dict[str, Any]:
    answer = await api.get(f"{path}?{query}", token)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_appointments_and_money_are_shown_by_day_with_the_time_before(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=5_000)
    customer = await api.joined("customer")
    monday, tuesday = [await api.booked(customer, provider_id, f"2026-11-{day}T10:00:00+08:00") for day in (23, 24)]
    await api.post(f"/bookings/{tuesday['id']}/cancel", customer, json={})
    await followed(api, monday["id"], tuesday["id"])
    found = await shown(api, MINE, provider, f"{NOVEMBER}&groupBy=channel")
    days = {each["first"]: each["figures"] for each in found["periods"]}
    assert len(days) == 15
    assert (found["totals"]["bookingsMade"], found["totals"]["booked"]) == (2, 1)
    assert (days["2026-11-23"]["bookedMinutes"], days["2026-11-23"]["booked"]) == (60, 1)
    assert days["2026-11-24"]["cancelledByCustomer"] == 1
    assert [(each["group"], each["figures"]["booked"]) for each in found["groups"]] == [("online", 1)]
    later = await shown(api, MINE, provider, "from=2026-11-24&to=2026-11-25")
    assert (later["previous"]["booked"], later["totals"]["booked"]) == (1, 0)


async def test_weekdays_and_hours_are_those_of_the_provider(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    booking = await api.booked(await api.joined("customer"), provider_id, "2026-11-23T10:00:00+08:00")
    await followed(api, booking["id"])
    week = f"{MINE}?from=2026-11-23&to=2026-11-29&groupBy="
    for group_by, key in (("weekday", "0"), ("hour", "10")):
        groups = (await api.get(week + group_by, provider)).json()["groups"]
        assert [each["group"] for each in groups if each["figures"]["booked"]] == [key]
    months = (await shown(api, MINE, provider, "from=2026-10-15&to=2026-12-01&interval=month"))["periods"]
    assert [(each["first"], each["last"]) for each in months] == [
        ("2026-10-15", "2026-10-31"),
        ("2026-11-01", "2026-11-30"),
        ("2026-12-01", "2026-12-01"),
    ]
    weeks = (await shown(api, MINE, provider, "from=2026-11-18&to=2026-11-24&interval=week"))["periods"]
    assert [each["first"] for each in weeks] == ["2026-11-18", "2026-11-23"]


async def test_customers_and_utilisation_are_shown(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=5_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, "2026-11-23T10:00:00+08:00")
    container = api.container
    await follow_roster(
        ProviderId(UUID(provider_id)), reads=container.reads(), executor=container.executor(), clock=container.clock()
    )
    await followed(api, booking["id"])
    found = await shown(api, MINE, provider, "from=2026-11-23&to=2026-11-23")
    assert found["totals"]["rosteredMinutes"] == found["periods"][0]["figures"]["rosteredMinutes"] > 0
    assert found["totals"]["utilisation"] == round(60 / found["totals"]["rosteredMinutes"], 4)
    assert found["customers"] == {
        "visits": 0,
        "newCustomers": 0,
        "returningCustomers": 0,
        "churnedCustomers": 0,
        "lifetimeValue": [],
        "cohorts": [],
    }
    customer_id = await api.consented(customer, provider)
    earlier = await api.booked(provider, provider_id, EARLIER_TODAY, customerId=customer_id)
    completed = await api.patch(f"/bookings/{earlier['id']}", provider, json={"status": "completed"})
    assert completed.status_code == 200, completed.text
    await followed(api, earlier["id"])
    customers = (await shown(api, MINE, provider))["customers"]
    assert (customers["newCustomers"], customers["rebookingRate"]) == (1, 1)  # on the day on which all is booked
    assert customers["cohorts"] == [{"month": "2026-11-01", "customers": 1, "active": []}]
    assert customers["lifetimeValue"] == [{"currency": "MNT", "amount": 5_000}]


async def test_figures_are_exported_as_numbers_in_whole_units(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=5_100)
    customer_id = await api.consented(await api.joined("customer"), provider)
    booking = await api.booked(provider, provider_id, EARLIER_TODAY, customerId=customer_id)
    await api.patch(f"/bookings/{booking['id']}", provider, json={"status": "completed"})
    await followed(api, booking["id"])
    answer = await api.get(f"{MINE}/export?{NOVEMBER}", provider)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="figures.csv"'
    (line,) = [each for each in csv.DictReader(answer.text.splitlines()) if each["completed"] == "1"]
    assert (line["currency"], line["earned"], line["average_bill"]) == ("MNT", "51.00", "51.00")
    grouped = await api.get(f"{MINE}/export?{NOVEMBER}&groupBy=channel", provider)
    assert [each["group"] for each in csv.DictReader(grouped.text.splitlines())] == ["staff"]
    sheet = await api.get(f"{MINE}/export?{NOVEMBER}&groupBy=channel&format=xlsx", provider)
    assert sheet.headers["Content-Type"].startswith("application/vnd.openxmlformats-officedocument")
    found = [value for kind, value in cells(sheet.content, 1) if kind == "n"]
    assert "51" in found
    assert ("inlineStr", "staff") in cells(sheet.content, 2)


async def test_the_report_of_a_month_is_a_pdf_file_in_the_language_of_its_reader(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=5_100)
    customer_id = await api.consented(await api.joined("customer"), provider)
    booking = await api.booked(provider, provider_id, EARLIER_TODAY, customerId=customer_id)
    await api.patch(f"/bookings/{booking['id']}", provider, json={"status": "completed"})
    await followed(api, booking["id"])
    answer = await api.get(f"{MINE}/report?month=2026-11", provider)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="report-2026-11.pdf"'
    said = text_of(answer.content)
    for words in ("Monthly report", "2026-11", "Booked hours by day", "Earned by day", "MNT 51", "Asia/Ulaanbaatar"):
        assert words in said
    quiet = text_of((await api.get(f"{MINE}/report", provider)).content)  # of the month that is over
    assert "2026-10" in quiet
    assert "Booked hours by day" not in quiet
    for language, words in (("mn", "Сарын тайлан"), ("fa", "report-2026-11")):
        await api.patch("/users/me", provider, json={"locale": language})
        answer = await api.get(f"{MINE}/report?month=2026-11", provider)
        assert words in text_of(answer.content) + answer.headers["Content-Disposition"]


async def test_the_report_of_a_salon_is_for_its_manager_and_a_month_to_come_has_none(api: Api) -> None:
    manager, path = await salon_of(api)
    report = f"/analytics{path}/report"
    assert "Monthly report" in text_of((await api.get(f"{report}?month=2026-11", manager)).content)
    assert_problem(await api.get(f"{report}?month=2026-12", manager), 422, "validation.invalid_value")
    assert_problem(await api.get(f"{report}?month=2026-13", manager), 400, "validation.invalid_input")
    assert_problem(await api.get(report, await api.joined("manager")), 403, "salon.not_yours")


async def test_too_long_or_reversed_times_are_refused(api: Api) -> None:
    provider, _ = await api.open_provider()
    for query in (
        "from=2026-11-02&to=2026-11-01",
        "from=2020-01-01&to=2026-01-01",
        "from=2000-01-01&to=2026-01-01&interval=month",
        "to=0001-01-01",
    ):
        assert_problem(await api.get(f"{MINE}?{query}", provider), 422, "validation.invalid_value")


async def test_a_salon_has_what_its_members_did_while_they_were_members(api: Api) -> None:
    (provider, provider_id), other = await api.open_provider(), await api.open_provider()
    manager, path = await salon_of(api, (provider, provider_id), other)
    customer = await api.joined("customer")
    first, second = [
        await api.booked(customer, each, f"2026-11-{day}T10:00:00+08:00")
        for each, day in ((provider_id, 23), (provider_id, 25))
    ]
    await followed(api, first["id"], second["id"])
    salon_id = SalonId(UUID(path.rsplit("/", 1)[-1]))
    salon = f"/analytics/salons/{salon_id}"
    assert (await shown(api, salon, manager))["totals"]["booked"] == 0  # who joined is followed by the worker
    for joined, at in ((True, first["createdAt"]), (False, "2026-11-24T00:00:00Z")):
        command = FollowMember(
            provider_id=ProviderId(UUID(provider_id)),
            salon_id=salon_id,
            joined=joined,
            at=api.clock.now().fromisoformat(at),
        )
        await api.container.executor().run(follow_member, command, actor=SYSTEM)
    await followed(api, first["id"], second["id"])
    found = await shown(api, salon, manager, f"{NOVEMBER}&groupBy=provider")
    assert found["totals"]["booked"] == 1
    assert [each["group"] for each in found["groups"]] == [provider_id]
    assert "name" in found["groups"][0]
    assert_problem(await api.get(salon, await api.joined("manager")), 403, "salon.not_yours")
    assert (await api.get(salon, await api.an_admin())).status_code == 200
