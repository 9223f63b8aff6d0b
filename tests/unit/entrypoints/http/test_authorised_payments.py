"""Authorised deposits over HTTP: chosen by the provider, shown to both parties, quoted as released."""

from typing import Any

from tests.unit.entrypoints.api import Api

TERMS = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def test_the_provider_chooses_and_both_parties_see_what_is_authorised(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    customer = await api.joined("customer")
    for mode in ("charged", None, "authorised"):
        settings = await api.put("/availability/settings", provider, json={"depositMode": mode})
        assert (settings.status_code, settings.json().get("depositMode")) == (200, mode)
    assert (await api.put("/availability/settings", provider, json={"depositMode": "later"})).status_code == 400
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    api.pay(payment)
    shown = (await api.get(f"/payments/{payment['id']}", customer)).json()
    assert (shown["status"], shown["authorisedAmount"], shown["capturedAmount"]) == ("authorised", 2_000_000, 0)
    assert shown["captureBy"] > booking["start"]
    assert not {"qrText", "clientSecret"} & shown.keys()
    for who in (customer, provider):
        seen = await api.booking(booking["id"], who)
        assert (seen["status"], seen["paymentStatus"], seen["authorisedAmount"]) == (
            *("confirmed", "authorised"),
            2_000_000,
        )
        assert (seen["paidAmount"], seen["balanceDueAmount"]) == (0, 6_000_000)
        money: dict[str, Any] = (await api.get(f"/bookings/{booking['id']}/payments", who)).json()
        assert (money["authorisedAmount"], money["payments"][0]["status"]) == (2_000_000, "authorised")
    path = f"/bookings/{booking['id']}"
    quote = (await api.get(f"{path}/cancellation-quote", provider)).json()
    assert (quote["refundAmount"], quote["releasedAmount"]) == (2_000_000, 2_000_000)
    cancel = {"expectedRefundAmount": quote["refundAmount"]}
    cancelled = (await api.post(f"{path}/cancel", provider, json=cancel)).json()
    assert (cancelled["releasedAmount"], cancelled["authorisedAmount"], cancelled["refundPendingAmount"]) == (
        *(2_000_000, 0),
        0,
    )
    assert cancelled["paymentStatus"] == "released"
    listed = (await api.get("/admin/transactions?status=authorised", await api.an_admin())).json()["items"]
    assert [each["id"] for each in listed] == [payment["id"]]  # until the worker has released it
