"""Pauses of services: which times they leave to others."""

from typing import Any, Final

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_services import MONDAY, added

PAUSES: Final = [{"afterMinutes": 30, "minutes": 60}]
START: Final = "2026-11-23T02:00:00Z"
IN_THE_PAUSE: Final = "2026-11-23T02:30:00Z"


async def starts(api: Api, provider_id: str, service: dict[str, Any]) -> list[str]:
    answer = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={service['id']}")
    return [each["start"] for each in answer.json()["slots"]]


async def test_others_book_the_pause_of_an_appointment(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    colour = await added(api, provider, name="Colour", durationMinutes=120, priceAmount=0, pauses=PAUSES)
    cut = await added(api, provider, name="Cut", durationMinutes=60, priceAmount=0)
    assert colour["pauses"] == PAUSES
    assert cut["pauses"] == []
    await api.booked(await api.joined("customer"), provider_id, serviceId=colour["id"])
    assert (await starts(api, provider_id, cut))[:2] == [IN_THE_PAUSE, "2026-11-23T04:00:00Z"]
    for slot, reasons in ((IN_THE_PAUSE, []), (START, ["claimed"])):
        query = f"slot={slot}&serviceId={cut['id']}"
        answer = await api.get(f"/providers/{provider_id}/slots/explain?{query}", provider)
        assert answer.json()["reasons"] == reasons
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": IN_THE_PAUSE, "serviceId": cut["id"]}
    assert (await api.post("/bookings", customer, json=wish)).status_code == 201
    assert_problem(await api.post("/bookings", customer, json=wish), 409, "booking.slot_taken")


async def test_pauses_lie_within_the_appointment_and_a_class_has_none(api: Api) -> None:
    provider, _ = await api.open_provider()
    colour = await added(api, provider, name="Colour", durationMinutes=120, pauses=PAUSES)
    path = f"/services/{colour['id']}"
    for change in ({"durationMinutes": 90}, {"capacity": 2}, {"pauses": [PAUSES[0], PAUSES[0]]}):
        [member] = change
        refused = await api.patch(path, provider, json=change, headers={"If-Match": '"1"'})
        assert_problem(refused, 422, "validation.invalid_value", f"/{member}")
    none = await api.patch(path, provider, json={"pauses": [], "durationMinutes": 90}, headers={"If-Match": '"1"'})
    assert none.json()["pauses"] == []
