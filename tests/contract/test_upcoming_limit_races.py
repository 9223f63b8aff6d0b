"""Concurrent bookings of one account with one provider: the limit of bookings to come holds exactly."""

from datetime import timedelta
from typing import Final

import pytest
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.placing_errors import TooManyUpcoming, TooManyUpcomingUnverified
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.upcoming import UpcomingLimits
from booking_domain.shared.errors import DomainError
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio

AT_ONCE: Final = 50
LIMITS: Final = UpcomingLimits(verified=10, unverified=5)


@pytest.mark.parametrize(
    ("verified", "limit", "refusal"), [(True, 10, TooManyUpcoming), (False, 5, TooManyUpcomingUnverified)]
)
async def test_fifty_bookings_at_once_never_exceed_the_limit(
    backend: Backend, *, verified: bool, limit: int, refusal: type[DomainError]
) -> None:
    studio = await Studio.opened(backend, terms=FREE, ports=(LIMITS,))
    customer = await studio.joined(verified=verified)
    slots = [TOMORROW + timedelta(weeks=number // 9) + number % 9 * HOUR for number in range(AT_ONCE)]
    made, refusals = await race([studio.book(slot, by=customer) for slot in slots])
    assert (len(made), len(refusals), {type(each) for each in refusals}) == (limit, AT_ONCE - limit, {refusal})
    assert len(await studio.reads.bookings.page(customer.id, BookingFilter(limit=AT_ONCE))) == limit
