"""`/admin/text-messages`: how text messages fared, and what they cost."""

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api

from booking_domain.notifications.sms import SmsCost, SmsMessage, SmsStatus
from booking_domain.testing.builders import Builder

CENT = SmsCost(millionths=7_900, currency="USD")


async def sent(api: Api) -> list[SmsMessage]:
    """A delivered message whose cost is known, one without, and a failed one to another country."""
    make = Builder()
    now = api.clock.now()
    several = [
        replace(make.sms(), status=SmsStatus.DELIVERED, country="MN", cost=CENT, provider="twilio"),
        replace(make.sms(), country="MN", segments=3, provider="twilio"),
        replace(make.sms(), status=SmsStatus.FAILED, country="IR", segments=2, error="kavenegar 11"),
    ]
    async with api.container.database().begin() as tx:
        for each in several:
            await tx.sms_messages.add(replace(each, created_at=now, updated_at=now))
    return several


def rows(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(StringIO(text)))


@pytest.mark.settings(BOOKING_SMS_PRICES="MN=0.05 USD, *=1500 IRR")
async def test_admins_see_delivery_segments_and_cost_of_each_text_message(api: Api) -> None:
    charged, waits, failed = await sent(api)
    admin = await api.an_admin()
    items = (await api.get("/admin/text-messages", admin)).json()["items"]
    assert [each["id"] for each in items] == [str(each.id) for each in (failed, waits, charged)]
    assert items[2]["cost"] == {"amount": "0.0079", "currency": "USD"}
    assert "estimatedCost" not in items[2]
    assert (items[1]["estimatedCost"], items[1]["segments"]) == ({"amount": "0.15", "currency": "USD"}, 3)
    assert (items[0]["status"], items[0]["error"]) == ("failed", "kavenegar 11")
    assert items[0]["estimatedCost"] == {"amount": "3000", "currency": "IRR"}
    assert not {"text", "toDigest"} & items[0].keys()
    assert items[0]["to"] == "+976****2233"
    for query, expected in (
        ("status=delivered", [charged]),
        ("country=IR", [failed]),
        ("smsProvider=twilio", [waits, charged]),
        ("to=2026-01-01", []),
    ):
        found = (await api.get(f"/admin/text-messages?{query}", admin)).json()["items"]
        assert [each["id"] for each in found] == [str(each.id) for each in expected], query
    file = await api.get("/admin/text-messages/export?country=MN&status=queued", admin)
    [row] = rows(file.text)
    assert (row["cost"], row["currency"], row["estimated"], row["segments"]) == ("0.15", "USD", "yes", "3")


@pytest.mark.settings(BOOKING_SMS_PRICES="MN=0.05 USD")
async def test_admins_see_what_text_messages_cost_by_period_country_and_provider(api: Api) -> None:
    await sent(api)
    admin = await api.an_admin()
    answer = (await api.get("/admin/text-messages/spending?to=2026-12-01&by=month", admin)).json()
    assert answer["since"] == "2026-11-01T00:00:00Z"
    common = {"period": "2026-11-01", "smsProvider": "twilio", "country": "MN"}
    assert answer["items"] == [
        {"period": "2026-11-01", "smsProvider": "memory", "country": "IR"}
        | {"messages": 1, "delivered": 0, "failed": 1, "segments": 2},
        common
        | {"messages": 1, "delivered": 1, "failed": 0, "segments": 1}
        | {"cost": {"amount": "0.0079", "currency": "USD"}},
        common
        | {"messages": 1, "delivered": 0, "failed": 0, "segments": 3}
        | {"estimatedCost": {"amount": "0.15", "currency": "USD"}},
    ]
    file = await api.get("/admin/text-messages/spending/export?to=2026-12-01", admin)
    assert [(row["country"], row["cost"], row["estimated"]) for row in rows(file.text)] == [
        ("IR", "", "yes"),
        ("MN", "0.0079", "no"),
        ("MN", "0.15", "yes"),
    ]
    assert (await api.get("/admin/text-messages/spending?to=2026-01-01", admin)).json()["items"] == []
