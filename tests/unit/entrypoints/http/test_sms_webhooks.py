"""Twilio's delivery reports of text messages."""

import base64
import hmac
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from tests.unit.adapters.sms.fakes import ACCOUNT, FROM, TOKEN, FakeTwilio, twilio_at
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.sms import SmsMessage, SmsStatus
from booking_domain.shared.ids import SmsId
from booking_domain.testing.builders import NOW, Builder

PUBLIC = "https://booking.example.com"
TWILIO = {
    "BOOKING_PUBLIC_URL": PUBLIC,
    "BOOKING_SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": FROM,
}
with_twilio: Final = pytest.mark.settings(**TWILIO)


async def a_message(api: Api) -> SmsMessage:
    message = replace(Builder().sms(), provider="twilio", provider_message_id="SM1")
    async with api.database.begin() as tx:
        await tx.sms_messages.add(message)
    return message


async def called(
    api: Api, message: SmsMessage, fields: dict[str, str], *, token: str = TOKEN, signature: str | None = None
) -> httpx.Response:
    """Call the address that Twilio was given."""
    address = api.container.settings().sms_status_callback_url(message.id)
    text = address + "".join(name + fields[name] for name in sorted(fields))
    right = base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return await api.post(
        address.removeprefix(f"{PUBLIC}/api/v1"),
        content=urlencode(fields),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": right if signature is None else signature,
        },
    )


def said(status: str, **more: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "MessageStatus": status, "To": "+97699112233", "AccountSid": ACCOUNT, **more}


@with_twilio
async def test_repeated_and_late_reports_keep_the_final_status(api: Api) -> None:
    message = await a_message(api)
    for status in ("sent", "delivered", "delivered", "sent", "undelivered"):
        answer = await called(api, message, said(status))
        assert (answer.status_code, answer.content) == (204, b"")
    kept = await api.database.reads.sms.get(message.id)
    assert kept is not None
    assert (kept.status, kept.error) == (SmsStatus.DELIVERED, None)


@with_twilio
async def test_a_code_is_sent_delivered_and_reported(api: Api) -> None:
    fake = FakeTwilio()
    async with fake.open() as url, twilio_at(url) as sender:
        with api.container.sms_sender.override(sender):
            await api.container.code_messenger().send_code(
                to="+97699112233",
                code="482913",
                purpose="unlock",
                locale="mn",
                until=NOW + CODE_LIFE,
                zone="Asia/Ulaanbaatar",
            )
    ((to, text),) = fake.arrived
    assert (to, text.split(" ")[:2]) == ("+97699112233", ["Booking:", "482913"])
    _, _, message_id = fake.requests[0].form["StatusCallback"].partition("?message=")
    kept = await api.database.reads.sms.get(SmsId(UUID(message_id)))
    assert kept is not None
    assert (kept.status, kept.template, kept.provider) == (SmsStatus.QUEUED, "code.unlock", "twilio")
    assert (await called(api, kept, said("delivered"))).status_code == 204
    kept = await api.database.reads.sms.get(kept.id)
    assert kept is not None
    assert kept.status is SmsStatus.DELIVERED


@with_twilio
async def test_the_reason_of_the_failure_is_stored(api: Api) -> None:
    message = await a_message(api)
    await called(api, message, said("undelivered", ErrorCode="30003"))
    kept = await api.database.reads.sms.get(message.id)
    assert kept is not None
    assert (kept.status, kept.error) == (SmsStatus.UNDELIVERED, "twilio 30003")


@with_twilio
async def test_a_forged_callback_is_turned_away(api: Api) -> None:
    message = await a_message(api)
    for forged in (
        await called(api, message, said("delivered"), token="another token"),
        await called(api, message, said("delivered"), signature=""),
        await called(api, message, said("delivered"), signature="AAAA"),
        await api.post("/webhooks/sms/twilio"),
        await api.post(f"/webhooks/sms/twilio?message={message.id}", json={"MessageStatus": "delivered"}),
    ):
        assert_problem(forged, 403, "sms.invalid_signature")
    assert await api.database.reads.sms.get(message.id) == message


@with_twilio
async def test_the_signature_holds_for_one_message(api: Api) -> None:
    message, other = await a_message(api), replace(await a_message(api), id=Builder(7).sms().id)
    fields = said("delivered")
    address = api.container.settings().sms_status_callback_url(message.id)
    text = address + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), text.encode(), "sha1")).decode()
    assert_problem(await called(api, other, fields, signature=signature), 403, "sms.invalid_signature")


@with_twilio
async def test_a_report_about_an_unknown_message_changes_nothing(api: Api) -> None:
    message = Builder().sms()
    assert (await called(api, message, said("delivered"))).status_code == 204
    assert await api.database.reads.sms.get(message.id) is None


@with_twilio
async def test_an_enormous_callback_is_not_read(api: Api) -> None:
    message = await a_message(api)
    assert_problem(await called(api, message, said("x" * 1_000_000)), 413, "validation.body_too_large")


@pytest.mark.settings(BOOKING_PUBLIC_URL=PUBLIC)
@pytest.mark.parametrize("token", ["", TOKEN])
async def test_without_twilio_every_report_is_rejected(api: Api, token: str) -> None:
    message = await a_message(api)
    assert_problem(await called(api, message, said("delivered"), token=token), 403, "sms.invalid_signature")
