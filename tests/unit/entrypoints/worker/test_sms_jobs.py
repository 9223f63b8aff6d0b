"""Jobs that poll the provider until the status and cost of a message are known."""

from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.sms import FIRST_POLL, SmsMessage, SmsStatus
from booking_domain.shared.ids import SmsId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemorySmsSender


async def sent_to(shop: Workshop, to: str) -> SmsMessage:
    """Send a code and return its record."""
    await shop.container.code_messenger().send_code(
        to=to, code="482913", purpose="verify", locale="fa", until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
    )
    async with shop.database.connection() as connection:
        row = await (await connection.execute("SELECT id FROM sms_messages ORDER BY id DESC LIMIT 1")).fetchone()
    assert row is not None
    message = await shop.database.reads.sms.get(SmsId(row[0]))
    assert message is not None
    return message


async def questions(shop: Workshop) -> list[str]:
    return [args["message_id"] for task, args, _, _ in await shop.waiting_jobs() if task == "follow_sms"]


async def test_the_sweep_polls_a_due_message_until_it_is_settled(shop: Workshop) -> None:
    sender = MemorySmsSender()
    shop.container.sms_sender.override(sender)
    message = await sent_to(shop, "+989123456789")
    await shop.run_periodic("sweep")
    assert await questions(shop) == []
    shop.studio.clock.advance(FIRST_POLL)
    await shop.run_periodic("sweep")
    await shop.run_periodic("sweep")  # its job already waits
    assert await questions(shop) == [str(message.id)]
    await shop.run_due_jobs()
    known = await shop.database.reads.sms.get(message.id)
    assert known is not None
    assert (known.status, known.ask_at) == (SmsStatus.DELIVERED, None)
    assert known.cost == sender.reports[str(message.id)].cost
    shop.studio.clock.advance(FIRST_POLL)
    await shop.run_periodic("sweep")
    assert await questions(shop) == []


async def test_a_provider_without_a_response_causes_no_retries(shop: Workshop) -> None:
    sender = MemorySmsSender()
    shop.container.sms_sender.override(sender)
    message = await sent_to(shop, "+97699112233")
    shop.studio.clock.advance(FIRST_POLL)
    sender.available = False
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert await questions(shop) == []
    known = await shop.database.reads.sms.get(message.id)
    assert known is not None
    assert (known.status, known.ask_at) == (SmsStatus.QUEUED, shop.studio.clock.now() + FIRST_POLL)
