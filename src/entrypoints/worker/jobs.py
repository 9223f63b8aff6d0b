"""The jobs, on procrastinate: each is safe to run any number of times."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import procrastinate
import structlog
from psycopg import AsyncConnection

from adapters.postgres.outbox.event_codec import from_json, to_json
from booking_domain.bookings.events import FREES_TIME, BookingCancelled, BookingChanged
from booking_domain.identity.events import AccountDeleted, CodeRequested, PhoneChanged
from booking_domain.identity.model import ERASED_AFTER
from booking_domain.identity.use_cases.external_identities import sweep_assertions
from booking_domain.identity.use_cases.one_time_codes import sweep_codes
from booking_domain.notifications.errors import SmsCapReached
from booking_domain.payments.events import PaymentHinted, RefundScheduled
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.events import FeedAdded, WaitlistOffered
from booking_domain.scheduling.use_cases.holds import sweep_holds
from booking_domain.scheduling.use_cases.waiting import offer_freed
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, FeedId, PaymentId, ProviderId, SmsId, UserId
from booking_domain.workflows.erase_account import Erasing, erase_account
from booking_domain.workflows.expire_unpaid import expire_unpaid
from booking_domain.workflows.notify_account import notify_account
from booking_domain.workflows.notify_parties import notify_parties
from booking_domain.workflows.notify_waiting import notify_waiting
from booking_domain.workflows.read_feed import read_feed
from booking_domain.workflows.send_code import send_code
from booking_domain.workflows.send_sms import follow_sms
from booking_domain.workflows.settle_payment import settle_payment
from entrypoints.container import Container

log: Final = structlog.get_logger()

_AGAIN: Final = procrastinate.RetryStrategy(max_attempts=12, exponential_wait=2, retry_exceptions=[Unavailable])
_SOON_AGAIN: Final = procrastinate.RetryStrategy(max_attempts=12, linear_wait=5, retry_exceptions=[Unavailable])
"""Somebody waits for it, and it is good for five minutes."""
_BATCH: Final = 200
_FEEDS_A_MINUTE: Final = 1_000
_MESSAGES_A_MINUTE: Final = 1_000
_ERASED_AT_ONCE: Final = 500
FEEDS: Final = "feeds"
"""The queue of what asks strangers' servers, which may be slow: it has workers of its own, and no other job waits."""


class Jobs:
    """All jobs over one container, and how a message of the outbox becomes some."""

    def __init__(self, container: Container, app: procrastinate.App) -> None:
        self._container = container
        self.app = app
        task = app.task
        self._notify = task(name="notify", retry=_AGAIN)(self.notify)
        self._expire = task(name="expire", retry=_AGAIN)(self.expire)
        self._settle = task(name="settle", retry=_AGAIN)(self.settle)
        self._offer = task(name="offer", retry=_AGAIN)(self.offer)
        self._cancel_invoices = task(name="cancel_invoices", retry=_AGAIN)(self.cancel_invoices)
        self._read_feed = task(name="read_feed", queue=FEEDS, retry=_AGAIN)(self.read_feed)
        self._send_code = task(name="send_code", retry=_SOON_AGAIN)(self.send_code)
        self._follow_sms = task(name="follow_sms", queue=FEEDS, retry=_AGAIN)(self.follow_sms)
        self._erase = task(name="erase", retry=_AGAIN)(self.erase)
        app.periodic(cron="17 3 * * *")(task(name="erase_due", queueing_lock="erase_due")(self.erase_due))
        app.periodic(cron="* * * * *")(task(name="sweep", queueing_lock="sweep")(self.sweep))

    async def dispatch(self, connection: AsyncConnection[Any], events: Sequence[Event]) -> None:
        """Enqueue the jobs of events, in the transaction that removes the events from the outbox."""
        for event in events:
            if isinstance(event, FeedAdded):
                feed_id = str(event.feed_id)
                await self._reading(feed_id, connection=connection).defer_async(feed_id=feed_id)
                continue  # nobody is told
            subject = str(event.subject)
            if isinstance(event, CodeRequested):
                await self._send_code.configure(connection=connection).defer_async(message=to_json(event))
                continue  # nobody else is told
            await self._notify.configure(connection=connection, lock=f"notify {subject}").defer_async(
                message=to_json(event)
            )
            if isinstance(event, BookingChanged) and event.due_at is not None:
                await self._expire.configure(connection=connection, schedule_at=event.due_at).defer_async(
                    booking_id=subject
                )
            if isinstance(event, BookingCancelled):
                await self._cancel_invoices.configure(connection=connection).defer_async(booking_id=subject)
            if isinstance(event, FREES_TIME) and event.provider_id is not None:
                await self._offer.configure(connection=connection).defer_async(provider_id=str(event.provider_id))
            if isinstance(event, WaitlistOffered):
                await self._offer.configure(connection=connection, schedule_at=event.until).defer_async(
                    provider_id=str(event.provider_id)
                )
            if isinstance(event, PaymentHinted):
                await self._settle.configure(connection=connection).defer_async(payment_id=str(event.payment_id))

    async def notify(self, message: str) -> None:
        """Tell the parties, or who has waited."""
        event = from_json(message)
        reads, notifier = self._container.reads(), self._container.notifier()
        if isinstance(event, WaitlistOffered):
            await notify_waiting(event, reads=reads, notifier=notifier)
        elif isinstance(event, PhoneChanged | AccountDeleted):
            await notify_account(event, reads=reads, notifier=notifier)
        elif isinstance(event, BookingChanged | RefundScheduled):
            await notify_parties(event, reads=reads, notifier=notifier)

    async def send_code(self, message: str) -> None:
        """Send a one-time code, unless it is too old by now."""
        event = from_json(message)
        if not isinstance(event, CodeRequested):
            raise TypeError(f"no code to send for {event.topic}")
        try:
            await send_code(
                event,
                now=self._container.clock().now(),
                reads=self._container.reads(),
                secrets=self._container.secret_codes(),
                messenger=self._container.code_messenger(),
            )
        except SmsCapReached:
            log.warning("sms.cap_reached")
            raise

    async def expire(self, booking_id: str) -> None:
        """Expire a booking that was not paid or answered in time; the sweep finds one whose hour has not come yet."""
        await expire_unpaid(
            BookingId(UUID(booking_id)),
            now=self._container.clock().now(),
            reads=self._container.reads(),
            executor=self._container.executor(),
            gateway=self._container.gateway(),
        )

    async def offer(self, provider_id: str) -> None:
        """Offer what a provider has free to those who wait for it, or what somebody has not taken to the next."""
        await self._container.executor().run(offer_freed, ProviderId(UUID(provider_id)), actor=SYSTEM)

    async def settle(self, payment_id: str) -> None:
        """Ask the gateway about a payment of which a hint was given when it could not be asked."""
        payment = await self._container.reads().payments.get(PaymentId(UUID(payment_id)))
        if payment is not None:
            await settle_payment(payment, executor=self._container.executor(), gateway=self._container.gateway())

    async def cancel_invoices(self, booking_id: str) -> None:
        """Make the open invoices of a cancelled booking unpayable."""
        for payment in await self._container.reads().payments.of_booking(BookingId(UUID(booking_id))):
            if payment.status is PaymentStatus.CANCELLED and payment.invoice is not None:
                await self._container.gateway().cancel_invoice(payment.invoice.reference)

    async def erase(self, user_id: str) -> None:
        """Erase an account that was deleted a month ago."""
        done = await self._container.executor().run(erase_account, UserId(UUID(user_id)), actor=SYSTEM)
        if done is Erasing.TIED:
            log.warning("erasure.waits", user_id=user_id)

    async def erase_due(self, timestamp: int) -> None:  # noqa: ARG002 - given to every periodic task
        """Once a day: a job for each account that is due."""
        reads, before = self._container.reads(), self._container.clock().now() - ERASED_AFTER
        found = await reads.users.to_erase(before, None, _ERASED_AT_ONCE)
        while found:
            for user_id in map(str, found):
                await _unless_waiting(self._erase.configure(queueing_lock=f"erase {user_id}"), user_id=user_id)
            found = await reads.users.to_erase(before, found[-1], _ERASED_AT_ONCE)

    async def read_feed(self, feed_id: str) -> None:
        """Read an external calendar that is due; that it cannot be read is kept, and no reason to try at once."""
        await read_feed(
            FeedId(UUID(feed_id)),
            now=self._container.clock().now(),
            reads=self._container.reads(),
            executor=self._container.executor(),
            reader=self._container.feed_reader(),
        )

    async def follow_sms(self, message_id: str) -> None:
        """Ask what has become of a text message, and what it cost; without an answer it is asked again later."""
        await follow_sms(
            SmsId(UUID(message_id)),
            reads=self._container.reads().sms,
            executor=self._container.executor(),
            sender=self._container.sms_sender(),
        )

    def _reading(self, feed_id: str, **how: Any) -> Any:
        return self._read_feed.configure(lock=f"feed {feed_id}", **how)

    async def reclaim(self, seconds: float) -> None:
        """Let the jobs run again whose worker has not been heard of for this long."""
        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
            await self.app.job_manager.retry_job(job)

    async def sweep(self, timestamp: int) -> None:  # noqa: ARG002 - given to every periodic task
        """Once a minute: what a lost or early job left, and housekeeping."""
        for booking_id in await self._container.reads().bookings.overdue(self._container.clock().now(), _BATCH):
            job = self._expire.configure(queueing_lock=f"expire {booking_id}")
            await _unless_waiting(job, booking_id=str(booking_id))
        for provider_id in await self._container.reads().waiting_list.providers():
            job = self._offer.configure(queueing_lock=f"offer {provider_id}")
            await _unless_waiting(job, provider_id=str(provider_id))
        await self._read_due_feeds()
        await self._follow_due_sms()
        await self._container.executor().run(sweep_holds, None, actor=SYSTEM)
        await self._container.executor().run(sweep_codes, None, actor=SYSTEM)
        await self._container.executor().run(sweep_assertions, None, actor=SYSTEM)
        await self._container.database().forget_answers(self._container.clock().now())
        await self._container.postgres_rate_limiter().forget(self._container.clock().now())
        await self._container.database().forget_sessions(self._container.clock().now())

    async def _read_due_feeds(self) -> None:
        now = self._container.clock().now()
        for feed_id in map(str, await self._container.reads().feeds.due(now, _FEEDS_A_MINUTE)):
            await _unless_waiting(self._reading(feed_id, queueing_lock=f"feed {feed_id}"), feed_id=feed_id)

    async def _follow_due_sms(self) -> None:
        now, provider = self._container.clock().now(), self._container.sms_sender().name
        for message_id in map(str, await self._container.reads().sms.to_poll(provider, now, _MESSAGES_A_MINUTE)):
            job = self._follow_sms.configure(queueing_lock=f"sms {message_id}")
            await _unless_waiting(job, message_id=message_id)


async def _unless_waiting(job: Any, **arguments: str) -> None:
    """Have a job done, unless one under the same queueing lock waits already."""
    with suppress(procrastinate.exceptions.AlreadyEnqueued):
        await job.defer_async(**arguments)
