"""Bookings that give a worker work on every channel, and the state of the books at the end."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, Self

import psycopg
from tests.reliability.gateways_under_test import GatewayUnderTest, Stripe
from tests.reliability.killed_workers import Servers
from tests.unit.adapters.test_web_push import Device

from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Profile
from booking_domain.identity.model import User
from booking_domain.notifications.push import PushSubscriptionId
from booking_domain.payments.model import Payment, Purpose
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, PRICE, Builder
from booking_domain.testing.kit.storage import a_cast, store_bookings
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.payments.record_hint import RecordPaymentHint, record_payment_hint
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.webhooks.endpoints import AddEndpoint, add_endpoint
from booking_domain.use_cases.webhooks.events import PUBLIC_EVENTS
from entrypoints.container import Container
from entrypoints.settings.main import Settings

DAY: Final = timedelta(days=1)
OF_A_STUDIO: Final = 20
"""How many bookings a provider has."""
OF_A_CUSTOMER: Final = 2
HALF: Final = CancellationPolicy((Tier(hours_before=24, percent=50),))
TRACE: Final = b"""
    CREATE TABLE traced (seq bigint PRIMARY KEY, id uuid NOT NULL, topic text NOT NULL);
    CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO traced VALUES (NEW.seq, NEW.id, NEW.topic);
        RETURN NEW;
    END $$;
    CREATE TRIGGER trace AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION trace();
    CREATE TABLE traced_live (channel text NOT NULL, type text NOT NULL);
    CREATE FUNCTION trace_live() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO traced_live VALUES (NEW.channel, NEW.type);
        RETURN NEW;
    END $$;
    CREATE TRIGGER trace AFTER INSERT ON live_events FOR EACH ROW EXECUTE FUNCTION trace_live()
"""
"""Every event that was ever in the outbox, in its order, and every live event: they are kept for minutes only."""
_PUBLIC: Final = [event.topic for event in PUBLIC_EVENTS]
_TO_DO: Final = """
    SELECT 'events', count(*) FROM outbox
    UNION ALL SELECT task_name, count(*) FROM procrastinate_jobs
        WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now() GROUP BY task_name
    UNION ALL SELECT 'unpaid bookings', count(*) FROM bookings WHERE status = 'pending'
    UNION ALL SELECT 'reminders', count(*) FROM bookings
        WHERE deposit_amount = 0 AND id NOT IN (SELECT booking_id FROM booking_reminders)
    UNION ALL SELECT 'refunds', count(*) FROM refunds
        WHERE status = 'refund_pending' AND method IS DISTINCT FROM 'transfer'
    UNION ALL SELECT 'captures', count(*) FROM payments WHERE status = 'authorised' OR capture_at IS NOT NULL
    UNION ALL SELECT 'messages', count(*) FROM messages WHERE status = 'pending'
    UNION ALL SELECT 'webhooks', count(*) FROM webhook_deliveries WHERE status = 'pending'
"""


class Fate(StrEnum):
    """What becomes of a booking."""

    KEPT = "paid and kept"
    CANCELLED = "paid, then cancelled: refunded"
    PAID_TWICE = "paid twice: the excess is refunded by bank transfer"
    AUTHORISED = "authorised, then cancelled: half is captured"
    UNPAID = "cancelled before it was paid"
    REMINDED = "confirmed for free, and near"


class Lives:
    """Bookings at a gateway, each with a planned end, and the users who act on them."""

    def __init__(self, gateway: GatewayUnderTest, servers: Servers, container: Container) -> None:
        self._gateway, self._servers, self._container = gateway, servers, container
        self._make = Builder()
        self._backend: Any = container.database()
        self._now = datetime.now(UTC)
        parts = gateway.name == Stripe.name
        own = Fate.AUTHORISED if parts else Fate.PAID_TWICE
        self.fates = (Fate.KEPT, Fate.CANCELLED, own, Fate.UNPAID, Fate.REMINDED)
        # Where the gateway pays back a part, half is refunded: a second time, the other half would.
        self._policy = HALF if parts else CancellationPolicy()
        self._kept_of_cancelled = PRICE.amount // 2 if parts else 0
        self._lives: dict[BookingId, Fate] = {}
        self._payments: dict[BookingId, Payment] = {}
        self._customers: dict[BookingId, User] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, gateway: GatewayUnderTest, servers: Servers) -> AsyncIterator[Self]:
        environ = {
            **servers.settings,
            "DATABASE_URL": url,
            "BOOKING_DEPOSITS": "authorised",
            **gateway.settings,
        }
        container = Container(settings=Settings.from_environment(environ))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TRACE)
        async with AsyncExitStack() as opened:
            for part in (container.database(), container.gateways()):
                await part.open()
                opened.push_async_callback(part.close)
            yield cls(gateway, servers, container)

    # What happens

    async def begin(self, number: int) -> None:
        """Book, pay at the gateway if a payment is due, and leave the rest to the worker."""
        for first in range(0, number, OF_A_STUDIO):
            await self._begin_at_a_studio(range(first, min(number, first + OF_A_STUDIO)))

    async def _begin_at_a_studio(self, numbers: Iterable[int]) -> None:
        cast = await a_cast(self._backend, self._make)
        endpoint = AddEndpoint(url=f"{self._servers.webhook_url}/{cast.profile.id}")
        await self._container.executor().run(add_endpoint, endpoint, actor=cast.owner.actor)
        customer = cast.customer
        for number in numbers:
            if number % OF_A_CUSTOMER == 0:
                customer = await self._customer(by_phone=number // OF_A_CUSTOMER % 2 == 1)
            fate = self.fates[number % len(self.fates)]
            booking = self._booking(cast.profile, customer, fate, number % OF_A_STUDIO)
            await store_bookings(self._backend, self._make, booking)
            self._lives[booking.id], self._customers[booking.id] = fate, customer
            if fate is not Fate.REMINDED:
                await self._pay(booking, fate)

    def _booking(self, profile: Profile, customer: User, fate: Fate, number: int) -> Booking:
        """A booking of a month hence, or of the time that its fate needs."""
        # Stripe keeps an authorisation for a week: later deposits are charged. A reminder is due a day before the
        # start.
        start = {Fate.AUTHORISED: 2 * DAY, Fate.REMINDED: 3 * HOUR}.get(fate, 30 * DAY) + number * HOUR
        placed = self._now - (3 * DAY if fate is Fate.REMINDED else timedelta())
        span = TimeRange(self._now + start, self._now + start + HOUR)
        booking = self._make.booking(profile, customer, span.start)
        free = fate is Fate.REMINDED
        return replace(
            booking,
            span=span,
            blocked=span,
            status=Status.CONFIRMED if free else Status.PENDING,
            cancellation=self._policy,
            deposit=Money.zero(PRICE.currency) if free else PRICE,
            due_at=None if free else self._now + DAY,
            created_at=placed,
            updated_at=placed,
        )

    async def _customer(self, *, by_phone: bool) -> User:
        """A customer who is notified by text message, or by e-mail and on a device."""
        user = replace(
            self._make.user(), created_at=self._now, email_verified_at=self._now, phone_verified_at=self._now
        )
        user = replace(user, email=None) if by_phone else replace(user, phone=None)
        session = replace(
            self._make.session(user), created_at=self._now, last_used_at=self._now, expires_at=self._now + 99 * DAY
        )
        async with self._backend.begin() as tx:
            await tx.users.add(user)
            if not by_phone:
                device = replace(
                    Device().subscription(f"{self._servers.push_url}/{user.id}"),
                    id=PushSubscriptionId(self._make.entropy.new_id()),
                    user_id=user.id,
                    session_id=session.id,
                )
                await tx.sessions.add(session)
                await tx.push_subscriptions.add(device)
        return user

    async def _pay(self, booking: Booking, fate: Fate) -> None:
        executor, customer = self._container.executor(), self._customers[booking.id]
        payment = await start_payment(
            StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT),
            actor=customer.actor,
            executor=executor,
            gateways=self._container.gateways(),
        )
        self._payments[booking.id] = payment
        if fate is Fate.UNPAID:
            await self._cancel(booking.id)
            return
        for _ in range(2 if fate is Fate.PAID_TWICE else 1):
            self._gateway.pay(payment, self._now, by_card=True)
        hint = RecordPaymentHint(payment_id=payment.id, booking_id=booking.id)
        await executor.run(record_payment_hint, hint, actor=SYSTEM)

    async def _cancel(self, booking_id: BookingId) -> None:
        command = ChangeBookingStatus(booking_id=booking_id, to=Status.CANCELLED)
        await self._container.executor().run(change_booking_status, command, actor=self._customers[booking_id].actor)

    async def go_on(self) -> bool:
        """Have customers cancel their confirmed bookings; return whether nobody has anything left to do."""
        ending = (Fate.CANCELLED, Fate.AUTHORISED)
        wanted = [booking_id for booking_id, fate in self._lives.items() if fate in ending]
        confirmed = await self._rows("SELECT id FROM bookings WHERE status = 'confirmed' AND id = ANY(%s)", wanted)
        for (booking_id,) in confirmed:
            await self._cancel(BookingId(booking_id))
        return not confirmed and not await self.left()

    async def left(self) -> dict[str, int]:
        """The amount of each kind of work that is left."""
        return {name: number for name, number in await self._rows(_TO_DO) if number}

    async def let_time_pass(self) -> None:
        """What is repeated later is due now."""
        await self._rows("UPDATE refunds SET retry_at = now() - interval '1 s' WHERE retry_at IS NOT NULL")
        await self._rows(
            "UPDATE payments SET capture_at = now() - interval '1 s'"
            " WHERE capture_at IS NOT NULL AND capture_attempts > 0"
        )
        await self.sweep()

    async def sweep(self) -> None:
        """The sweep of the next minute comes."""
        await self._rows(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock)"
            " VALUES ('default', 'sweep', '{\"timestamp\": 0}', 'sweep') ON CONFLICT DO NOTHING"
        )

    # What has come of it, and what is due

    async def events(self) -> int:
        [[number]] = await self._rows("SELECT count(*) FROM traced")
        return int(number)

    def due(self) -> set[tuple[Fate, int, int, int, bool]]:
        """What `money` is where all that is due has moved once."""
        held = {
            Fate.KEPT: PRICE.amount,
            Fate.CANCELLED: self._kept_of_cancelled,
            Fate.PAID_TWICE: 2 * PRICE.amount,
            Fate.AUTHORISED: self._kept_of_cancelled,
            Fate.UNPAID: 0,
        }
        return {(fate, *(held[fate],) * 3, fate is Fate.UNPAID) for fate in self.fates if fate in held}

    async def money(self) -> set[tuple[Fate, int, int, int, bool]]:
        """What the gateway's books hold for the bookings, our payments and our bookings; and which it has withdrawn."""
        paid = dict(await self._rows("SELECT booking_id, settled_amount - returned_amount FROM payments"))
        booked = dict(await self._rows("SELECT id, paid_amount - refunded_amount FROM bookings"))
        return {
            (
                self._lives[booking_id],
                self._gateway.held(payment),
                paid[booking_id],
                booked[booking_id],
                self._gateway.withdrawn(payment),
            )
            for booking_id, payment in self._payments.items()
        }

    async def refunds(self) -> Counter[tuple[Fate, int, str, str]]:
        """The refunds of bookings with each fate: their amounts, statuses and methods."""
        rows = await self._rows("SELECT booking_id, amount, status, method FROM refunds")
        return Counter((self._lives[booking_id], *refund) for booking_id, *refund in rows)

    def refunds_due(self) -> Counter[tuple[Fate, int, str, str]]:
        """One for each booking that has one: by the gateway, or if it cannot pay back a part, by a transfer."""
        back = {
            Fate.CANCELLED: (PRICE.amount - self._kept_of_cancelled, "refunded", "gateway"),
            Fate.PAID_TWICE: (PRICE.amount, "refund_pending", "transfer"),
        }
        return Counter((fate, *back[fate]) for fate in self._lives.values() if fate in back)

    async def notified(self) -> set[tuple[Fate, tuple[str, ...]]]:
        """What customers are notified of bookings with each fate."""
        rows = await self._rows(
            "SELECT booking_id, array_agg(type ORDER BY type) FROM notifications"
            " WHERE (booking_id, user_id) IN (SELECT id, customer_id FROM bookings) GROUP BY booking_id"
        )
        found = dict(rows)
        return {(fate, tuple(found.get(booking_id, ()))) for booking_id, fate in self._lives.items()}

    async def arrivals(self) -> "Arrivals":
        """What arrived; each message and webhook at least once, and in order."""
        sent = await self._rows(
            "SELECT channel, id, user_id, about_id FROM messages WHERE status = 'sent' ORDER BY user_id, about_id, seq"
        )
        mails = _by_id(self._servers.mails())
        in_order = {number: place for place, number in enumerate(mails)}
        mailed = [row for row in sent if row[0] == "email"]
        assert {row[1].hex for row in mailed} == set(mails), "mails"
        for _, group in groupby(mailed, key=lambda row: row[2:]):
            places = [in_order[row[1].hex] for row in group]
            assert places == sorted(places), "the order of mails about a booking"
        texts, pushes, webhooks = self._servers.texts(), self._servers.pushes(), self._servers.webhooks()
        assert set(texts) == {str(row[1]) for row in sent if row[0] == "sms"}, "texts"
        assert len(pushes) == len([row for row in sent if row[0] == "push"]), "pushes"
        await self._assert_webhooks(list(webhooks))
        unsent = "SELECT status FROM messages WHERE status NOT IN ('sent', 'skipped')"
        assert await self._rows(unsent) == [], "messages that were not sent"
        again = [_repeated(each) for each in (mails, texts, pushes, webhooks)]
        return Arrivals(len(mails), len(texts), len(pushes), len(webhooks), *again)

    async def _assert_webhooks(self, arrived: Sequence[str]) -> None:
        """Each public event arrived, those of a booking in the order of the outbox."""
        public = await self._rows(
            "SELECT traced.id, booking_id FROM traced LEFT JOIN webhook_deliveries ON event_id = traced.id"
            " WHERE topic = ANY(%s) ORDER BY traced.seq",
            _PUBLIC,
        )
        assert None not in {booking_id for _, booking_id in public}, "events that were recorded for nobody"
        booking_of = {f"msg_{event_id.hex}": booking_id for event_id, booking_id in public}
        assert set(arrived) == set(booking_of), "webhooks"
        for booking_id in self._lives:
            due = [message for message in booking_of if booking_of[message] == booking_id]
            assert [message for message in arrived if booking_of[message] == booking_id] == due

    async def live_and_due(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """How many live events of notifications and of bookings and money there are, and how many are due."""
        live = await self._rows(
            "SELECT type = 'notification.received' AS notified, count(*) FROM traced_live"
            " WHERE channel IN ('bookings', 'payments', 'notifications') GROUP BY notified ORDER BY notified"
        )
        due = await self._rows(
            "SELECT topic = 'notification.kept' AS notified, count(*) FROM traced"
            " WHERE topic = ANY(%s) GROUP BY notified ORDER BY notified",
            ["notification.kept", *_PUBLIC],
        )
        return live, due

    async def assert_no_job_failed(self) -> None:
        assert await self._rows("SELECT name FROM parked_jobs") == []
        assert await self._rows("SELECT topic FROM outbox WHERE parked_at IS NOT NULL") == []

    async def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        async with self._container.database().connection() as connection:
            cursor = await connection.execute(statement.encode(), values or None)
            return await cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class Arrivals:
    """How many different messages arrived in each channel, and how many of them again."""

    mails: int
    texts: int
    pushes: int
    webhooks: int
    mails_again: int
    texts_again: int
    pushes_again: int
    webhooks_again: int


def _by_id(mails: Counter[str]) -> Counter[str]:
    """By the message's id, which is in the Message-ID."""
    return Counter({name.strip("<>").partition("@")[0].replace("-", ""): number for name, number in mails.items()})


def _repeated(arrived: Counter[Any]) -> int:
    return arrived.total() - len(arrived)
