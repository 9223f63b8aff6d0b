"""Presets, quotes, and the notice and the limit to reschedule, over HTTP."""

import httpx
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

DEPOSIT = 2_000_000
TERMS = {"depositAmount": DEPOSIT, "priceAmount": 8_000_000}


async def paid(api: Api, customer: str, provider_id: str) -> str:
    """Return the id of a booking on Monday morning, two hours from now, with its deposit paid."""
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    booking_id: str = (await api.post("/bookings", customer, json=wish)).json()["id"]
    payment = (await api.post("/payments", customer, json={"bookingId": booking_id, "purpose": "deposit"})).json()
    api.pay(payment)
    await api.get(api.callback(payment["id"]))
    return booking_id


async def test_a_provider_chooses_a_preset_or_custom_tiers(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    shown = (await api.get(f"/providers/{provider_id}")).json()
    assert (shown["cancellationPreset"], shown["noShowKeepsPercent"], shown["rescheduleNoticeMinutes"]) == (
        "flexible",
        100,
        0,
    )
    strict = await api.put("/availability/settings", provider, json={"cancellationPreset": "strict"})
    tiers = [{"hoursBefore": 168, "percent": 100}, {"hoursBefore": 72, "percent": 50}]
    assert (strict.json()["cancellationPreset"], strict.json()["cancellationPolicy"]) == ("strict", tiers)
    again = await api.put("/availability/settings", provider, json=strict.json())
    assert again.json() == strict.json()
    rules = {"lateCancellationKeepsPercent": 80, "noShowKeepsPercent": 90, "rescheduleNoticeMinutes": 1_440}
    custom = {"cancellationPreset": "custom", "cancellationPolicy": tiers[1:], **rules}
    changed = await api.put("/providers/me", provider, json=custom)
    assert {name: changed.json()[name] for name in custom} == custom
    assert (await api.get(f"/availability/{provider_id}")).json()["settings"].items() >= custom.items()

    wrong = {"cancellationPreset": "flexible", "cancellationPolicy": tiers}
    refused = await api.put("/availability/settings", provider, json=wrong)
    assert_problem(refused, 422, "validation.invalid_value", "/cancellationPreset")
    worse = {"cancellationPolicy": [{"hoursBefore": 48, "percent": 50}, {"hoursBefore": 24, "percent": 60}]}
    refused = await api.put("/availability/settings", provider, json=worse)
    assert_problem(refused, 422, "validation.invalid_value", "/cancellationPolicy")
    refused = await api.put("/availability/settings", provider, json={"cancellationPreset": "lenient"})
    assert_problem(refused, 400, "validation.invalid_input", "/cancellationPreset")


async def test_a_cancellation_refunds_what_its_quote_said(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    await api.put(
        "/availability/settings",
        provider,
        json={"cancellationPolicy": [{"hoursBefore": 1, "percent": 50}, {"hoursBefore": 24, "percent": 100}]},
    )
    customer = await api.joined("customer")
    booking_id = await paid(api, customer, provider_id)
    quote = (await api.get(f"/bookings/{booking_id}/cancellation-quote", customer)).json()
    assert quote == {
        "refundAmount": DEPOSIT // 2,
        "releasedAmount": 0,
        "deskPaidAmount": 0,
        "deskRefundAmount": 0,
        "currency": "MNT",
        "validUntil": quote["validUntil"],
        "tier": {"hoursBefore": 1, "percent": 50, "deadline": "2026-11-23T01:00:00Z"},
        "betterTier": {"hoursBefore": 24, "percent": 100, "deadline": "2026-11-22T02:00:00Z"},
        "cancellationStart": "2026-11-23T02:00:00Z",
    }
    path = f"/bookings/{booking_id}/cancel"
    refused = await api.post(path, customer, json={"expectedRefundAmount": DEPOSIT})
    assert_problem(refused, 409, "booking.refund_changed", "/expectedRefundAmount")
    assert refused.json()["refundAmount"] == quote["refundAmount"]
    assert "MNT 10,000" in refused.json()["detail"]
    done = await api.post(path, customer, json={"expectedRefundAmount": quote["refundAmount"]})
    assert (done.status_code, done.json()["refundPendingAmount"], done.json()["refundedAmount"]) == (
        200,
        DEPOSIT // 2,
        0,
    )
    listed = (await api.get("/bookings", customer)).json()["items"]
    assert [each["refundPendingAmount"] for each in listed] == [DEPOSIT // 2]


async def test_a_late_reschedule_is_refused_with_its_deadline(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    await api.put("/availability/settings", provider, json={"rescheduleNoticeMinutes": 180})
    customer = await api.joined("customer")
    booking_id = await paid(api, customer, provider_id)
    shown = (await api.get(f"/bookings/{booking_id}", customer)).json()
    assert shown["rescheduleNoticeMinutes"] == 180
    later = {"slot": "2026-11-23T14:00:00+08:00"}
    refused = await api.post(f"/bookings/{booking_id}/reschedule", customer, json=later)
    assert_problem(refused, 409, "booking.reschedule_too_late", "/slot")
    assert "Mon 23 Nov 2026, 07:00 (Ulaanbaatar)" in refused.json()["detail"]
    assert (await api.post(f"/bookings/{booking_id}/reschedule", provider, json=later)).status_code == 200


async def test_a_customer_reschedules_so_often_as_the_provider_allows(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    settings = await api.put("/availability/settings", provider, json={"maxReschedules": 1})
    assert settings.json()["maxReschedules"] == 1
    assert (await api.get(f"/providers/{provider_id}")).json()["maxReschedules"] == 1
    customer = await api.joined("customer")
    path = f"/bookings/{await paid(api, customer, provider_id)}"

    async def moved(token: str, hour: int) -> httpx.Response:
        return await api.post(f"{path}/reschedule", token, json={"slot": f"2026-11-23T{hour}:00:00+08:00"})

    async def seen() -> tuple[int, int, bool]:
        booking = (await api.get(path, customer)).json()
        return booking["reschedules"], booking["maxReschedules"], "reschedule" in booking["actions"]

    assert await seen() == (0, 1, True)
    assert (await moved(provider, 14)).status_code == 200
    assert (await moved(customer, 15)).status_code == 200, "an answer to the provider's time is no move of their own"
    assert await seen() == (0, 1, True)
    assert (await moved(customer, 16)).status_code == 200
    assert await seen() == (1, 1, False)
    refused = await moved(customer, 14)
    assert_problem(refused, 409, "booking.too_many_reschedules", "/slot")
    assert (await moved(provider, 14)).status_code == 200
    unlimited = await api.put("/availability/settings", provider, json={"maxReschedules": None})
    assert "maxReschedules" not in unlimited.json()
    assert (await seen())[:2] == (1, 1), "a booking keeps the policy under which it was made"


async def test_a_booking_is_cancelled_without_a_body(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    booking = (await api.post("/bookings", customer, json=wish)).json()
    answer = await api.post(f"/bookings/{booking['id']}/cancel", customer)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
