"""The actions of a party: the booking allows exactly those that the list contains."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import FREE, ON_REQUEST

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Party, Status
from booking_domain.shared.actor import Actor
from booking_domain.testing.builders import HOUR
from booking_domain.testing.studio import Studio

A = AvailableAction
DAY = timedelta(days=1)


def _of(studio: Studio, booking: Booking, *, after: timedelta = timedelta(0)) -> dict[Party, set[AvailableAction]]:
    now = studio.clock.now() + after
    parties: dict[Party, Actor] = {
        Party.CUSTOMER: studio.customer,
        Party.PROVIDER: studio.owner,
        Party.ADMIN: studio.admin,
    }
    return {party: set(available_actions(booking, party, actor, now)) for party, actor in parties.items()}


async def test_a_booking_that_waits_for_its_deposit(studio: Studio) -> None:
    booking = await studio.book()
    assert _of(studio, booking) == {
        Party.CUSTOMER: {A.PAY_DEPOSIT, A.RESCHEDULE, A.CANCEL},
        Party.PROVIDER: {A.WAIVE_DEPOSIT, A.RECORD_DESK_PAYMENT, A.RESCHEDULE, A.CANCEL},
        Party.ADMIN: {A.CONFIRM, A.WAIVE_DEPOSIT, A.RECORD_DESK_PAYMENT, A.RESCHEDULE, A.CANCEL},
    }
    assert A.PAY_DEPOSIT not in _of(studio, booking, after=DAY)[Party.CUSTOMER]


async def test_a_confirmed_booking_before_during_and_after(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    booking = await studio.seen(booking)
    soon = booking.span.start - studio.clock.now()
    assert _of(studio, booking) == {
        Party.CUSTOMER: {A.PAY_BALANCE, A.RESCHEDULE, A.CANCEL, A.DISPUTE},
        Party.PROVIDER: {A.RECORD_DESK_PAYMENT, A.CHANGE_TERMS, A.RESCHEDULE, A.CANCEL, A.DISPUTE},
        Party.ADMIN: {A.RECORD_DESK_PAYMENT, A.RESCHEDULE, A.CANCEL, A.DISPUTE},
    }
    during = _of(studio, booking, after=soon)
    assert during[Party.CUSTOMER] == {A.PAY_BALANCE, A.CANCEL, A.DISPUTE}
    at_desk = {A.RECORD_DESK_PAYMENT, A.COMPLETE, A.MARK_NO_SHOW, A.DISPUTE}
    assert during[Party.PROVIDER] == at_desk | {A.RESCHEDULE, A.CANCEL}
    over = _of(studio, booking, after=soon + HOUR)
    assert over[Party.CUSTOMER] == {A.PAY_BALANCE, A.DISPUTE}
    assert over[Party.PROVIDER] == at_desk
    assert _of(studio, booking, after=soon + 15 * DAY)[Party.CUSTOMER] == {A.PAY_BALANCE}


@pytest.mark.terms(ON_REQUEST)
async def test_a_request(studio: Studio) -> None:
    booking = await studio.book()
    assert _of(studio, booking) == {
        Party.CUSTOMER: {A.RESCHEDULE, A.CANCEL},
        Party.PROVIDER: {A.ACCEPT, A.DECLINE, A.OFFER_TIMES, A.CHANGE_TERMS, A.RESCHEDULE},
        Party.ADMIN: {A.RESCHEDULE, A.CANCEL},
    }
    offered = await studio.offer_times(booking, booking.span.start + HOUR, by=studio.owner)
    assert A.ACCEPT in _of(studio, offered)[Party.CUSTOMER]
    lapsed = _of(studio, booking, after=3 * DAY)
    assert lapsed == {Party.CUSTOMER: {A.CANCEL}, Party.PROVIDER: {A.DECLINE}, Party.ADMIN: {A.CANCEL}}


@pytest.mark.terms(FREE)
async def test_a_time_that_the_provider_has_set_can_be_accepted(studio: Studio) -> None:
    booking = await studio.book()
    assert A.ACCEPT_TIME not in _of(studio, booking)[Party.CUSTOMER]
    moved = await studio.reschedule(booking, booking.span.start + HOUR, by=studio.owner)
    assert A.ACCEPT_TIME in _of(studio, moved)[Party.CUSTOMER]
    assert A.ACCEPT_TIME not in _of(studio, moved)[Party.PROVIDER]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
async def test_a_booking_that_has_ended_can_at_most_be_disputed(studio: Studio, status: Status) -> None:
    booking = replace(await studio.book(), status=status, due_at=None)
    expected = {A.DISPUTE} if status is Status.CANCELLED else set()
    assert set().union(*_of(studio, booking).values()) == expected


async def test_only_an_admin_confirms_a_booking_under_review(studio: Studio) -> None:
    booking = replace(await studio.book(), under_review=True)
    assert [party for party, actions in _of(studio, booking).items() if A.UPHOLD in actions] == [Party.ADMIN]
