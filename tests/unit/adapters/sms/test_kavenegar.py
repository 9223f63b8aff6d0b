"""Requests to Kavenegar, and the interpretation of its responses."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import pytest
from tests.http_answers import document
from tests.unit.adapters.sms.fakes import API_KEY, LINE, FakeKavenegar, kavenegar_at

from adapters.sms.kavenegar import KavenegarSmsSender, local_id
from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus
from booking_domain.shared.ids import SmsId
from booking_domain.testing.memory import SeededEntropy

KEY = SmsId(SeededEntropy(1).new_id())
TEXT = "کد ورود شما: 482913\nاین کد را به کسی ندهید."


async def run_with_sender(fake: FakeKavenegar, use: Callable[[KavenegarSmsSender], Coroutine[Any, Any, Any]]) -> Any:
    async with fake.open() as url, kavenegar_at(url) as sender:
        return await use(sender)


async def send_one(fake: FakeKavenegar, *, to: str = "+989123456789") -> SmsReceipt:
    receipt: SmsReceipt = await run_with_sender(fake, lambda sender: sender.send(to=to, text=TEXT, key=KEY))
    return receipt


@pytest.mark.parametrize(("to", "formatted"), [("+989123456789", "09123456789"), ("+97699112233", "0097699112233")])
async def test_send_posts_every_required_field(to: str, formatted: str) -> None:
    fake = FakeKavenegar()
    receipt = await send_one(fake, to=to)
    (request,) = fake.requests
    assert (request.method, request.path) == ("POST", f"/v1/{quote(API_KEY, safe='')}/sms/send.json")
    assert request.form == {"receptor": formatted, "message": TEXT, "sender": LINE, "localid": str(local_id(KEY))}
    assert receipt == SmsReceipt(
        provider_message_id="8792343",
        status=SmsStatus.QUEUED,
        segments=1,
        cost=SmsCost(millionths=120_000_000, currency="IRR"),
    )


async def test_repeating_a_send_delivers_one_message() -> None:
    fake = FakeKavenegar()

    async def twice(sender: KavenegarSmsSender) -> list[SmsReceipt]:
        return [await sender.send(to="+989123456789", text=TEXT, key=KEY) for _ in range(2)]

    first, second = await run_with_sender(fake, twice)
    assert first == second
    assert len(fake.arrived) == 1


@pytest.mark.parametrize(
    ("status", "means", "error"),
    [
        (1, SmsStatus.QUEUED, None),
        (2, SmsStatus.QUEUED, None),
        (4, SmsStatus.SENT, None),
        (5, SmsStatus.SENT, None),
        (6, SmsStatus.FAILED, "kavenegar 6"),
        (10, SmsStatus.DELIVERED, None),
        (11, SmsStatus.UNDELIVERED, "kavenegar 11"),
        (13, SmsStatus.FAILED, "kavenegar 13"),
        (14, SmsStatus.FAILED, "kavenegar 14"),
    ],
)
async def test_each_provider_status_maps_to_a_domain_status(status: int, means: SmsStatus, error: str | None) -> None:
    fake = FakeKavenegar()
    fake.statuses["7"] = status
    assert await run_with_sender(fake, lambda sender: sender.report("7")) == SmsReport(status=means, error=error)
    (request,) = fake.requests
    assert (request.method, request.query) == ("GET", {"messageid": "7"})
    assert request.path == f"/v1/{quote(API_KEY, safe='')}/sms/status.json"


@pytest.mark.parametrize("response", [{"messageid": 8, "status": 10}, {"messageid": 7, "status": 77}, {"messageid": 7}])
async def test_a_report_for_another_message_or_with_an_unknown_status_is_unavailable(response: dict[str, Any]) -> None:
    fake = FakeKavenegar()
    fake.response = lambda _: FakeKavenegar.reply(200, [response])
    with pytest.raises(SmsUnavailable):
        await run_with_sender(fake, lambda sender: sender.report("7"))


@pytest.mark.parametrize(
    "odd", [{}, {"status": [], "cost": {}}, {"status": "?", "cost": "NaN"}, {"cost": -1}, {"cost": "1e99"}]
)
async def test_an_id_alone_proves_acceptance_whatever_the_other_fields(odd: dict[str, Any]) -> None:
    fake = FakeKavenegar()
    fake.response = lambda _: document({"return": {"status": 200}, "entries": [{"messageid": "12", **odd}]})
    assert await send_one(fake) == SmsReceipt(provider_message_id="12", status=SmsStatus.QUEUED, segments=1, cost=None)


@pytest.mark.parametrize("code", [411, 413, 422])
async def test_a_rejected_number_or_text_raises_sms_refused_with_only_the_code(code: int) -> None:
    fake = FakeKavenegar()
    fake.response = lambda _: FakeKavenegar.reply(code)
    with pytest.raises(SmsRefused) as refusal:
        await send_one(fake)
    assert refusal.value.reason == f"kavenegar {code}"
