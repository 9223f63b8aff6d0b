"""Webhooks: events reach integrators in order, at least once, and only those that their owner may see."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.webhooks.receiver import Receiver, Request, answer, receiving
from tests.unit.entrypoints.worker.workshop import Workshop

from adapters.webhooks.sender import HttpWebhookSender
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Actor, Role
from booking_domain.testing.builders import TOMORROW, terms
from booking_domain.use_cases.webhooks.endpoints import (
    AddEndpoint,
    EditEndpoint,
    ReplayDelivery,
    ReplayFailed,
    RotateSecret,
    add_endpoint,
    edit_endpoint,
    ping_endpoint,
    remove_endpoint,
    replay_delivery,
    replay_failed,
    rotate_secret,
)
from booking_domain.webhooks.model import (
    DeliveryStatus,
    DisabledBecause,
    EndpointRules,
    EndpointStatus,
    Outcome,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import DeliveryFilter, WebhookMessage
from entrypoints.http.bookings.schemas import booking_json
from entrypoints.worker import webhooks
from entrypoints.worker.main import work

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def hooks(shop: Workshop) -> AsyncIterator[Receiver]:
    """Receive webhooks on a loopback address, which only this sender may contact."""
    async with receiving() as receiver, HttpWebhookSender(allow_private=True) as sender:
        shop.container.webhook_sender.override(sender)
        yield receiver


async def endpoint(shop: Workshop, receiver: Receiver, by: Actor | None = None, **wish: Any) -> WebhookEndpoint:
    owner = by or shop.studio.owner
    rules = EndpointRules(schemes=frozenset({"http"}))
    shop.studio.executor._ports = {**shop.studio.executor._ports, EndpointRules: rules}
    command = AddEndpoint(url=receiver.url(f"/{wish.pop('path', owner.role)}"), **wish)
    return await shop.studio.run(add_endpoint, command, by=owner)


async def settled(shop: Workshop) -> None:
    """Relay and run until nothing is due."""
    for _ in range(3):
        await shop.relay()
        await shop.run_due_jobs()


async def on(shop: Workshop, later: timedelta) -> None:
    """Move the clock, and let the sweep find due deliveries."""
    shop.studio.clock.advance(later)
    await shop.run_periodic("sweep")
    await settled(shop)


def body(request: Request) -> dict[str, Any]:
    return dict(json.loads(request.body))


def types(receiver: Receiver, path: str | None = None) -> list[str]:
    return [body(each)["type"] for each in receiver.requests if path in {None, each.path}]


def ids(receiver: Receiver) -> list[str]:
    return [each.headers["webhook-id"] for each in receiver.requests]


async def log(shop: Workshop, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """The deliveries, oldest first."""
    found = await shop.studio.reads.webhooks.deliveries(DeliveryFilter(endpoint_id=endpoint.id))
    return list(reversed(found))


async def seen(shop: Workshop, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    found = await shop.studio.reads.webhooks.endpoint(endpoint.id)
    assert found is not None
    return found


async def cancelled(shop: Workshop, booking: Booking) -> Booking:
    return await shop.studio.move(booking, Status.CANCELLED, by=shop.studio.customer)


async def test_the_life_of_a_booking_arrives_in_order_as_the_api_shows_it(shop: Workshop, hooks: Receiver) -> None:
    await endpoint(shop, hooks)
    await endpoint(shop, hooks, shop.studio.admin)
    booking = await shop.studio.book()
    await shop.studio.paid(booking)
    await cancelled(shop, booking)
    await settled(shop)
    life = [
        "booking.placed",
        "payment.received",
        "booking.confirmed",
        "refund.created",
        "booking.cancelled",
        "refund.made",
    ]
    shown = json.loads(msgspec.json.encode(booking_json(await shop.studio.seen(booking))))
    for path, sees_bank_accounts in (("/provider", False), ("/admin", True)):
        assert types(hooks, path) == life
        bodies = [body(each) for each in hooks.requests if each.path == path]
        assert bodies[-1]["data"]["booking"] == shown
        [payment] = [each["data"]["payment"] for each in bodies if "payment" in each["data"]]
        assert (payment["bookingId"], payment["status"]) == (str(booking.id), "paid")
        refunds = [each["data"]["refund"] for each in bodies if "refund" in each["data"]]
        assert (len(refunds), refunds[-1]["status"]) == (2, "refunded")
        assert all(("needsBankAccount" in each) is sees_bank_accounts for each in refunds)
    assert {body(each)["timestamp"] for each in hooks.requests} == {
        shop.studio.clock.now().isoformat().replace("+00:00", "Z")
    }


async def test_only_the_wanted_types_of_ones_own_bookings_arrive(shop: Workshop, hooks: Receiver) -> None:
    other = await shop.studio.joined(Role.PROVIDER)
    await shop.studio.new_provider(other, terms())
    strange = await endpoint(shop, hooks, other, path="strange")
    mine = await endpoint(shop, hooks, event_types=("booking.cancelled", "refund.made"))
    await cancelled(shop, await shop.studio.book())
    await settled(shop)
    assert types(hooks) == ["booking.cancelled"]
    assert await log(shop, strange) == []
    assert [each.status for each in await log(shop, mine)] == [DeliveryStatus.DELIVERED]


async def test_a_later_event_waits_for_an_earlier_one_of_its_booking_only(shop: Workshop, hooks: Receiver) -> None:
    await endpoint(shop, hooks)
    first = await shop.studio.book()
    hooks.answers = [answer(503, b"busy"), answer()]
    await settled(shop)
    await cancelled(shop, first)
    await shop.studio.book(TOMORROW + timedelta(hours=2))
    await settled(shop)
    await on(shop, 2 * SECOND)  # the endpoint has rested, and the first delivery waits for its retry
    assert types(hooks) == ["booking.placed", "booking.placed"]
    assert body(hooks.requests[1])["data"]["booking"]["id"] != str(first.id)
    await on(shop, 3 * SECOND)
    assert types(hooks) == ["booking.placed", "booking.placed", "booking.placed", "booking.cancelled"]
    assert ids(hooks)[0] == ids(hooks)[2]
    assert len(set(ids(hooks))) == 3


async def test_after_three_days_of_failures_the_endpoint_is_disabled_and_its_owner_told(
    shop: Workshop, hooks: Receiver
) -> None:
    made = await endpoint(shop, hooks)
    hooks.answers = [answer(500, "алдаа".encode())]
    booking = await shop.studio.book()
    await cancelled(shop, booking)
    await settled(shop)
    began, times = shop.studio.clock.now(), [timedelta()]
    while (at := await shop.studio.reads.webhooks.next_attempt(made.id)) is not None:
        await on(shop, at - shop.studio.clock.now())
        times.append(at - began)
        assert len(hooks.requests) == len(times)
    assert times[:5] == [each * SECOND for each in (0, 5, 65, 365, 2165)]
    assert (times[-1], len(times)) == (3 * DAY, len(hooks.requests))
    assert set(ids(hooks)) == {ids(hooks)[0]}
    after = await seen(shop, made)
    assert (after.status, after.disabled_because) == (EndpointStatus.DISABLED, DisabledBecause.FAILING)
    failed, given_up = await log(shop, made)
    assert (failed.status, failed.response_status, failed.response_excerpt) == (DeliveryStatus.FAILED, 500, "алдаа")
    assert (given_up.type, given_up.status, given_up.attempts) == ("booking.cancelled", DeliveryStatus.FAILED, 0)
    [notice] = [each for each in shop.sender.delivered if "webhook" in each.subject]
    assert notice.subject == "Your webhook endpoint at 127[.]0[.]0[.]1 was disabled"
    assert notice.user_id == made.owner_id

    hooks.answers = [answer()]
    await shop.studio.book(TOMORROW + 7 * DAY)  # is not recorded for a disabled endpoint
    await settled(shop)
    enable = EditEndpoint(endpoint_id=made.id, enabled=True)
    await shop.studio.run(edit_endpoint, enable, by=shop.studio.owner)
    since = ReplayFailed(endpoint_id=made.id, since=began)
    assert await shop.studio.run(replay_failed, since, by=shop.studio.owner) == 2
    await settled(shop)
    assert types(hooks)[-2:] == ["booking.placed", "booking.cancelled"]
    assert {each.status for each in await log(shop, made)} == {DeliveryStatus.DELIVERED}


async def test_410_disables_the_endpoint_at_once(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)
    hooks.answers = [answer(410)]
    await shop.studio.book()
    await settled(shop)
    assert (await seen(shop, made)).disabled_because is DisabledBecause.GONE
    assert len(hooks.requests) == 1
    assert [each.text for each in shop.sender.delivered if "(410)" in each.text]


class Died(BaseException):
    """The worker was killed."""


class Dying:
    """A sender that dies before or after it has sent."""

    def __init__(self, sender: Any, *, after: bool) -> None:
        self._sender = sender
        self._after = after

    async def send(self, message: WebhookMessage) -> Outcome:
        if self._after:
            await self._sender.send(message)
        raise Died


@pytest.mark.parametrize("after", [False, True])
async def test_an_attempt_that_a_killed_worker_did_not_record_is_made_again(
    shop: Workshop, hooks: Receiver, *, after: bool
) -> None:
    made = await endpoint(shop, hooks)
    sender = shop.container.webhook_sender()
    await shop.studio.book()
    await shop.relay()
    [(_, arguments, _, _)] = [job for job in await shop.waiting_jobs() if job[0] == "record_webhooks"]
    for _ in range(2):  # a job that is run again, because its end was not recorded, records nothing twice
        await shop.run(webhooks.RECORD, **arguments)
    shop.container.webhook_sender.override(Dying(sender, after=after))
    with pytest.raises(Died):
        await shop.run(webhooks.SEND, endpoint_id=str(made.id))
    shop.container.webhook_sender.override(sender)
    await on(shop, timedelta())  # nothing waits in the queue of jobs; the sweep finds it
    assert len(hooks.requests) == (2 if after else 1)
    assert len(set(ids(hooks))) == 1
    assert [each.status for each in await log(shop, made)] == [DeliveryStatus.DELIVERED]


async def test_nothing_is_sent_while_the_owner_is_disabled(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)
    hooks.answers = [answer(500), answer()]
    booking = await shop.studio.book()
    await settled(shop)
    for status, requests in ((UserStatus.DISABLED, 1), (UserStatus.ACTIVE, 2)):
        async with shop.database.begin() as tx:
            user = await tx.users.lock(made.owner_id)
            assert user is not None
            await tx.users.save(replace(user, status=status))
        if status is UserStatus.DISABLED:
            await cancelled(shop, booking)
            await settled(shop)
        await on(shop, timedelta(minutes=1))
        assert len(hooks.requests) == requests
    assert [each.type for each in await log(shop, made)] == ["booking.placed"]


async def test_a_delivery_is_replayed_under_its_id_and_a_ping_sent(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)
    await shop.studio.book()
    await settled(shop)
    [first] = await log(shop, made)
    again = ReplayDelivery(endpoint_id=made.id, delivery_id=first.id)
    await shop.studio.run(replay_delivery, again, by=shop.studio.owner)
    await settled(shop)
    await shop.studio.run(ping_endpoint, made.id, by=shop.studio.owner)
    await settled(shop)
    assert types(hooks) == ["booking.placed", "booking.placed", "webhook.ping"]
    assert ids(hooks)[0] == ids(hooks)[1]
    assert hooks.requests[0].body == hooks.requests[1].body
    assert body(hooks.requests[2])["data"] == {"endpointId": str(made.id)}


async def test_a_removed_endpoint_is_sent_nothing(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)
    await shop.studio.book()
    await shop.relay()
    [(_, arguments, _, _)] = [job for job in await shop.waiting_jobs() if job[0] == "record_webhooks"]
    await shop.run(webhooks.RECORD, **arguments)
    await shop.studio.run(remove_endpoint, made.id, by=shop.studio.owner)
    await shop.run(webhooks.SEND, endpoint_id=str(made.id))
    await settled(shop)
    assert hooks.requests == []


async def test_an_endpoint_that_was_disabled_during_an_attempt_stays_so(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)

    async def disable(_: Request, writer: asyncio.StreamWriter) -> None:
        off = EditEndpoint(endpoint_id=made.id, enabled=False)
        await shop.studio.run(edit_endpoint, off, by=shop.studio.owner)
        writer.write(answer())
        await writer.drain()

    hooks.respond = disable
    await shop.studio.book()
    await settled(shop)
    after = await seen(shop, made)
    assert (after.status, after.disabled_because) == (EndpointStatus.DISABLED, DisabledBecause.OWNER)
    assert [each.status for each in await log(shop, made)] == [DeliveryStatus.FAILED]


async def test_old_deliveries_are_forgotten(shop: Workshop, hooks: Receiver) -> None:
    made = await endpoint(shop, hooks)
    await shop.studio.book()
    await settled(shop)
    kept_for = shop.container.settings().webhook_log
    for later, left in ((kept_for, 1), (SECOND, 0)):
        shop.studio.clock.advance(later)
        await shop.run_periodic("forget_webhooks")
        assert len(await log(shop, made)) == left


async def test_an_endpoint_that_hangs_has_one_request_at_a_time_and_delays_no_other(
    shop: Workshop, hooks: Receiver
) -> None:
    all_there, go_on, hanging = asyncio.Event(), asyncio.Event(), list[str]()

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/admin":
            hanging.append(request.headers["webhook-id"])
            await go_on.wait()
        elif len([each for each in hooks.requests if each.path == "/provider"]) == 3:
            all_there.set()
        writer.write(answer())
        await writer.drain()

    hooks.respond = respond
    await endpoint(shop, hooks, shop.studio.admin)
    await endpoint(shop, hooks)
    for hours in range(3):
        await shop.studio.book(TOMORROW + timedelta(hours=hours))
    stop = asyncio.Event()
    async with asyncio.timeout(PATIENCE_SECONDS), HttpWebhookSender(allow_private=True, timeout_seconds=25) as patient:
        shop.container.webhook_sender.override(patient)
        worker = asyncio.create_task(work(shop.container, stop))
        await all_there.wait()
        assert len(hanging) <= 1
        go_on.set()
        stop.set()
        await worker


async def test_the_owner_of_a_secret_of_the_earlier_kind_is_asked_once_to_rotate_it(
    shop: Workshop, hooks: Receiver
) -> None:
    made, strong = await endpoint(shop, hooks), await endpoint(shop, hooks, path="strong")
    weak = replace(made, secret="whsec_0123456789abcdefghijk" + "A" * 27)
    async with shop.database.begin() as tx:
        before = await tx.webhook_endpoints.lock(made.id)
        assert before is not None
        await tx.webhook_endpoints.save(weak, was=before)
    for _ in range(2):
        await shop.run_periodic("ask_for_webhook_rotation")
        await settled(shop)
    asked = await seen(shop, made)
    assert (asked.rotation_asked_at, asked.secret, asked.version) == (shop.studio.clock.now(), weak.secret, 1)
    assert (await seen(shop, strong)).rotation_asked_at is None
    [notice] = [each for each in shop.sender.delivered if "webhook" in each.subject]
    assert notice.subject == "Replace the secret of your webhook endpoint at 127[.]0[.]0[.]1"
    assert notice.user_id == made.owner_id

    rotated = await shop.studio.run(rotate_secret, RotateSecret(endpoint_id=made.id), by=shop.studio.owner)
    assert rotated.secrets(shop.studio.clock.now()) == (rotated.secret, weak.secret)
    assert (rotated.rotation_asked_at, rotated.rotation_due) == (None, False)
