"""Strategies for bookings, terms and cancellation policies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from booking_domain.bookings.model import Booking, BookingMode, Duration, Terms
from booking_domain.bookings.policy import DEFAULT_POLICY, CancellationPolicy, Tier
from booking_domain.bookings.transitions import Party, Status
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.ids import BookingId, EventId, ProviderId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from booking_domain.testing.shared.strategies import amounts

HOUR: Final = timedelta(hours=1)
NOON: Final = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""The start of the appointment: noon in Ulaanbaatar."""
MADE: Final = NOON - timedelta(days=7)
CUSTOMER: Final = Actor(UserId(UUID(int=1)), Role.CUSTOMER)
PROVIDER: Final = Actor(UserId(UUID(int=2)), Role.PROVIDER)
ADMIN: Final = Actor(UserId(UUID(int=3)), Role.ADMIN)
STRANGER: Final = Actor(UserId(UUID(int=4)), Role.MANAGER)
ACTORS: Final = {
    Party.CUSTOMER: CUSTOMER,
    Party.PROVIDER: PROVIDER,
    Party.MANAGER: STRANGER,
    Party.ADMIN: ADMIN,
    Party.PAYMENT: SYSTEM,
    Party.SYSTEM: SYSTEM,
}
EVENT: Final = EventId(UUID(int=5))
PRICE: Final = Money.of(80_000, "MNT")
DEPOSIT: Final = Money.of(20_000, "MNT")
NOTHING: Final = Money.zero("MNT")
A_BOOKING: Final = Booking(
    id=BookingId(UUID(int=6)),
    reference="BK-7F3K9Q",
    provider_id=ProviderId(UUID(int=7)),
    provider_user_id=PROVIDER.id,
    customer_id=CUSTOMER.id,
    status=Status.PENDING,
    span=TimeRange(NOON, NOON + HOUR),
    blocked=TimeRange(NOON - HOUR / 4, NOON + 5 * HOUR / 4),
    time_zone="Asia/Ulaanbaatar",
    local_start=datetime(2026, 11, 23, 12),  # noqa: DTZ001 - on the clock on the wall
    price=PRICE,
    deposit=DEPOSIT,
    paid=NOTHING,
    refunded=NOTHING,
    refund_pending=NOTHING,
    conceded=NOTHING,
    desk_paid=NOTHING,
    extra=NOTHING,
    tips=NOTHING,
    authorised=NOTHING,
    released=NOTHING,
    cancellation=DEFAULT_POLICY,
    due_at=MADE + HOUR / 4,
    created_at=MADE,
    updated_at=MADE,
)
WAITING: Final = frozenset({Status.REQUESTED, Status.PENDING})


def a_booking(
    status: Status = Status.PENDING,
    *,
    paid: Money = NOTHING,
    refunded: Money = NOTHING,
    refund_pending: Money = NOTHING,
) -> Booking:
    """One-hour bookings from noon. Unsettled ones are due 15 minutes after creation."""
    due_at = A_BOOKING.due_at if status in WAITING else None
    return replace(A_BOOKING, status=status, due_at=due_at, paid=paid, refunded=refunded, refund_pending=refund_pending)


def policies() -> st.SearchStrategy[CancellationPolicy]:
    """Policies of up to four tiers, in any order, also unusual ones."""
    return st.dictionaries(st.integers(0, 400), st.integers(0, 100), max_size=4).map(
        lambda found: CancellationPolicy(tuple(Tier(hours, percent) for hours, percent in found.items()))
    )


def usual_policies() -> st.SearchStrategy[CancellationPolicy]:
    """Policies that refund more for an earlier cancellation."""
    pairs = st.tuples(
        st.lists(st.integers(0, 400), max_size=4, unique=True), st.lists(st.integers(0, 100), min_size=4, max_size=4)
    )
    return pairs.map(
        lambda drawn: CancellationPolicy(
            tuple(Tier(*pair) for pair in zip(sorted(drawn[0]), sorted(drawn[1]), strict=False))
        )
    )


def durations() -> st.SearchStrategy[tuple[Duration, ...]]:
    """Up to three lengths, each with a deposit between zero and the price."""
    amount = st.integers(0, 10**9)
    made = st.builds(
        lambda minutes, amounts: Duration(minutes=minutes, price_amount=max(amounts), deposit_amount=min(amounts)),
        st.integers(1, MINUTES_A_DAY),
        st.tuples(amount, amount),
    )
    return st.lists(made, max_size=3, unique_by=lambda duration: duration.minutes).map(tuple)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Terms with a deposit between zero and the price."""
    price = draw(amounts())
    return Terms(
        mode=draw(st.sampled_from(BookingMode)),
        price=price,
        deposit=draw(st.just(Money.zero("MNT")) | amounts(most=price.amount)),
        durations=draw(durations()),
        cancellation=draw(policies()),
    )


def moments() -> st.SearchStrategy[datetime]:
    """Instants from the creation of the booking to long after its end, often exactly at its boundaries."""
    near = [NOON, NOON + HOUR, NOON + HOUR + timedelta(days=14), MADE + HOUR / 4, NOON - timedelta(hours=24)]
    bounds = st.sampled_from([at + timedelta(microseconds=off) for at in near for off in (-1, 0, 1)])
    return bounds | st.datetimes(
        min_value=MADE.replace(tzinfo=None),
        max_value=(NOON + timedelta(days=20)).replace(tzinfo=None),
        timezones=st.just(UTC),
    )
