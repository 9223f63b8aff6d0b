"""Loyalty in the worker: points follow bookings, their money and reviews, and expire."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from booking_domain.bookings.events import BookingCompleted, BookingDisputeEnded, BookingMissed
from booking_domain.payments.events import (
    DESK_EVENTS,
    LedgerAdjusted,
    PaymentCaptured,
    PaymentReceived,
    RefundMade,
    RefundReturned,
    RefundScheduled,
)
from booking_domain.reviews.events import ReviewChanged, ReviewHidden, ReviewPosted, ReviewPublished, ReviewRestored
from booking_domain.reviews.model import ReviewId
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.loyalty.earning import follow_booking, follow_review
from booking_domain.use_cases.loyalty.expiry import expire_points, warn_of_expiry
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

_PER_SWEEP: Final = 200


async def _follow_booking(container: Container, *, booking_id: str) -> None:
    """Bring the points that a booking has earned and spent up to date."""
    await container.executor().run(follow_booking, BookingId(UUID(booking_id)), actor=SYSTEM)


async def _follow_review(container: Container, *, review_id: str) -> None:
    """Give points for a review while it is published."""
    await container.executor().run(follow_review, ReviewId(UUID(review_id)), actor=SYSTEM)


FOLLOW_BOOKING: Final = Job(name="follow_points_of_booking", run=_follow_booking)
FOLLOW_REVIEW: Final = Job(name="follow_points_of_review", run=_follow_review)


async def _sweep(container: Container, _: Enqueue) -> None:
    reads, executor, now = container.reads(), container.executor(), container.clock().now()
    for account_id in await reads.loyalty.to_expire(now, _PER_SWEEP):
        await executor.run(expire_points, account_id, actor=SYSTEM)
    for account_id in await reads.loyalty.to_warn(now, _PER_SWEEP):
        await executor.run(warn_of_expiry, account_id, actor=SYSTEM)


def _booking_changed(event: Any) -> Iterator[JobRequest]:
    yield FOLLOW_BOOKING.request(booking_id=str(event.booking_id))


def _review_changed(event: ReviewChanged) -> Iterator[JobRequest]:
    yield FOLLOW_REVIEW.request(review_id=str(event.review_id))


CONTEXT: Final = WorkerContext(
    jobs=(FOLLOW_BOOKING, FOLLOW_REVIEW),
    subscriptions=(
        Subscription(
            (
                BookingCompleted,
                BookingMissed,
                BookingDisputeEnded,
                PaymentReceived,
                PaymentCaptured,
                RefundScheduled,
                RefundMade,
                RefundReturned,
                *DESK_EVENTS,
                LedgerAdjusted,
            ),
            _booking_changed,
        ),
        Subscription((ReviewPosted, ReviewPublished, ReviewHidden, ReviewRestored), _review_changed),
    ),
    sweeps=(Sweep("points that expire", _sweep),),
)
