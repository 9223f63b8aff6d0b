"""Requests to Twilio, and the interpretation of its responses."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.http_answers import document
from tests.unit.adapters.sms.fakes import ACCOUNT, FROM, SERVICE, FakeTwilio, status_callback, twilio_at

from adapters.sms.twilio import TwilioSmsSender
from booking_domain.notifications.errors import SmsRefused
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus
from booking_domain.shared.ids import SmsId
from booking_domain.testing.memory import SeededEntropy

KEY = SmsId(SeededEntropy(1).new_id())
TO = "+97699112233"
TEXT = "482913 - нэвтрэх код + & = %"


async def run_with_sender(
    fake: FakeTwilio, use: Callable[[TwilioSmsSender], Coroutine[Any, Any, Any]], *, service: bool = False
) -> Any:
    async with fake.open() as url, twilio_at(url, service=service) as sender:
        return await use(sender)


async def send_one(fake: FakeTwilio, *, service: bool = False) -> SmsReceipt:
    receipt: SmsReceipt = await run_with_sender(
        fake, lambda sender: sender.send(to=TO, text=TEXT, key=KEY), service=service
    )
    return receipt


@pytest.mark.parametrize("service", [False, True])
async def test_send_posts_every_required_field(service: bool) -> None:  # noqa: FBT001
    fake = FakeTwilio()
    receipt = await send_one(fake, service=service)
    (request,) = fake.requests
    assert (request.method, request.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    sender = {"MessagingServiceSid": SERVICE} if service else {"From": FROM}
    assert request.form == {"To": TO, "Body": TEXT, "StatusCallback": status_callback(KEY), **sender}
    assert receipt == SmsReceipt(
        provider_message_id="SM" + "1".zfill(32), status=SmsStatus.QUEUED, segments=1, cost=None
    )


async def test_a_report_carries_segments_and_price_once_known() -> None:
    fake = FakeTwilio(price="-0.01580")
    receipt = await send_one(fake)
    report = await run_with_sender(fake, lambda sender: sender.report(receipt.provider_message_id))
    assert report == SmsReport(status=SmsStatus.DELIVERED, segments=2, cost=SmsCost(millionths=15_800, currency="USD"))


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("accepted", SmsStatus.QUEUED),
        ("queued", SmsStatus.QUEUED),
        ("sending", SmsStatus.QUEUED),
        ("sent", SmsStatus.SENT),
        ("delivered", SmsStatus.DELIVERED),
        ("read", SmsStatus.DELIVERED),
        ("undelivered", SmsStatus.UNDELIVERED),
        ("failed", SmsStatus.FAILED),
        ("canceled", SmsStatus.FAILED),
        ("something new", None),
    ],
)
async def test_each_provider_status_maps_to_a_domain_status(status: str, means: SmsStatus | None) -> None:
    fake = FakeTwilio()
    fake.statuses["SM1"] = status
    assert await run_with_sender(fake, lambda sender: sender.report("SM1")) == SmsReport(status=means)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"status": ["queued"], "num_segments": {}, "price": [], "price_unit": {}, "error_code": []},
        {"status": "something new", "num_segments": "-1", "price": "NaN", "price_unit": "USD", "error_code": "?"},
        {"status": None, "num_segments": "9" * 30, "price": "0.01", "price_unit": "XXX", "error_code": 0},
        {"status": 1, "num_segments": 0, "price": "1e99", "price_unit": "USD"},
        {"price": "Infinity", "price_unit": "USD"},
    ],
)
async def test_an_id_alone_proves_acceptance_whatever_the_other_fields(odd: dict[str, Any]) -> None:
    fake = FakeTwilio()
    fake.response = lambda _: document({"sid": "SM1", **odd}, status="201 Created")
    assert await send_one(fake) == SmsReceipt(provider_message_id="SM1", status=SmsStatus.QUEUED, segments=1, cost=None)


async def test_an_immediate_failure_carries_its_error_code() -> None:
    fake = FakeTwilio()
    failed = {"sid": "SM1", "status": "failed", "num_segments": "3", "error_code": 30003}
    fake.response = lambda _: document(failed, status="201 Created")
    receipt = await send_one(fake)
    assert (receipt.status, receipt.segments, receipt.error) == (SmsStatus.FAILED, 3, "twilio 30003")


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21612, 21614, 21617])
async def test_a_rejected_number_or_text_raises_sms_refused_with_only_the_code(code: int) -> None:
    fake = FakeTwilio()
    fake.response = lambda _: FakeTwilio.error(code, "400 Bad Request")
    with pytest.raises(SmsRefused) as refusal:
        await send_one(fake)
    assert refusal.value.reason == f"twilio {code}"
    assert "+1500" not in str(refusal.value)
