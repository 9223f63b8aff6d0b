"""How many bookings to come one customer may have with one provider: nobody fills a calendar."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.placing_errors import TooManyUpcoming, TooManyUpcomingUnverified
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.upcoming import MAX_UPCOMING, OpenBookings, UpcomingLimits
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import SettingsChange, TermsChange, change_settings

LIMITS: Final = UpcomingLimits(verified=3, unverified=2)
FREE: Final = terms(deposit=Money.of(0, "MNT"))
COUNTS: Final = st.integers(1, MAX_UPCOMING)


async def opened() -> Studio:
    return await Studio.opened(terms=FREE, ports=(LIMITS,))


async def set_limit(studio: Studio, number: int | None) -> None:
    terms_change = TermsChange(max_upcoming_per_customer=number)
    await studio.run(change_settings, SettingsChange(terms=terms_change), by=studio.owner)


async def booked_until_refused(studio: Studio, by: Actor) -> tuple[int, TooManyUpcoming | TooManyUpcomingUnverified]:
    """How many bookings were made, and the refusal."""
    for hour in range(9):
        try:
            await studio.book(TOMORROW + hour * HOUR, by=by)
        except (TooManyUpcoming, TooManyUpcomingUnverified) as refusal:
            return hour, refusal
    raise AssertionError("never refused")


@given(
    verified=COUNTS, unverified=COUNTS, of_provider=st.none() | COUNTS, upcoming=st.integers(0, 1_100), data=st.data()
)
def test_the_limit_is_the_providers_else_the_platforms_and_lower_without_a_verified_contact(
    verified: int, unverified: int, of_provider: int | None, upcoming: int, data: st.DataObject
) -> None:
    limits = UpcomingLimits(verified=verified, unverified=unverified)
    most = {each: limits.most(verified=each, of_provider=of_provider) for each in (True, False)}
    assert most[True] == (of_provider or verified)
    assert most[False] == min(most[True], unverified)
    is_verified, adding = data.draw(st.booleans()), data.draw(st.integers(1, 52))
    counted = OpenBookings(unsettled=0, upcoming=upcoming, verified=is_verified, phone_verified=False)
    if upcoming + adding <= most[is_verified]:
        limits.require(counted, adding=adding, of_provider=of_provider)
        return
    with pytest.raises((TooManyUpcoming, TooManyUpcomingUnverified)) as refused:
        limits.require(counted, adding=adding, of_provider=of_provider)
    assert refused.value.parameters == {"limit": most[is_verified]}
    helps = not is_verified and most[False] < most[True]
    assert isinstance(refused.value, TooManyUpcomingUnverified) is helps


async def test_a_customer_has_a_limit_of_bookings_to_come_with_a_provider() -> None:
    studio = await opened()
    made, refusal = await booked_until_refused(studio, studio.customer)
    assert (made, type(refusal), refusal.limit) == (3, TooManyUpcoming, 3)


async def test_a_customer_without_a_verified_contact_has_a_lower_limit() -> None:
    studio = await opened()
    stranger = await studio.joined(verified=False)
    made, refusal = await booked_until_refused(studio, stranger)
    assert (made, type(refusal), refusal.limit) == (2, TooManyUpcomingUnverified, 2)


async def test_an_external_identity_stands_in_for_a_verified_contact() -> None:
    studio = await opened()
    linked = await studio.joined(verified=False)
    identity = ExternalIdentity(user_id=linked.id, provider=IdentityProvider.TELEGRAM, subject="7", linked_at=NOW)
    async with studio.backend.begin() as tx:
        await tx.external_identities.add(identity)
    assert (await booked_until_refused(studio, linked))[0] == 3


async def test_a_provider_sets_the_limit_and_leaves_it_to_the_platform_again() -> None:
    studio = await opened()
    await set_limit(studio, 1)
    assert (await booked_until_refused(studio, studio.customer))[1].limit == 1
    await set_limit(studio, 5)
    other, stranger = await studio.joined(), await studio.joined(verified=False)
    for hour in range(5):
        await studio.book(TOMORROW + (hour + 1) * HOUR, by=other)
    with pytest.raises(TooManyUpcomingUnverified):  # no provider raises this limit
        for week in range(3):
            await studio.book(TOMORROW + timedelta(weeks=week + 1), by=stranger)
    await set_limit(studio, None)
    with pytest.raises(TooManyUpcoming, match="at most 3"):
        await studio.book(TOMORROW + 7 * HOUR, by=other)


@pytest.mark.parametrize("number", [0, MAX_UPCOMING + 1])
async def test_a_provider_sets_a_sensible_limit(number: int) -> None:
    with pytest.raises(InvalidValue):
        await set_limit(await opened(), number)


async def test_only_bookings_to_come_with_this_provider_count() -> None:
    studio = await opened()
    first, *_ = [await studio.book(TOMORROW + hour * HOUR) for hour in range(3)]
    elsewhere = await studio.new_provider(await studio.joined(Role.PROVIDER), FREE)
    here, studio.provider_id = studio.provider_id, elsewhere
    await studio.book()
    studio.provider_id = here
    with pytest.raises(TooManyUpcoming):
        await studio.book(TOMORROW + 3 * HOUR)
    await studio.move(first, Status.CANCELLED)
    await studio.book(TOMORROW + 3 * HOUR)
    studio.clock.set(TOMORROW + 4 * HOUR)  # all of them are over
    assert await studio.book_series(TOMORROW + timedelta(weeks=1), times=3)


async def test_what_the_staff_enters_is_neither_counted_nor_limited() -> None:
    studio = await opened()
    for hour in range(5):
        await studio.book(TOMORROW + hour * HOUR, by=studio.owner, customer=studio.customer)
    for hour in range(5, 8):
        await studio.book(TOMORROW + hour * HOUR)
    with pytest.raises(TooManyUpcoming):
        await studio.book(TOMORROW + 8 * HOUR)
    await studio.book(TOMORROW + 8 * HOUR, by=studio.owner, customer=studio.customer)


async def test_each_booking_of_a_series_counts() -> None:
    studio = await opened()
    with pytest.raises(TooManyUpcoming):
        await studio.book_series(times=4)
    assert len(await studio.book_series(times=3)) == 3
    with pytest.raises(TooManyUpcoming):
        await studio.book(TOMORROW + HOUR)


async def test_bookings_at_once_do_not_pass_the_limit() -> None:
    studio = await opened()
    wishes = [studio.book(TOMORROW + week * timedelta(weeks=1) + hour * HOUR) for week in range(2) for hour in range(4)]
    made, refusals = await race(wishes)
    assert (len(made), {type(each) for each in refusals}) == (3, {TooManyUpcoming})
