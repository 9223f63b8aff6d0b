"""Row 9: a worker that is killed at any step loses no event, repeats no payment, and keeps the order of a booking.

Workers of the product are killed with SIGKILL at each step of the relay and of the jobs, and at random; others go on.
A mail server and Twilio cannot recognise a repetition: a message whose worker dies after it was accepted, and before
that is recorded, arrives once more, an e-mail with the same Message-ID.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

import pytest
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.gateways_under_test import GATEWAYS, GatewayUnderTest, QPay, QPayEdge, Stripe, gateway_under_test
from tests.reliability.killed_workers import LOOK_SECONDS, MAIL, KilledWorker, Servers
from tests.reliability.lives import Arrivals, Fate, Lives
from tests.reliability.stops import Called, Stop, Stops, Stored

T = TypeVar("T")
RELAY: Final[tuple[Stop, ...]] = (
    Stored("relay: read", "procrastinate_jobs", "INSERT", "NEW.task_name = 'settle'"),
    Stored("relay: dispatched", "outbox", "DELETE"),
    Stored("relay: removed", "outbox", "DELETE", committed=True),
)


def job(task: str) -> tuple[Stop, ...]:
    """A job that is taken and not begun, or done and not acknowledged."""
    return (
        Stored(f"{task}: taken", "procrastinate_jobs", "UPDATE", _is(task, "NEW.status = 'doing'"), committed=True),
        Stored(f"{task}: done", "procrastinate_jobs", "DELETE", f"OLD.task_name = '{task}'"),
    )


def _is(task: str, change: str) -> str:
    return f"NEW.task_name = '{task}' AND {change}"


def call(name: str, request: str) -> tuple[Stop, ...]:
    """A request, by a pattern of its first line, that is not handled yet, or handled and not answered."""
    return Called(f"{name}: asked", request, answered=False), Called(f"{name}: effective", request, answered=True)


def record(name: str, table: str, change: str, when: str = "true") -> tuple[Stop, ...]:
    """A result that is not recorded yet, or recorded and the worker does not know."""
    return Stored(f"{name}: not recorded", table, change, when), Stored(
        f"{name}: recorded", table, change, when, committed=True
    )


REFUND: Final = {
    QPay.name: "DELETE /v2/payment/refund/",
    QPayEdge.name: "POST /worker/qpay/refund",
    Stripe.name: "POST /v1/refunds",
}
CHECK: Final = {
    QPay.name: "POST /v2/payment/check",
    QPayEdge.name: "POST /worker/qpay/check",
    Stripe.name: "GET /v1/payment_intents/",
}
WITHDRAW: Final = {
    QPay.name: "DELETE /v2/invoice/",
    QPayEdge.name: "POST /worker/qpay/cancel",
    Stripe.name: r"POST /v1/payment_intents/\w+/cancel",
}
CAPTURED: Final = "NEW.status = 'paid' AND OLD.status = 'authorised'"
REFUNDED: Final = "NEW.status = 'refunded'"
SENT: Final = "NEW.status = 'sent' AND NEW.channel = '{}'"


def money(gateway: str) -> tuple[Stop, ...]:
    """The steps of payments and refunds."""
    captures = (
        *job("capture_payments"),
        *call("capture", r"POST /v1/payment_intents/\w+/capture"),
        *record("capture", "payments", "UPDATE", CAPTURED),
    )
    return (
        *RELAY,
        *job("settle"),
        *call("payment check", CHECK[gateway]),
        *record("payment", "payments", "UPDATE", "NEW.status = 'paid' AND OLD.status = 'pending'"),
        *job("make_refund"),
        *record("refund asked for", "refunds", "UPDATE", "NEW.attempts > OLD.attempts"),
        *call("refund", REFUND[gateway]),
        *record("refund", "refunds", "UPDATE", REFUNDED),
        *job("cancel_invoices"),
        *call("withdrawal", WITHDRAW[gateway]),
        *job("issue_receipts"),
        *record("receipt", "receipts", "INSERT"),
        *(captures if gateway == Stripe.name else ()),
    )


MESSAGES: Final[tuple[Stop, ...]] = (
    *job("remind"),
    *record("reminder", "booking_reminders", "INSERT"),
    *job("notify"),
    *record("notification", "notifications", "INSERT"),
    *job("send_messages"),
    *call("e-mail", MAIL),
    *record("e-mail", "messages", "UPDATE", SENT.format("email")),
    *call("text message", "POST /2010-04-01/"),
    *record("text message", "messages", "UPDATE", SENT.format("sms")),
    *call("push", "POST /push/"),
    *record("push", "messages", "UPDATE", SENT.format("push")),
    *job("record_webhooks"),
    *record("webhook to send", "webhook_deliveries", "INSERT"),
    *job("send_webhooks"),
    *call("webhook", "POST /webhooks/"),
    *record("webhook", "webhook_deliveries", "UPDATE", "NEW.status = 'delivered'"),
)


def steps(gateway: str) -> tuple[Stop, ...]:
    """Every step; in `make test` those after an effect and before its record, where a repetition does the most harm."""
    less = {f"{each}: effective" for each in ("refund", "capture", "e-mail", "text message", "push", "webhook")}
    less |= {"relay: dispatched", "e-mail: not recorded", "webhook: not recorded"}
    full = (*money(gateway), *MESSAGES)
    return scale.of(full, less=tuple(stop for stop in full if stop.name in less))


_PAID: Final = ("booking.confirmed", "receipt.issued")
NOTIFIED: Final[Mapping[Fate, Sequence[str]]] = {
    Fate.KEPT: _PAID,
    Fate.CANCELLED: (*_PAID, "booking.cancelled", "refund.made", "receipt.issued"),
    Fate.PAID_TWICE: (*_PAID, "payment.refund_owed", "refund.by_transfer"),
    Fate.AUTHORISED: (*_PAID, "payment.authorised", "booking.cancelled", "payment.captured", "payment.released"),
    Fate.UNPAID: ("booking.cancelled",),
    Fate.REMINDED: ("booking.reminder",),
}
"""What the customer of each booking is notified of."""
LIVES: Final = scale.of(10, less=6)
MANY_LIVES: Final = scale.of(640, less=6)
EVENTS: Final = scale.of(5_000, less=40)
WORKERS: Final = 2
KILLS: Final = scale.of(60, less=3)
PACE: Final = scale.of(100, less=12)
"""At most as many requests are made between two kills."""
LOOKS_A_MINUTE: Final = 10
"""How often a test looks between two sweeps, if it does not wait for their minutes."""
MAILS_AT_ONCE: Final = 8
"""How many mails a worker sends at once."""
PATIENCE_SECONDS: Final = scale.of(1_800, less=600)


@dataclass(frozen=True)
class Scene:
    """Everything that workers work with, and the workers."""

    stops: Stops
    lives: Lives
    servers: Servers
    workers: Sequence[KilledWorker]
    impatient: bool
    """What waits for a time is due at once: jobs of dead workers, what is repeated, the sweep of each minute."""

    async def until(self, look: Callable[[], Awaitable[T]]) -> T | None:
        """Wait until `look` finds something, or nothing is left to do."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for looks in count(1):
                    if found := await look():
                        return found
                    if await self.lives.go_on():
                        return None
                    if self.impatient and looks % LOOKS_A_MINUTE == 0:
                        await self.lives.sweep()
                    await asyncio.sleep(LOOK_SECONDS)
                return None
        except TimeoutError:
            pytest.fail(f"not done after {PATIENCE_SECONDS} s: {await self.lives.left()}")

    async def kill(self, worker: KilledWorker) -> None:
        """Kill a worker and start another."""
        worker.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await worker.is_connected():
                await self.stops.pass_by(await self.stops.reached())
                await asyncio.sleep(LOOK_SECONDS)
        await self.stops.pass_by(await self.stops.reached())
        if self.impatient:
            await self.lives.let_time_pass()
        await worker.restart(missed=self.impatient)

    async def assert_all_is_done_once(self) -> Arrivals:
        await self.lives.assert_no_job_failed()
        assert await self.lives.money() == self.lives.due()
        assert await self.lives.refunds() == self.lives.refunds_due()
        assert await self.lives.notified() == {(fate, tuple(sorted(NOTIFIED[fate]))) for fate in self.lives.fates}
        live, due = await self.lives.live_and_due()
        assert live == due
        return await self.lives.arrivals()


@asynccontextmanager
async def scene(
    url: str, folder: Path, gateway: GatewayUnderTest, stops: Sequence[Stop], *, number: int, impatient: bool
) -> AsyncIterator[Scene]:
    ahead = Stops(url, stops)
    async with ahead.set_up(), Servers.running(gateway, ahead) as servers, Lives.opened(url, gateway, servers) as lives:
        await lives.begin(number)
        crew = [
            KilledWorker(folder / f"worker-{each}.log", url, servers.settings)
            for each in range(WORKERS if stops == () else 1)
        ]
        try:
            for worker in crew:
                await worker.start()
            yield Scene(ahead, lives, servers, crew, impatient)
        finally:
            for worker in crew:
                worker.stop()


@pytest.mark.parametrize("name", scale.of(GATEWAYS, less=(Stripe.name,)))
def test_a_worker_killed_at_each_step_loses_nothing_and_repeats_no_payment(
    name: str, postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    stops = steps(name)

    async def story(url: str, gateway: GatewayUnderTest) -> None:
        async with scene(url, tmp_path, gateway, stops, number=LIVES, impatient=True) as played:
            (worker,) = played.workers
            while await played.until(played.stops.reached):
                await played.kill(worker)
            assert list(played.stops.ahead) == [], "no worker came there"
            arrived = await played.assert_all_is_done_once()
            assert arrived.mails_again <= MAILS_AT_ONCE * worker.kills
            # A worker was killed after the acceptance and before its record.
            assert min(arrived.mails_again, arrived.webhooks_again) >= 2
            assert min(arrived.texts_again, arrived.pushes_again) >= 1
            report(9, f"{name}: killed {worker.kills} times at {len(stops)} steps; {arrived}")

    with postgres.database() as url, gateway_under_test(name, tmp_path) as gateway:
        asyncio.run(story(url, gateway))


@pytest.mark.nightly
@pytest.mark.parametrize("name", scale.of(GATEWAYS, less=(QPay.name,)))
def test_workers_killed_at_random_lose_nothing_and_repeat_no_payment(
    name: str, postgres: TestServer, tmp_path: Path, report: Report
) -> None:
    chance = random.Random(9)  # noqa: S311 - kills that can be repeated

    async def story(url: str, gateway: GatewayUnderTest) -> None:
        async with scene(url, tmp_path, gateway, (), number=MANY_LIVES, impatient=not scale.FULL) as played:
            began, kills = time.monotonic(), 0
            for _ in range(KILLS):
                goal = played.stops.requests + chance.randint(1, PACE)
                if not await played.until(lambda goal=goal: played.stops.came_to(goal)):  # type: ignore[misc]
                    break
                await played.kill(chance.choice(played.workers))
                kills += 1
            await played.until(_never)
            seconds = time.monotonic() - began
            arrived, events = await played.assert_all_is_done_once(), await played.lives.events()
            assert events >= EVENTS
            assert arrived.mails_again <= MAILS_AT_ONCE * kills
            report(9, f"{name}: {events} events, {kills} kills in {seconds:.0f} s, missing 0; {arrived}")

    with postgres.database() as url, gateway_under_test(name, tmp_path) as gateway:
        asyncio.run(story(url, gateway))


async def _never() -> bool:
    return False
